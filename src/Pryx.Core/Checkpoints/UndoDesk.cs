using Pryx.Core.Audit;
using Pryx.Core.Sessions;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;

namespace Pryx.Core.Checkpoints;

/// <summary>
/// Takes back what turns have changed, brings it back again, and rewinds a session's conversation. What somebody else has changed since is
/// left alone unless the caller names it; everything that is overwritten is kept, so that any of it can be taken back.
/// </summary>
public sealed class UndoDesk
{
    private readonly Database _database;
    private readonly SessionStore _sessions;
    private readonly CheckpointShelf _shelf;

    internal UndoDesk(Database database, SessionStore sessions, CheckpointShelf shelf) => (_database, _sessions, _shelf) = (database, sessions, shelf);

    /// <exception cref="PryxException">SESSION_NOT_FOUND</exception>
    public async Task<CheckpointsBody> ListAsync(SessionId session, CancellationToken cancellationToken)
    {
        var (turns, checkpoints) = await OpenAsync(session, cancellationToken);
        var hidden = HiddenRanges(checkpoints);
        var shown = new List<ShownTurn>();
        for (var i = 0; i < turns.Count; i++)
        {
            var turn = turns[i];
            var own = checkpoints.Where(checkpoint => checkpoint.Root == turn.Id).ToList();
            var files = await ReadPathsAsync(own, cancellationToken);
            shown.Add(new(
                i + 1, turn.Id, turn.Status, turn.StartedAt, Head(turn.Text), own.Count > 0 && own.All(static checkpoint => checkpoint.UndoneBy is not null),
                turn.First > 0 && hidden.Any(range => turn.First >= range.From && turn.Last <= range.To), own.Count == 0 ? [] : Changes(files, own[0].Workspace), [.. own.SelectMany(static checkpoint => checkpoint.Notes).Distinct()]));
        }
        return new(shown, FindRedo(checkpoints) is not null);
    }

    /// <exception cref="PryxException">SESSION_NOT_FOUND, SESSION_BUSY, UNDO_NOTHING, TURN_NOT_FOUND, UNDO_BUSY.</exception>
    /// <param name="by">Who wants it, for the audit log.</param>
    /// <param name="own">The turn that asks, which runs itself; null for none.</param>
    public async Task<UndoneBody> UndoAsync(SessionId session, UndoInput input, bool preview, string by, TurnId? own, CancellationToken cancellationToken)
    {
        var (turns, checkpoints) = await OpenAsync(session, cancellationToken, preview ? null : (own, true));
        var chosen = input.Turn is { } number ? OfTurn(TurnAt(turns, number), checkpoints) : await OfLastTurnAsync(turns, checkpoints, cancellationToken);
        if (chosen.Count == 0)
        {
            throw new PryxException(
                "UNDO_NOTHING", input.Turn is { } asked ? $"Turn {asked} has changed nothing in the workspace." : "No turn of this session has changed anything that is not undone already.",
                "pryx undo --list shows what each turn has changed");
        }
        return await RunAsync(new("undo", session, chosen[0].Workspace, chosen, turns, preview, by, input.Force, input.Paths) { Own = own }, cancellationToken);
    }

    /// <summary>Brings back what the last undo or rewind took back.</summary>
    /// <exception cref="PryxException">SESSION_NOT_FOUND, SESSION_BUSY, REDO_NOTHING, UNDO_BUSY.</exception>
    public async Task<UndoneBody> RedoAsync(SessionId session, UndoInput input, bool preview, string by, TurnId? own, CancellationToken cancellationToken)
    {
        var (turns, checkpoints) = await OpenAsync(session, cancellationToken, preview ? null : (own, true));
        var last = FindRedo(checkpoints)
            ?? throw new PryxException("REDO_NOTHING", "Nothing was undone that could be brought back, or a turn has changed files since.", "pryx undo --list shows what each turn has changed");
        return await RunAsync(new("redo", session, last.Workspace, [last], turns, preview, by, input.Force, input.Paths) { Own = own, Reverses = last }, cancellationToken);
    }

