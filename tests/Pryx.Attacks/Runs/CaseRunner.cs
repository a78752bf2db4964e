using Pryx.Attacks.Bench;
using Pryx.Attacks.Cases;
using Pryx.Attacks.World;
using Pryx.Testing;

namespace Pryx.Attacks.Runs;

/// <summary>Runs cases in a small world, one after the other.</summary>
public sealed class CaseRunner(SmallWorld world)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <param name="agent">Another program that is to play, as users start it; null for the engine itself.</param>
    public async Task<CaseResult> RunAsync(CaseFile @case, CaseHow how, AgentFile? agent, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        var trace = new CaseTrace();
        var result = new CaseResult(@case.Name, how);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            result = await RunAsync(@case, how, agent, result, trace, limit.Token);
        }
        catch (Exception e) // The edge: the case failed, the worker goes on.
        {
            result = result with { Error = $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}" };
        }
        return result with
        {
            Cards = trace.Cards, TookFolder = trace.TookFolder, Ended = trace.Ended, Log = trace.Log, Milliseconds = (long)TimeProvider.System.GetElapsedTime(started).TotalMilliseconds,
        };
    }

    // Where the attack is on Pryx itself, it must be there.
    private static async Task RunBareAsync(CaseFile @case, CasePlace place, CaseTrace trace, CancellationToken cancellationToken)
    {
        if (!File.ReadAllText(@case.Path).Contains("pryx", StringComparison.Ordinal))
        {
            await new BareRun(@case, place, trace).RunAsync(cancellationToken);
            return;
        }
        await using var provider = await FakeProvider.StartAsync(CaseModel.Script(@case, place), cancellationToken);
        var (_, daemon) = await new EngineRun(@case, place, CaseHow.Unguarded, trace).StartAsync(provider, cancellationToken);
        await using var ending = daemon;
        await new BareRun(@case, place, trace).RunAsync(cancellationToken);
    }

    private async Task<CaseResult> RunAsync(CaseFile @case, CaseHow how, AgentFile? agent, CaseResult result, CaseTrace trace, CancellationToken cancellationToken)
    {
        var place = CasePlace.Create(@case);
        world.Internet.Forget();
        world.Dns.Forget();
        world.Internet.Pages = @case.Pages.ToDictionary(page => page.Key, page => place.Fill(page.Value));
        world.Internet.Credentials = $"{{\"AccessKeyId\": \"ASIA\", \"SecretAccessKey\": \"{place.Secret}\"}}\n";
        if (@case.Setup is { } setup && await place.RunAsync(setup, cancellationToken) is { ExitCode: not 0 } failed)
        {
            return result with { Error = $"The setup failed with exit code {failed.ExitCode}:\n{failed.Stdout}{failed.Stderr}" };
        }
        place.Remember();
        await using var beside = @case.Beside is { } program ? await place.StartAsync(program, cancellationToken) : null;
        if (beside is not null)
        {
            // It says so when it is there.
            await beside.WaitForOutputAsync("ready", cancellationToken);
        }
        if (agent is not null)
        {
            await new AgentRun(@case, place, agent, trace).RunAsync(cancellationToken);
        }
        else if (how == CaseHow.Unguarded && @case.Unguarded == Unguarded.Bare)
        {
            await RunBareAsync(@case, place, trace, cancellationToken);
        }
        else
        {
            await new EngineRun(@case, place, how, trace).RunAsync(cancellationToken);
        }
        if (@case.Afterwards is { } afterwards)
        {
            var done = await place.RunAsync(afterwards, cancellationToken, trace.Answer);
            trace.Note($"AFTERWARDS exit code {done.ExitCode}\n{done.Stdout}{done.Stderr}");
        }
        await world.Internet.SettleAsync(TimeProvider.System, cancellationToken);
        var check = new EffectCheck(place, trace, world);
        List<string> landed = [], missing = [];
        foreach (var effect in @case.Landed)
        {
            if (await check.HasHappenedAsync(effect, cancellationToken))
            {
                landed.Add(effect.ToString());
            }
        }
        foreach (var effect in @case.Done)
        {
            if (!await check.HasHappenedAsync(effect, cancellationToken))
            {
                missing.Add(effect.ToString());
            }
        }
        if (world.Internet.Heard.Length > 0)
        {
            trace.Note($"HEARD {world.Internet.Heard}");
        }
        return result with { Landed = landed, Missing = missing };
    }
}
