using System.Globalization;
using System.Runtime.CompilerServices;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Grants;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Protocol.Workspaces;

namespace Pryx.Protocol.Client;

/// <summary>Core over HTTP, on a socket or inside the process. Every input gets an id of its own, so that none is taken twice however often it is sent.</summary>
/// <param name="http">Without a timeout, redirects and proxy; disposed with the client.</param>
public sealed class PryxHttpClient(HttpMessageInvoker http, PryxHttpOptions options) : IPryxClient
{
    private const string Sessions = "/api/v1/sessions";
    private const int SessionPage = 100;
    private const int ItemPage = 1000;
    private readonly CoreRequests _core = new(http, options);
    private readonly Lock _gate = new();
    private readonly List<Task> _opening = [];

    public bool KeepsTurnsRunning => true;

    public async Task<Session> CreateSessionAsync(CreateSession request, CancellationToken cancellationToken) => Must(await _core.SendAsync(
        CoreRequest.Post(Sessions, NewSession.From(request with { Workspace = request.Workspace is { } folder ? Path.GetFullPath(folder) : null }), ProtocolJson.Default.NewSession), ProtocolJson.Default.Session, cancellationToken));

    public Task<Session?> FindSessionAsync(SessionId id, CancellationToken cancellationToken) =>
        _core.SendAsync(CoreRequest.Get($"{Sessions}/{id}"), ProtocolJson.Default.Session, cancellationToken, notFoundIsNothing: true);

    public async Task<Session?> FindLatestSessionAsync(string workspace, CancellationToken cancellationToken) => Must(await _core.SendAsync(
        CoreRequest.Get($"{Sessions}?limit=1&workspace={Uri.EscapeDataString(Path.GetFullPath(workspace))}"), ProtocolJson.Default.SessionPage, cancellationToken)).Sessions is [var latest, ..] ? latest : null;

    public async Task<IReadOnlyList<Session>> ListSessionsAsync(int limit, CancellationToken cancellationToken)
    {
        limit = Math.Clamp(limit, 1, 1000);
        var all = new List<Session>();
        string? cursor = null;
        do
        {
            var path = Invariant($"{Sessions}?limit={Math.Min(limit - all.Count, SessionPage)}") + (cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}");
            var page = Must(await _core.SendAsync(CoreRequest.Get(path), ProtocolJson.Default.SessionPage, cancellationToken));
            all.AddRange(page.Sessions);
            cursor = page.NextCursor;
        }
        while (cursor is not null && all.Count < limit);
        return all;
    }

    public async Task<IReadOnlyList<SessionHit>> SearchSessionsAsync(string query, int limit, CancellationToken cancellationToken) => string.IsNullOrEmpty(query) ? [] : Must(await _core.SendAsync(
        CoreRequest.Get(Invariant($"{Sessions}/search?limit={limit}&q={Uri.EscapeDataString(query)}")), ProtocolJson.Default.SearchPage, cancellationToken)).Results;

    public async Task<IReadOnlyList<Item>> GetItemsAsync(SessionId id, CancellationToken cancellationToken)
    {
        var all = new List<Item>();
        long? after = 0;
        do
        {
            var page = await _core.SendAsync(CoreRequest.Get(Invariant($"{Sessions}/{id}/items?limit={ItemPage}&after_seq={after}")), ProtocolJson.Default.ItemPage, cancellationToken, notFoundIsNothing: true);
            all.AddRange(page?.Items ?? []);
            after = page?.NextAfterSeq;
        }
        while (after is not null);
        return all;
    }

    public async Task<Session> ForkSessionAsync(SessionId id, string? title, int? turn, CancellationToken cancellationToken) => Must(await _core.SendAsync(
        CoreRequest.Post($"{Sessions}/{id}/fork", new ForkSession { Title = title, Turn = turn }, ProtocolJson.Default.ForkSession), ProtocolJson.Default.Session, cancellationToken));

    public Task<bool> DeleteSessionAsync(SessionId id, CancellationToken cancellationToken) => _core.DoAsync(CoreRequest.Delete($"{Sessions}/{id}"), cancellationToken);

