using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Turns;

/// <summary>From the body of a message to the request of a turn: what is malformed, and what the caller may not ask for, is refused.</summary>
internal static class TurnInput
{
    /// <summary>Characters; more than any model takes.</summary>
    public const int TextLimit = 10 * 1024 * 1024;

    /// <summary>Bytes of a whole message with what is attached.</summary>
    public const long BodyLimit = 48 * 1024 * 1024;

    private const int AttachmentLimit = 20;
    private const int ExternalIdLimit = 200;
    private const int RuleLimit = 100;
    private static readonly string[] _types = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"];

    public static StartTurn Read(HttpContext http, SessionId session, SendMessage body)
    {
        var request = Common(http, session, body);
        if (string.IsNullOrWhiteSpace(request.Text) && request.Attachments.Count == 0)
        {
            throw Invalid("content", "a text is expected");
        }
        return request with { ExternalId = Key(http) ?? ExternalId(body.ExternalId) };
    }

    /// <summary>How an open turn is to go on: a text has no place in it.</summary>
    public static StartTurn ReadResume(HttpContext http, SessionId session, SendMessage body) => Common(http, session, body with { Content = null, Message = null, Text = null, Attachments = null });

    private static StartTurn Common(HttpContext http, SessionId session, SendMessage body)
    {
        var caller = Caller.Of(http);
        var request = body.ToStartTurn(session, http.Surface());
        Check(request);
        // What would be asked is answered beforehand by these: that takes the right to answer.
        if (!caller.May(Scopes.Approve) && (request.ApproveAll || request.Allow.Count > 0 || request.Policy is not (null or "ask" or "read-only")))
        {
            throw new PryxException("SCOPE_MISSING", "approve_all, allow and a wider policy need the scope Approve.");
        }
        return request with { SpeaksForUser = caller.May(Scopes.Approve), Principal = caller.May(Scopes.Admin) && request.Principal is { Length: > 0 and <= 100 } named ? named : caller.Name };
    }

    private static void Check(StartTurn request)
    {
        if (request.Text is { } text && (text.Length > TextLimit || text.Contains('\0', StringComparison.Ordinal)))
        {
            throw Invalid("content", $"a text of at most {TextLimit:N0} characters without NUL is expected");
        }
        if (request.Attachments.Count > AttachmentLimit || request.Attachments.Any(attachment => attachment is null))
        {
            throw Invalid("attachments", $"at most {AttachmentLimit} are expected");
        }
        if (request.Attachments.FirstOrDefault(attachment => !_types.Contains(attachment.MediaType) || !IsBase64(attachment.Base64)) is not null)
        {
            throw Invalid("attachments", $"media_type must be one of {string.Join(", ", _types)}, base64 the bytes");
        }
        if (request.Allow.Count > RuleLimit || request.Allow.Any(static rule => rule is null))
        {
            throw Invalid("allow", $"at most {RuleLimit} rules are expected");
        }
        if (request.ApprovalTimeout < TimeSpan.Zero)
        {
            throw Invalid("approval_timeout_s", "0 or more is expected");
        }
        if (request is { MaxSteps: < 1 } or { MaxCostUsd: <= 0 } || request.Timeout <= TimeSpan.Zero)
        {
            throw Invalid(request.MaxSteps < 1 ? "max_steps" : request.MaxCostUsd <= 0 ? "max_cost_usd" : "timeout_s", "more than 0 is expected");
        }
    }

    /// <summary>The id under which the caller sends this input again when it does not know whether it arrived; null without one.</summary>
    public static string? Key(HttpContext http) => ExternalId(http.Request.Headers["Idempotency-Key"] is [{ Length: > 0 } key, ..] ? key : null);

    private static string? ExternalId(string? id) => id is { Length: > ExternalIdLimit } ? throw Invalid("external_id", $"at most {ExternalIdLimit} characters") : id is { Length: > 0 } ? id : null;

    private static bool IsBase64(string? text) => text is { Length: > 0 } && System.Buffers.Text.Base64.IsValid(text);

    private static PryxException Invalid(string field, string what) => new("VALIDATION_ERROR", $"{field}: {what}");
}
