using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Core.Sessions;
using Pryx.Protocol;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Policies;

/// <summary><c>/api/v1/pins</c>: constraints that hold until the user takes them back.</summary>
public sealed class PinEndpoints(PinStore pins, SessionStore sessions)
{
    private const string Root = "/api/v1/pins";

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", Root, "The pinned constraints that hold now, oldest first, and how each was read") { Response = PinnedJson.Default.PinsBody }, ListAsync);
        routes.Add(new("POST", Root, "Pins a constraint in words; the answer says whether it is enforced, and as what")
        { Scope = Scopes.Approve, Request = PinnedJson.Default.PinInput, Response = PinnedJson.Default.ShownPin, Status = 201 }, AddAsync);
        routes.Add(new("DELETE", Root + "/{id}", "Takes a pin back; the beginning of its id is enough where it is unique") { Scope = Scopes.Approve, Status = 204 }, RemoveAsync);
    }

    private async Task ListAsync(HttpContext http) =>
        await http.WriteAsync(new PinsBody([.. (await pins.ListAsync(http.RequestAborted)).Select(ShownPin.Of)]), PinnedJson.Default.PinsBody);

    private async Task AddAsync(HttpContext http)
    {
        var input = await http.ReadAsync(PinnedJson.Default.PinInput);
        if (string.IsNullOrWhiteSpace(input.Text))
        {
            throw new PryxException("VALIDATION_ERROR", "text: the constraint in words is expected", "such as: ask me before any e-mail");
        }
        if (input.SessionId is { } session && await sessions.FindAsync(session, http.RequestAborted) is null)
        {
            throw new PryxException("SESSION_NOT_FOUND", $"session_id: there is no session {session}.", "pryx session list shows those there are.");
        }
        if (input.Workspace is { } folder && !(Path.IsPathFullyQualified(folder) && Directory.Exists(folder)))
        {
            throw new PryxException("WORKSPACE_MISSING", $"workspace: there is no folder {folder}; its absolute path is expected.");
        }
        var added = await pins.AddAsync(new(input.Text, input.Workspace, input.SessionId, By(http, input.PinnedBy)) { ExpiresAt = input.ExpiresAt?.ToUniversalTime() }, http.RequestAborted);
        http.Response.Headers.Location = $"{Root}/{added.Pin.Id}";
        await http.WriteAsync(ShownPin.Of(added), PinnedJson.Default.ShownPin, StatusCodes.Status201Created);
    }

    private async Task RemoveAsync(HttpContext http)
    {
        var id = http.RouteText("id");
        _ = await pins.RemoveAsync(id, By(http, http.QueryText("removed_by")), http.RequestAborted)
            ?? throw new PryxException("PIN_NOT_FOUND", $"There is no pin {id}.", "GET /api/v1/pins lists those that hold.");
        await http.NoContent();
    }

    // As with grants: the user's own programs say for whom they speak.
    private static string By(HttpContext http, string? said)
    {
        var caller = Caller.Of(http).Name;
        return caller is "core" or "anyone" && !string.IsNullOrWhiteSpace(said) && said.Length <= 100 ? said.Trim() : $"{http.Surface()}:{caller}";
    }
}

/// <param name="Text">In the person's words, at most 500 characters.</param>
/// <param name="SessionId">Only in this session, its forks and its agents; null for every one.</param>
/// <param name="Workspace">Only in this folder; null for every one.</param>
/// <param name="PinnedBy">Counts only from the user's own programs.</param>
public sealed record PinInput(string? Text, SessionId? SessionId, string? Workspace, DateTimeOffset? ExpiresAt, string? PinnedBy);

/// <param name="Enforced">False: no rule could be made of the words; the model is told, and may not keep to it.</param>
/// <param name="Decision">ask or deny; null when it is not enforced.</param>
/// <param name="About">What it was read as.</param>
/// <param name="Says">The reading as a sentence.</param>
public sealed record ShownPin(string Id, string Text, bool Enforced, string? Decision, IReadOnlyList<string> About, string Says, string PinnedBy, DateTimeOffset CreatedAt)
{
    public SessionId? SessionId { get; init; }
    public string? Workspace { get; init; }

    /// <summary>UTC; null: until it is removed.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public static ShownPin Of(StoredPin stored) => new(
        stored.Pin.Id, stored.Pin.Text, stored.Pin.Reading.IsEnforced, stored.Pin.Reading.IsEnforced ? stored.Pin.Reading.Decision == Agent.Policy.Decision.Deny ? "deny" : "ask" : null,
        [.. stored.Pin.Reading.Targets.Select(static target => target.ToString())], stored.Pin.Reading.Says, stored.CreatedBy, stored.CreatedAt)
    {
        SessionId = stored.Session,
        Workspace = stored.Workspace,
        ExpiresAt = stored.ExpiresAt,
    };
}

public sealed record PinsBody(IReadOnlyList<ShownPin> Pins);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PinInput))]
[JsonSerializable(typeof(ShownPin))]
[JsonSerializable(typeof(PinsBody))]
internal sealed partial class PinnedJson : JsonSerializerContext;