    public async Task<Turn> StartTurnAsync(StartTurn request, CancellationToken cancellationToken)
    {
        await SubscribedAsync(cancellationToken);
        if (request.Compact is { } compact)
        {
            return Must(await _core.SendAsync(CoreRequest.Post($"{Sessions}/{request.SessionId}/compact", compact, ProtocolJson.Default.CompactSession), ProtocolJson.Default.TurnAccepted, cancellationToken)).ToTurn();
        }
        var body = SendMessage.From(request) with { ExternalId = request.ExternalId ?? $"{options.Surface}-{Guid.NewGuid():N}" };
        var sent = CoreRequest.Post($"{Sessions}/{request.SessionId}/messages", body, ProtocolJson.Default.SendMessage) with { IsRepeatable = true };
        return Must(await _core.SendAsync(sent, ProtocolJson.Default.TurnAccepted, cancellationToken)).ToTurn();
    }

    public Task<Turn?> FindOpenTurnAsync(SessionId id, CancellationToken cancellationToken) =>
        _core.SendAsync(CoreRequest.Get($"{Sessions}/{id}/turns/open"), ProtocolJson.Default.Turn, cancellationToken, notFoundIsNothing: true);

    public async Task<Turn?> FindLastTurnAsync(SessionId id, CancellationToken cancellationToken) =>
        (await _core.SendAsync(CoreRequest.Get($"{Sessions}/{id}/turns?limit=1"), ProtocolJson.Default.TurnPage, cancellationToken, notFoundIsNothing: true))?.Turns is [var last, ..] ? last : null;

    public async Task<Turn> ResumeTurnAsync(StartTurn request, TurnId turnId, CancellationToken cancellationToken)
    {
        await SubscribedAsync(cancellationToken);
        var sent = CoreRequest.Post($"{Sessions}/{request.SessionId}/turns/{turnId}/resume", SendMessage.From(request with { Text = null, Attachments = [] }), ProtocolJson.Default.SendMessage);
        return Must(await _core.SendAsync(sent with { IsRepeatable = true }, ProtocolJson.Default.TurnAccepted, cancellationToken)).ToTurn();
    }

    public async Task<long> GetVersionAsync(CancellationToken cancellationToken) => (await GetEventsAsync(null, 0, 0, cancellationToken)).Version;

    public async Task<EventPage> GetEventsAsync(SessionId? id, long afterVersion, int limit, CancellationToken cancellationToken) => Must(await _core.SendAsync(
        CoreRequest.Get(Invariant($"/api/v1/events?after={afterVersion}&limit={limit}") + (id is null ? "" : $"&session_id={id}")), ProtocolJson.Default.EventPage, cancellationToken));

    public async IAsyncEnumerable<PryxEvent> SubscribeAsync(SessionId id, long afterVersion, bool canApprove, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var cursor = afterVersion;
        var opened = Opening();
        var wasSilent = 0;
        while (true)
        {
            if (wasSilent > 0)
            {
                // A stream that ends before it has said anything is not worth hurrying for.
                await Task.Delay(TimeSpan.FromSeconds(Math.Min(8, 1 << (wasSilent - 1))), options.Time, cancellationToken);
            }
            wasSilent++;
            using var response = await OpenAsync(id, cursor, canApprove, opened, cancellationToken);
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var reader = new EventStreamReader(stream, options.Time);
            while (await ReadOrNullAsync(reader, cancellationToken) is { } e)
            {
                wasSilent = 0;
                if (e.IsProgress)
                {
                    yield return e;
                }
                else if (e.Version > cursor)
                {
                    cursor = e.Version;
                    yield return e;
                }
            }
        }
    }

    public async Task<Approval?> FindApprovalAsync(ApprovalId id, CancellationToken cancellationToken) =>
        await _core.SendAsync(CoreRequest.Get($"/api/v1/approvals/{id}"), ClientJson.Default.ShownQuestion, cancellationToken, notFoundIsNothing: true) is { State: "pending" } found ? found.Approval : null;

    public async Task<IReadOnlyList<Approval>> ListPendingApprovalsAsync(SessionId id, CancellationToken cancellationToken) =>
        Must(await _core.SendAsync(CoreRequest.Get($"/api/v1/approvals/pending?session_id={id}"), ClientJson.Default.ApprovalsPending, cancellationToken)).Approvals;

