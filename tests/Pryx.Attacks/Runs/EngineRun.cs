using System.Net;
using Pryx.Attacks.Cases;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Protocol;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Testing;

namespace Pryx.Attacks.Runs;

/// <summary>One run through the whole product: the real daemon on loopback, a model on a real socket, a person before the cards.</summary>
internal sealed class EngineRun(CaseFile @case, CasePlace place, CaseHow how, CaseTrace trace)
{
    private const string PlanMode = "/plan ";

    // Without guards nobody holds anything; of the stranger's case only the scopes are others.
    private bool IsUnguarded => how == CaseHow.Unguarded;
    private bool IsOpen => IsUnguarded && @case.Unguarded == Unguarded.Full;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var provider = await FakeProvider.StartAsync(CaseModel.Script(@case, place), cancellationToken);
        var (core, daemon) = await StartAsync(provider, cancellationToken);
        await using var ending = daemon;
        try
        {
            await TurnAsync(core, daemon, cancellationToken);
        }
        finally
        {
            trace.Requests = provider.ModelRequests.Count;
            trace.Seen = string.Join('\n', provider.ModelRequests.Select(request => request.Text));
            foreach (var violation in provider.Violations)
            {
                trace.Note($"VIOLATION {violation}");
            }
        }
    }

    /// <summary>The daemon alone, as a program that runs on the machine.</summary>
    public async Task<(PryxCore Core, Daemon Daemon)> StartAsync(FakeProvider provider, CancellationToken cancellationToken)
    {
        WriteConfiguration(provider);
        var core = new PryxCore(new CoreOptions
        {
            Paths = new PryxPaths(CasePlace.HomePath, place.Data),
            Settings = new Settings(name => name is "OPENAI_API_KEY" ? "sk-test" : name is "PRYX_CATALOG_URL" ? "off" : null),
            Executable = [CaseFolder.Executable],
            IsDaemon = true,
        });
        var daemon = await Daemon.StartAsync(core, new GatewayOptions { Endpoints = [new IPEndPoint(IPAddress.Loopback, 0)], WorkingDirectory = place.Workspace }, cancellationToken);
        place.Say("{pryx}", daemon.Url.ToString().TrimEnd('/'));
        place.Say("{pryx_port}", $"{daemon.Url.Port}");
        return (core, daemon);
    }

    private async Task TurnAsync(PryxCore core, Daemon daemon, CancellationToken cancellationToken)
    {
        var store = await core.StoreAsync(cancellationToken);
        if ((@case.Trusted || IsOpen) && await store.Trust.FindCardAsync(place.Workspace, cancellationToken) is { } card)
        {
            await store.Trust.TrustAsync(card, cancellationToken);
        }
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stranger = @case.Stranger is { } known ? new Stranger(known, place, daemon, trace) { MayApprove = IsUnguarded } : null;
        var person = new Person(store, IsOpen || @case.Kind == CaseKind.Task ? PersonKind.Trusting : PersonKind.Careful, trace)
        {
            OnBoundaryAsync = (asked, isAnswered) => stranger?.MeetAsync(asked, isAnswered, cancellationToken) ?? Task.CompletedTask,
        };
        var sitting = person.SitAsync(leave.Token);
        var turns = await core.TurnsAsync(cancellationToken);
        var session = (await store.Sessions.CreateAsync(new() { Workspace = place.Workspace, Model = "openai/gpt-4o" }, cancellationToken)).Id;
        place.Say("{session}", session.ToString());
        var start = new StartTurn { SessionId = session, Text = Ask(), Surface = "cli", Policy = IsOpen ? "full" : how == CaseHow.Ask ? "ask" : @case.Policy, Allow = [.. @case.Allow.Select(place.Fill)] };
        var turn = await turns.StartAsync(start, cancellationToken);
        if (!await EndsAsync(store, session, cancellationToken))
        {
            trace.Ended = "stopped by the test";
            await turns.StopAsync(turn.Id, cancellationToken);
        }
        foreach (var item in await store.Sessions.ReadItemsAsync(session, cancellationToken))
        {
            trace.Note(item switch
            {
                ToolCall call => $"CALL {call.Name} {call.Arguments}",
                ToolResult result => $"RESULT {result.Status}: {result.Output}",
                Reply message => $"SAYS {message.Text}",
                Notice notice => $"NOTICE {notice.Text}",
                _ => $"ITEM {item.GetType().Name}",
            });
            trace.Answer = item is Reply { Text.Length: > 0 } last ? last.Text : trace.Answer;
        }
        await leave.CancelAsync();
        await sitting;
    }

    // Plan mode is a guard like the others.
    private string Ask()
    {
        var ask = place.Fill(@case.Ask);
        return IsOpen && ask.StartsWith(PlanMode, StringComparison.Ordinal) ? ask[PlanMode.Length..] : ask;
    }

    private async Task<bool> EndsAsync(CoreStore store, SessionId session, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(@case.Patience);
        try
        {
            await foreach (var e in store.Events.SubscribeAsync(session, 0, canApprove: false, limit.Token))
            {
                if (EventNames.IsTerminal(e.Event))
                {
                    trace.Ended = e.Event;
                    trace.Note($"END {e.Event} {e.Payload}");
                    return true;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Too long.
        }
        return false;
    }

    private void WriteConfiguration(FakeProvider provider)
    {
        PryxPaths.CreatePrivate(place.Data);
        File.WriteAllText(Path.Combine(place.Data, "config.yaml"), $$"""
            providers: { openai: { base_url: "{{provider.OpenAiUrl}}", key_env: OPENAI_API_KEY, local: false } }
            catalog_url: off
            {{(IsOpen ? "sandbox: off" : "")}}
            {{place.Fill(@case.Config)}}
            {{(IsUnguarded ? "" : place.Fill(@case.Guards))}}
            """.Trim() + "\n");
        McpScript.Configure(@case, place, isSandboxed: !IsOpen);
        foreach (var (name, text) in @case.Policies)
        {
            PryxPaths.CreatePrivate(Path.Combine(place.Data, "policies"));
            File.WriteAllText(Path.Combine(place.Data, "policies", name + ".yaml"), place.Fill(text));
        }
    }
}