    /// <summary>Back to how it was after a turn.</summary>
    /// <exception cref="PryxException">SESSION_NOT_FOUND, SESSION_BUSY, TURN_NOT_FOUND, VALIDATION_ERROR, UNDO_NOTHING, UNDO_BUSY.</exception>
    public async Task<UndoneBody> RewindAsync(SessionId session, RewindInput input, bool preview, string by, TurnId? own, CancellationToken cancellationToken)
    {
        if ((input.What ?? "both") is not ("both" or "files" or "conversation"))
        {
            throw new PryxException("VALIDATION_ERROR", "what: both, files or conversation is expected");
        }
        var to = input.To ?? throw new PryxException("VALIDATION_ERROR", "to: the number of the turn to go back to is expected, 0 for before the first", "pryx undo --list shows the turns");
        var (turns, checkpoints) = await OpenAsync(session, cancellationToken, preview ? null : (own, true));
        if (to != 0)
        {
            _ = TurnAt(turns, to);
        }
        var after = turns.Skip(to).Where(turn => turn.Id != own).ToList();
        var ids = after.Select(static turn => turn.Id).ToHashSet();
        var files = input.What != "conversation";
        var taken = files ? checkpoints.Where(checkpoint => checkpoint is { Root: { } turn, UndoneBy: null } && ids.Contains(turn)).Reverse().ToList() : [];
        if (after.Count == 0 || (input.What == "files" && taken.Count == 0))
        {
            throw new PryxException("UNDO_NOTHING", after.Count == 0 ? $"Turn {to} is the last one: there is nothing after it." : $"No turn after turn {to} has changed anything that is not undone already.", "pryx undo --list shows the turns");
        }
        var workspace = taken.FirstOrDefault()?.Workspace ?? (await _sessions.FindAsync(session, cancellationToken))?.Workspace ?? "";
        return await RunAsync(new("rewind", session, workspace, taken, turns, preview, by, input.Force, input.Paths)
        {
            Own = own,
            HidesFrom = input.What == "files" ? null : after.FirstOrDefault(static turn => turn.First > 0)?.First,
            To = to,
            Numbers = [.. Enumerable.Range(to + 1, after.Count)],
        }, cancellationToken);
    }

    private async Task<UndoneBody> RunAsync(UndoRequest request, CancellationToken cancellationToken)
    {
        using var held = request.Preview ? null : await _shelf.HoldAsync(cancellationToken);
        var entries = new List<CheckpointPath>();
        foreach (var ofOneTurn in request.Taken.GroupBy(static checkpoint => checkpoint.Root))
        {
            entries.AddRange((await ReadPathsAsync(ofOneTurn, cancellationToken)).Where(static path => path.UndoneBy is null).Reverse());
        }
        var plan = await Task.Run(() => RestorePlan.Of(_shelf.Tree, _shelf.Blobs, entries, request.Overwrites, keep: !request.Preview), cancellationToken);
        var body = request.Describe(plan);
        if (request.Preview)
        {
            return body;
        }
        var operation = new Checkpoint(Guid.NewGuid().ToString("N"), request.Session, request.Kind, request.Workspace, _database.Time.GetUtcNow()) { Reverses = request.Reverses?.Id };
        var steps = plan.Changes.Select((path, number) => new CheckpointPath(operation.Id, number, path.Path, path.Present, path.Target, null)).ToList();
        await _shelf.Store.BeginAsync(operation, steps, plan.Covered, cancellationToken);
        // From here on it is done to the end, whoever has gone away.
        var failed = await Task.Run(() => new Restorer(_shelf.Tree).Run([.. steps.Select(static step => (step.Path, step.Before, step.After))]), CancellationToken.None);
        body = request.After(body, failed);
        await FinishAsync(operation, failed.Keys.ToList(), request, body);
        return body;
    }

    private Task FinishAsync(Checkpoint operation, IReadOnlyCollection<string> failed, UndoRequest request, UndoneBody body) => _shelf.Store.FinishAsync(
        operation, failed, request.Reverses is null ? [.. request.Taken.Select(static taken => taken.Id)] : [], connection =>
        {
            var (from, to) = (0L, 0L);
            var of = SummaryOf.TakenBack;
            if (request.HidesFrom is { } first)
            {
                (from, to) = (first, connection.Number("SELECT MAX(seq) FROM items WHERE session_id = $id", ("$id", request.Session.ToString())));
            }
            else if (request.Reverses is { HiddenFrom: > 0, ItemSeq: var item })
            {
                (from, to, of) = (item, item, SummaryOf.BroughtBack);
            }
            var name = request.Kind == "rewind" ? EventNames.SessionRewound : request.Kind == "redo" ? EventNames.WorkspaceRedone : EventNames.WorkspaceUndone;
            var text = new Summary(request.ForModel(body), from, to) { Of = of, Provenance = Provenance.User };
            var seq = _shelf.Store.Say(connection, request.Session, text, name, new(operation.Id, body.Kind, body.Turns, [.. body.Changed.Take(UndoRequest.Shown).Select(static path => path.Path)], body.Changed.Count, [.. body.Left.Take(UndoRequest.Shown).Select(static path => path.Path)], body.Conversation));
            if (request.Own is { } own && request.HidesFrom is null)
            {
                // No model has made the call, and none is offered the tool.
                var range = connection.First("SELECT MIN(seq), MAX(seq) FROM items WHERE turn_id = $turn", static row => (row.NumberOrNull(0) ?? 0, row.NumberOrNull(1) ?? 0), ("$turn", own.ToString()));
                _shelf.Store.Say(connection, request.Session, new Summary("", range.Item1, range.Item2) { Of = SummaryOf.TakenBack, Provenance = Provenance.User });
            }
            AuditLog.Append(connection, new($"workspace.{request.Kind}", "session", request.Session.ToString(), request.By, request.ForAudit(body), body.Left.Count == 0 ? "done" : "partly"), _database.Time);
            return (from, to, seq);
        }, CancellationToken.None);

