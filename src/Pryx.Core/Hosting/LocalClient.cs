using Pryx.Core.Audit;
using Pryx.Core.Policies;
using Pryx.Core.Sessions;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Grants;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;
using Pryx.Protocol.Workspaces;

namespace Pryx.Core.Hosting;

/// <summary>The client of a Core that lives in the same process: no socket, its own turns only. Disposing it suspends what runs.</summary>
public sealed class LocalClient(PryxCore core) : IPryxClient
{
    public bool KeepsTurnsRunning => false;

    public async Task<Session> CreateSessionAsync(CreateSession request, CancellationToken cancellationToken)
    {
        var store = await core.StoreAsync(cancellationToken);
        if (request.Model is not null)
        {
            // A session that could never run is not made.
            request = request with { Model = await Known(() => core.CheckModelAsync(request.Model, request.Workspace, cancellationToken)) };
        }
        return await store.Sessions.CreateAsync(request, cancellationToken);
    }

    public async Task<Session?> FindSessionAsync(SessionId id, CancellationToken cancellationToken) =>
        await (await core.StoreAsync(cancellationToken)).Sessions.FindAsync(id, cancellationToken);

    public async Task<Session?> FindLatestSessionAsync(string workspace, CancellationToken cancellationToken) =>
        await (await core.StoreAsync(cancellationToken)).Sessions.FindLatestAsync(workspace, cancellationToken);

    public async Task<IReadOnlyList<Session>> ListSessionsAsync(int limit, CancellationToken cancellationToken) =>
        await (await core.StoreAsync(cancellationToken)).Sessions.ListAsync(limit, cancellationToken);

    public async Task<IReadOnlyList<SessionHit>> SearchSessionsAsync(string query, int limit, CancellationToken cancellationToken) =>
        await (await core.StoreAsync(cancellationToken)).Sessions.SearchAsync(query, limit, cancellationToken);

    public async Task<IReadOnlyList<Item>> GetItemsAsync(SessionId id, CancellationToken cancellationToken)
    {
        var sessions = (await core.StoreAsync(cancellationToken)).Sessions;
        if (await sessions.FindAsync(id, cancellationToken) is { ArchivedAt: not null } archived)
        {
            SessionStore.RequireAtHand(archived);
        }
        return await sessions.ReadItemsAsync(id, cancellationToken);
    }

    public async Task<Session> ForkSessionAsync(SessionId id, string? title, int? turn, CancellationToken cancellationToken) =>
        await (await core.StoreAsync(cancellationToken)).Sessions.ForkAsync(id, title, new(turn, null), cancellationToken);

    public Task<bool> DeleteSessionAsync(SessionId id, CancellationToken cancellationToken) =>
        core.DeleteSessionAsync(id, cancellationToken);

    public Task<Turn> StartTurnAsync(StartTurn request, CancellationToken cancellationToken) =>
        Known(async () => await (await core.TurnsAsync(cancellationToken)).StartAsync(request, cancellationToken));

    public async Task<Turn?> FindOpenTurnAsync(SessionId id, CancellationToken cancellationToken) =>
        await (await core.StoreAsync(cancellationToken)).Turns.FindOpenAsync(id, cancellationToken);

    public async Task<Turn?> FindLastTurnAsync(SessionId id, CancellationToken cancellationToken) =>
        await (await core.StoreAsync(cancellationToken)).Turns.ListAsync(id, 1, cancellationToken) is [var last, ..] ? last : null;

    public Task<Turn> ResumeTurnAsync(StartTurn request, TurnId turnId, CancellationToken cancellationToken) =>
        Known(async () => await (await core.TurnsAsync(cancellationToken)).ResumeAsync(turnId, request, cancellationToken));

    public async Task<long> GetVersionAsync(CancellationToken cancellationToken) =>
        await (await core.StoreAsync(cancellationToken)).Events.ReadLastVersionAsync(cancellationToken);

    public async Task<EventPage> GetEventsAsync(SessionId? id, long afterVersion, int limit, CancellationToken cancellationToken) =>
        await (await core.StoreAsync(cancellationToken)).Events.ReadPageAsync(id, afterVersion, [], Math.Clamp(limit, 0, 1000), cancellationToken);