    public async Task<bool> AnswerApprovalAsync(ApprovalId id, ApprovalAnswer answer, CancellationToken cancellationToken)
    {
        try
        {
            return await _core.DoAsync(CoreRequest.Post("/api/v1/approvals/decision", ApprovalDecision.Of(id, answer), ClientJson.Default.ApprovalDecision), cancellationToken);
        }
        catch (PryxException e) when (e.Code == "ALREADY_ANSWERED")
        {
            return false;
        }
    }

    public async Task<bool> StopTurnAsync(TurnId id, CancellationToken cancellationToken) =>
        await _core.SendAsync(new CoreRequest(HttpMethod.Post, $"/api/v1/turns/{id}/stop") { IsRepeatable = true }, ProtocolJson.Default.TurnStopped, cancellationToken, notFoundIsNothing: true) is { Stopped: true };

    public async Task<string> SetProviderKeyAsync(string name, string key, CancellationToken cancellationToken)
    {
        var sent = CoreRequest.Post($"/api/v1/providers/{Uri.EscapeDataString(name)}/key", new ProviderKey(key), ClientJson.Default.ProviderKey) with { IsRepeatable = true };
        return (await _core.SendAsync(sent, ClientJson.Default.ProviderKeyStored, cancellationToken))?.KeptIn ?? "Core's vault";
    }

    public async Task<IReadOnlyList<Grant>> ListGrantsAsync(bool withEnded, CancellationToken cancellationToken) =>
        Must(await _core.SendAsync(CoreRequest.Get($"/api/v1/policies/grants{(withEnded ? "?state=all" : "")}"), ProtocolJson.Default.GrantList, cancellationToken)).Grants;

    public async Task<Grant> AddGrantAsync(AddGrant request, CancellationToken cancellationToken) =>
        Must(await _core.SendAsync(CoreRequest.Post("/api/v1/policies/grants", request, ProtocolJson.Default.AddGrant), ProtocolJson.Default.Grant, cancellationToken));

    public Task<bool> RevokeGrantAsync(string id, string revokedBy, CancellationToken cancellationToken) =>
        _core.DoAsync(CoreRequest.Delete($"/api/v1/policies/grants/{Uri.EscapeDataString(id)}?revoked_by={Uri.EscapeDataString(revokedBy)}"), cancellationToken);

    public Task<TrustCard?> GetTrustCardAsync(string workspace, CancellationToken cancellationToken) =>
        _core.SendAsync(CoreRequest.Get($"/api/v1/workspaces/trust?path={Uri.EscapeDataString(Path.GetFullPath(workspace))}"), ProtocolJson.Default.TrustCard, cancellationToken);

    public Task TrustWorkspaceAsync(TrustCard shown, CancellationToken cancellationToken) =>
        _core.DoAsync(CoreRequest.Post("/api/v1/workspaces/trust", shown, ProtocolJson.Default.TrustCard), cancellationToken);

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<HttpResponseMessage> OpenAsync(SessionId id, long cursor, bool canApprove, TaskCompletionSource opened, CancellationToken cancellationToken)
    {
        try
        {
            var version = cursor.ToString(CultureInfo.InvariantCulture);
            return await _core.OpenAsync(CoreRequest.Get($"/api/v1/events/stream?session_id={id}{(canApprove ? "&can_approve=1" : "")}") with { LastEventId = version }, cancellationToken);
        }
        finally
        {
            opened.TrySetResult();
        }
    }

    /// <summary>Null when the connection ended, in whatever way: the stream is opened again at the last version.</summary>
    private static async Task<PryxEvent?> ReadOrNullAsync(EventStreamReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (Exception e) when (CoreRequests.IsCut(e))
        {
            return null;
        }
    }

    // A turn must not begin before those who are to answer its questions are known to Core.
    private TaskCompletionSource Opening()
    {
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _opening.RemoveAll(static task => task.IsCompleted);
            _opening.Add(opened.Task);
        }
        return opened;
    }

    private Task SubscribedAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.WhenAll(_opening).WaitAsync(cancellationToken);
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static T Must<T>(T? value) where T : class => value ?? throw new PryxException("CORE_ANSWER_INVALID", "Core gave an empty answer where one was expected.");
}
