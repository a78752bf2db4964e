using Pryx.Commands.Access;
using Pryx.Commands.Sessions;
using Pryx.Host;
using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Schemas;
using Pryx.Protocol.Sessions;
using Pryx.Terminal;

namespace Pryx.Commands.Run;

/// <summary>The story of <c>pryx run</c>: find or make the session, settle trust, finish what is open, run the prompt, say how it went.</summary>
internal sealed class RunFlow(CommandIo io, RunOptions options, Interrupts interrupts)
{
    private readonly ITurnView _view = options.IsJson
        ? new JsonTurnView(io, options.IsQuiet)
        : new TextTurnView(io, options.IsQuiet, options.ShowsThinking, holdsText: options.OutputSchema is not null);

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync()
    {
        await using var client = await io.ConnectAsync(new ConnectOptions(options.IsLocal, options.Workspace) { RunsTurns = true }, interrupts.Any);
        var (session, open) = await FindSessionAsync(client);
        var prompt = options.Prompt;
        if (session is not null && open is null && prompt is null)
        {
            prompt = await GoOnAfterLimitAsync(client, session)
                ?? throw UsageError.Of($"Session {session.Id} has no open turn to finish.", "pryx run --continue \"what to do next\"");
        }
        var isUntrusted = await new TrustPrompt(client, io).SettleAsync(options.Workspace, options.IsQuiet ? null : _view.Note, interrupts.Any);
        var isNew = session is null;
        session ??= await client.CreateSessionAsync(
            new CreateSession { Workspace = options.Workspace, Model = options.Model, SystemPrompt = options.System }, interrupts.Any);

        var result = default(RunResult);
        // A daemon goes on with an open turn by itself: a prompt reaches it there.
        if (open is not null && !(client.KeepsTurnsRunning && prompt is not null))
        {
            try
            {
                result = await TurnAsync(client, session, mayBeRunning: true, cancellationToken => client.ResumeTurnAsync(Request(session) with { Text = null, Attachments = [] }, open.Id, cancellationToken));
            }
            catch (PryxException e) when (e.Code == "TURN_TAKEN" && prompt is not null)
            {
                // Another process is at it: the prompt goes there, or begins the next turn when it has just ended.
            }
        }
        if (prompt is not null && result?.ExitCode is null or ExitCodes.Ok or ExitCodes.DeniedForWantOfPerson)
        {
            try
            {
                result = await TurnAsync(client, session, mayBeRunning: open is not null, cancellationToken => client.StartTurnAsync(Request(session) with { Text = prompt }, cancellationToken));
            }
            catch (PryxException e) when (isNew && e.Code is "POLICY_UNKNOWN" or "POLICY_INVALID")
            {
                // Nothing was said in it, and nothing will be.
                await client.DeleteSessionAsync(session.Id, CancellationToken.None);
                throw;
            }
        }
        _view.Finish(result! with { UntrustedFolder = isUntrusted ? options.Workspace : null });
        return result!.ExitCode;
    }

    private async Task<(Session? Session, Turn? Open)> FindSessionAsync(IPryxClient client)
    {
        if (options.Session is null && !options.Continues)
        {
            return (null, null);
        }
        var session = options.Session is { } id
            ? await SessionLookup.FindAsync(client, id, interrupts.Any)
            : await client.FindLatestSessionAsync(options.Workspace, interrupts.Any)
                ?? throw new PryxException("NOTHING_TO_CONTINUE", $"There is no session in {options.Workspace} to continue.", "pryx run \"what to do\"");
        return (session, await client.FindOpenTurnAsync(session.Id, interrupts.Any));
    }

    // A limit ends a turn for good: what it left undone is the next one's, with this run's limits.
    private async Task<string?> GoOnAfterLimitAsync(IPryxClient client, Session session)
    {
        if (await client.FindLastTurnAsync(session.Id, interrupts.Any) is not { Status: TurnStatus.Limited } last)
        {
            return null;
        }
        if (!options.IsQuiet)
        {
            _view.Note($"The last turn ended at a limit ({last.ErrorCode}); going on with it.");
        }
        return "Go on.";
    }

    private async Task<RunResult> TurnAsync(IPryxClient client, Session session, bool mayBeRunning, Func<CancellationToken, Task<Turn>> startAsync)
    {
        var started = io.Time.GetTimestamp();
        var (turn, tally) = await new TurnFollower(client, io, _view, interrupts).FollowAsync(session.Id, mayBeRunning, startAsync);
        var result = new RunResult
        {
            Outcome = tally.Ended?.Outcome ?? (client.KeepsTurnsRunning ? "running" : "suspended"),
            ExitCode = tally.Ended is { } ended ? ExitCodes.Of(ended) : ExitCodes.Stopped,
            SessionId = session.Id,
            TurnId = turn,
            Text = tally.FinalText,
            Code = tally.Ended?.Code,
            Message = tally.Ended is not null ? tally.Ended.Message
                : client.KeepsTurnsRunning ? "The turn goes on in the background; 'pryx run --continue' follows it."
                : "The turn is suspended; 'pryx run --continue' goes on with it.",
            Steps = tally.Ended?.Steps ?? 0,
            Usage = tally.Ended?.Usage ?? default,
            CostUsd = tally.Ended?.CostUsd,
            EstimatedCostUsd = tally.Ended?.EstimatedCostUsd,
            DurationMs = (long)io.Time.GetElapsedTime(started).TotalMilliseconds,
            Denied = tally.Denied,
            TraceId = tally.Ended?.TraceId,
        };
        return result.Outcome == "completed" && options.OutputSchema is { } schema ? Checked(result, new JsonSchema(schema)) : result;
    }

    private static RunResult Checked(RunResult result, JsonSchema schema) => SchemaReply.Read(result.Text, schema) switch
    {
        { Output: { } output } => result with { Output = output },
        var reply => result with
        {
            Outcome = "failed",
            ExitCode = result.ExitCode is ExitCodes.Ok ? ExitCodes.Failed : result.ExitCode,
            Code = "OUTPUT_INVALID",
            Message = $"The reply does not satisfy the output schema: {reply.Problem}",
        },
    };

    private StartTurn Request(Session session) => new()
    {
        SessionId = session.Id,
        Text = options.Prompt,
        Attachments = options.Attachments,
        Model = options.Model,
        Effort = options.Effort,
        Mode = options.IsPlan ? "plan" : null,
        Policy = options.Policy,
        Allow = options.Allow,
        ApproveAll = options.ApproveAll,
        MaxSteps = options.MaxSteps,
        MaxCostUsd = options.MaxCostUsd,
        Timeout = options.Timeout,
        OutputSchema = options.OutputSchema,
        Surface = "cli",
        Principal = io.Principal,
    };
}