    public async IAsyncEnumerable<PryxEvent> SubscribeAsync(
        SessionId id, long afterVersion, bool canApprove, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var store = await core.StoreAsync(cancellationToken);
        await foreach (var e in store.Events.SubscribeAsync(id, afterVersion, canApprove, cancellationToken))
        {
            yield return e;
        }
    }

    public async Task<Approval?> FindApprovalAsync(ApprovalId id, CancellationToken cancellationToken) =>
        await (await core.StoreAsync(cancellationToken)).Approvals.FindAsync(id, cancellationToken) is { IsPending: true } state ? state.Approval : null;

    public async Task<IReadOnlyList<Approval>> ListPendingApprovalsAsync(SessionId id, CancellationToken cancellationToken) =>
        await (await core.StoreAsync(cancellationToken)).Approvals.ListPendingAsync(id, cancellationToken);

    public async Task<bool> AnswerApprovalAsync(ApprovalId id, ApprovalAnswer answer, CancellationToken cancellationToken) =>
        await (await core.StoreAsync(cancellationToken)).Desk.AnswerAsync(id, answer, cancellationToken);

    public async Task<bool> StopTurnAsync(TurnId id, CancellationToken cancellationToken) =>
        await (await core.TurnsAsync(cancellationToken)).StopAsync(id, $"cli:{Environment.UserName}", cancellationToken);

    public async Task<string> SetProviderKeyAsync(string name, string key, CancellationToken cancellationToken)
    {
        var place = await core.SetProviderKeyAsync(name, key, cancellationToken);
        await WriteDownAsync("provider.key_set", "provider", name);
        return place;
    }

    public async Task<IReadOnlyList<Grant>> ListGrantsAsync(bool withEnded, CancellationToken cancellationToken)
    {
        var store = await core.StoreAsync(cancellationToken);
        return [.. (await store.Grants.ListAsync(withEnded, cancellationToken)).Reverse().Select(grant => GrantsBody.Shown(grant, store.Database.Time.GetUtcNow()))];
    }

    public async Task<Grant> AddGrantAsync(AddGrant request, CancellationToken cancellationToken)
    {
        var store = await core.StoreAsync(cancellationToken);
        return GrantsBody.Shown(await store.Grants.AddAsync(
            new NewGrant(request.Rule, request.Workspace, request.SessionId, request.GrantedBy) { Lifetime = request.ExpiresAt - store.Database.Time.GetUtcNow() }, cancellationToken), store.Database.Time.GetUtcNow());
    }

    public async Task<bool> RevokeGrantAsync(string id, string revokedBy, CancellationToken cancellationToken) =>
        await (await core.StoreAsync(cancellationToken)).Grants.RevokeAsync(id, revokedBy, cancellationToken);

    public async Task<TrustCard?> GetTrustCardAsync(string workspace, CancellationToken cancellationToken) =>
        await (await core.StoreAsync(cancellationToken)).Trust.FindCardAsync(workspace, cancellationToken);

    public async Task TrustWorkspaceAsync(TrustCard shown, CancellationToken cancellationToken)
    {
        await (await core.StoreAsync(cancellationToken)).Trust.TrustAsync(shown, cancellationToken);
        await WriteDownAsync("workspace.trusted", "workspace", shown.Workspace, ("fingerprint", shown.Fingerprint));
    }

    // What the routes write down of their callers.
    private async Task WriteDownAsync(string action, string type, string id, params (string, string?)[] details) =>
        await new AuditLog((await core.StoreAsync(CancellationToken.None)).Database).AppendAsync(new(action, type, id, $"cli:{Environment.UserName}", AuditDetails.Of(details), "ok"), CancellationToken.None);

    public ValueTask DisposeAsync() => core.DisposeAsync();

    // Over the wire a model's failure is an error body like any other; in the process it is the same.
    private static async Task<T> Known<T>(Func<Task<T>> callAsync)
    {
        try
        {
            return await callAsync();
        }
        catch (ModelException e)
        {
            throw new PryxException(e.Code, e.Message, inner: e);
        }
    }
}
