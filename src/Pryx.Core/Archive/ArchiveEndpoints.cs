using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Audit;
using Pryx.Core.Http;
using Pryx.Core.Sessions;
using Pryx.Core.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Archive;

/// <summary>Old sessions into files and back, and what a session was about.</summary>
/// <param name="asksModel">Whether a small model may be asked unbidden, as it is for titles.</param>
public sealed class ArchiveEndpoints(SessionArchive archive, SessionStore sessions, SessionTurns turns, AuditLog audit, Func<bool> asksModel, TimeProvider time)
{
    private const int ExtractLength = 600;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("POST", "/api/v1/sessions/{id}/summary", "Has a small model write down what the session was about, in a turn of its own; the session's context stays as it is")
        { Response = ArchiveJson.Default.SessionSummaryBody }, DescribeAsync);
        routes.Add(new("POST", "/api/v1/sessions/{id}/archive", "Moves what was said in the session into a compressed file of the data directory; it stays listed, and is found by title and summary")
        { Scope = Scopes.Approve, Request = ArchiveJson.Default.ArchiveInput, Response = ArchiveJson.Default.ArchiveResult }, ArchiveAsync);
        routes.Add(new("POST", "/api/v1/sessions/{id}/unarchive", "Puts an archived session back as it was, to the last id")
        { Scope = Scopes.Approve, Response = ArchiveJson.Default.ArchiveResult }, UnarchiveAsync);
        routes.Add(new("POST", "/api/v1/sessions/archive", "Archives every session that nobody has used for so many days, up to 1,000 at once")
        { Scope = Scopes.Approve, Request = ArchiveJson.Default.ArchiveInput, Response = ArchiveJson.Default.ArchiveResult }, ArchiveOldAsync);
    }

    private async Task DescribeAsync(HttpContext http)
    {
        var id = http.RouteSession();
        await DescribeAsync(http, id);
        var session = await sessions.FindAsync(id, http.RequestAborted) ?? throw SessionStore.NotFound(id);
        await http.WriteAsync(new SessionSummaryBody(id, session.Summary ?? ""), ArchiveJson.Default.SessionSummaryBody);
    }

    private async Task ArchiveAsync(HttpContext http)
    {
        var id = http.RouteSession();
        var input = await http.ReadOrDefaultAsync(ArchiveJson.Default.ArchiveInput);
        var done = await ArchiveOneAsync(http, id, input.Summarize ?? asksModel());
        await http.WriteAsync(new ArchiveResult(done is null ? [] : [done], []), ArchiveJson.Default.ArchiveResult);
    }

    private async Task UnarchiveAsync(HttpContext http)
    {
        var id = http.RouteSession();
        var isBack = await archive.UnarchiveAsync(id, http.RequestAborted);
        if (isBack)
        {
            await AuditAsync(http, "session.unarchived", id);
        }
        await http.WriteAsync(new ArchiveResult(isBack ? [new(id, 0, 0)] : [], []), ArchiveJson.Default.ArchiveResult);
    }

    private async Task ArchiveOldAsync(HttpContext http)
    {
        var input = await http.ReadAsync(ArchiveJson.Default.ArchiveInput);
        if (input.OlderThanDays is not (>= 1 and <= 36_500))
        {
            throw new PryxException("VALIDATION_ERROR", "older_than_days: 1 or more is expected");
        }
        List<ArchivedSession> archived = [];
        List<ArchiveTrouble> troubles = [];
        foreach (var id in await archive.FindOldAsync(time.GetUtcNow() - TimeSpan.FromDays(input.OlderThanDays.Value), http.RequestAborted))
        {
            try
            {
                if (await ArchiveOneAsync(http, id, input.Summarize ?? asksModel()) is { } done)
                {
                    archived.Add(done);
                }
            }
            catch (PryxException e)
            {
                // One that can not be archived keeps none of the others.
                troubles.Add(new(id, e.Message));
            }
        }
        await http.WriteAsync(new ArchiveResult(archived, troubles), ArchiveJson.Default.ArchiveResult);
    }

    private async Task<ArchivedSession?> ArchiveOneAsync(HttpContext http, SessionId id, bool asks)
    {
        var session = await sessions.FindAsync(id, http.RequestAborted) ?? throw SessionStore.NotFound(id);
        if (session.ArchivedAt is not null)
        {
            return null;
        }
        // Before a turn is queued behind the one that keeps it from being archived.
        await archive.CheckAsync(id, http.RequestAborted);
        if (asks && session is { Summary: null, MessageCount: > 0 })
        {
            try
            {
                await DescribeAsync(http, id);
            }
            catch (Exception e) when (e is ModelException or PryxException { Code: "SUMMARY_FAILED" or "WORKSPACE_MISSING" or "MODEL_INVALID" })
            {
                // Its own first words do: nothing is kept from being archived by a model that is not there.
            }
        }
        var done = await archive.ArchiveAsync(id, Extract(await sessions.ReadItemsAsync(id, http.RequestAborted)), http.RequestAborted);
        if (done is not null)
        {
            await AuditAsync(http, "session.archived", id);
        }
        return done;
    }

    private async Task DescribeAsync(HttpContext http, SessionId id)
    {
        var turn = await turns.DescribeAsync(id, http.Surface(), Caller.Of(http).Name, Patience, http.RequestAborted);
        if (turn.Status != TurnStatus.Completed)
        {
            throw new PryxException(
                turn.Status is TurnStatus.Queued or TurnStatus.Running or TurnStatus.Parked ? "SESSION_BUSY" : "SUMMARY_FAILED", turn.ErrorMessage ?? "The summary is not written yet: a turn of this session has not ended.", "try again when the session is quiet and a model can be had");
        }
    }

    // What stands in for a description that nobody wrote.
    private static string? Extract(IReadOnlyList<Item> items)
    {
        var (asked, said) = (items.OfType<UserMessage>().FirstOrDefault()?.Text, items.OfType<Reply>().LastOrDefault()?.Text);
        return asked is null ? null : $"{Head(asked)}{(said is null ? "" : $" → {Head(said)}")}";
    }

    private static string Head(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= ExtractLength ? line : line[..(char.IsHighSurrogate(line[ExtractLength - 1]) ? ExtractLength - 1 : ExtractLength)] + "…";
    }

    private Task AuditAsync(HttpContext http, string action, SessionId id) =>
        audit.AppendAsync(new(action, "session", id.ToString(), $"{http.Surface()}:{Caller.Of(http).Name}", "{}", "ok"), http.RequestAborted);
}

public sealed record ArchiveInput
{
    /// <summary>For many at once.</summary>
    public double? OlderThanDays { get; init; }

    /// <summary>Whether a small model is asked what each was about; null: where it writes titles, too.</summary>
    public bool? Summarize { get; init; }
}

public sealed record SessionSummaryBody(SessionId SessionId, string Summary);

public sealed record ArchiveTrouble(SessionId Id, string Message);

/// <param name="Sessions">Those that were archived, or brought back, by this call.</param>
/// <param name="Skipped">Those that could not be, and why.</param>
public sealed record ArchiveResult(IReadOnlyList<ArchivedSession> Sessions, IReadOnlyList<ArchiveTrouble> Skipped);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ArchiveInput))]
[JsonSerializable(typeof(SessionSummaryBody))]
[JsonSerializable(typeof(ArchiveResult))]
internal sealed partial class ArchiveJson : JsonSerializerContext;