    private async Task<(IReadOnlyList<TurnPlace> Turns, IReadOnlyList<Checkpoint> Checkpoints)> OpenAsync(SessionId session, CancellationToken cancellationToken, (TurnId? Own, bool MustBeIdle)? wants = null)
    {
        _ = await _sessions.FindAsync(session, cancellationToken) ?? throw SessionStore.NotFound(session);
        await _shelf.RecoverAsync(cancellationToken);
        var turns = await _shelf.Store.ListTurnsAsync(session, cancellationToken);
        if (wants is { } wanted && turns.FirstOrDefault(turn => turn.Status is "running" or "parked" && turn.Id != wanted.Own) is not null)
        {
            throw new PryxException("SESSION_BUSY", "A turn of this session is still working; what it changes could not be told from what is put back.", "wait until it has ended, or stop it with: pryx stop");
        }
        return (turns, await _shelf.Store.ListAsync(session, cancellationToken));
    }

    private async Task<IReadOnlyList<Checkpoint>> OfLastTurnAsync(IReadOnlyList<TurnPlace> turns, IReadOnlyList<Checkpoint> checkpoints, CancellationToken cancellationToken)
    {
        foreach (var turn in turns.Reverse())
        {
            var open = OfTurn(turn, checkpoints).Where(static checkpoint => checkpoint.UndoneBy is null).ToList();
            if (open.Any(static checkpoint => checkpoint.Notes.Count > 0) || (await ReadPathsAsync(open, cancellationToken)).Count > 0)
            {
                return open;
            }
        }
        return [];
    }

    // The turn itself, and the agents that it called.
    private static List<Checkpoint> OfTurn(TurnPlace turn, IReadOnlyList<Checkpoint> checkpoints) => [.. checkpoints.Where(checkpoint => checkpoint.Root == turn.Id)];

    // Agents run beside their turn: what they have touched is read in one order.
    private async Task<IReadOnlyList<CheckpointPath>> ReadPathsAsync(IEnumerable<Checkpoint> checkpoints, CancellationToken cancellationToken)
    {
        var paths = new List<CheckpointPath>();
        foreach (var checkpoint in checkpoints)
        {
            paths.AddRange(await _shelf.Store.ReadPathsAsync(checkpoint.Id, cancellationToken));
        }
        return [.. paths.OrderBy(static path => path.Number)];
    }

    private static TurnPlace TurnAt(IReadOnlyList<TurnPlace> turns, int number) => number >= 1 && number <= turns.Count
        ? turns[number - 1]
        : throw new PryxException("TURN_NOT_FOUND", $"This session has no turn {number}: it has {turns.Count}.", "pryx undo --list shows them");

    // The last thing that was taken back, unless a turn has changed something after it.
    private static Checkpoint? FindRedo(IReadOnlyList<Checkpoint> checkpoints)
    {
        foreach (var checkpoint in checkpoints.Reverse())
        {
            if (checkpoint.Kind == "turn")
            {
                return null;
            }
            if (checkpoint is { Kind: "undo" or "rewind", UndoneBy: null, IsDone: true })
            {
                return checkpoint;
            }
        }
        return null;
    }

    internal static IReadOnlyList<(long From, long To)> HiddenRanges(IReadOnlyList<Checkpoint> checkpoints) =>
        [.. checkpoints.Where(static checkpoint => checkpoint is { Kind: "rewind", UndoneBy: null, HiddenFrom: > 0 }).Select(static checkpoint => (checkpoint.HiddenFrom, checkpoint.HiddenTo))];

    private static IReadOnlyList<ShownChange> Changes(IReadOnlyList<CheckpointPath> paths, string workspace) =>
    [
        .. paths.GroupBy(static path => path.Path).OrderBy(static group => group.Key, StringComparer.Ordinal).Select(group => (Path: group.Key, From: group.First().Before, To: group.Last().After)).Where(static change => !change.From.Same(change.To))
            .Select(change => new ShownChange(
                UndoRequest.Relative(change.Path, workspace),
                change.From.Kind == PathKind.Absent ? "made" : change.To.Kind == PathKind.Absent ? "removed" : change.From.Kind == change.To.Kind && change.From.Content == change.To.Content && change.From.Target == change.To.Target ? "mode" : "changed")),
    ];

    private static string Head(string text)
    {
        var line = text.AsSpan().Trim();
        line = line[..(line.IndexOf('\n') is >= 0 and var end ? end : line.Length)];
        return line.Length <= 100 ? line.ToString() : string.Concat(line[..99], "…");
    }
}
