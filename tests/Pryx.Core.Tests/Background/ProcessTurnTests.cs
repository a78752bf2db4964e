using Pryx.Core.Tests.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Background;

/// <summary>Background processes as a model uses them.</summary>
public sealed class ProcessTurnTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("BGP1", "scope")]
    [Requirement("BGP1", "cleanup")]
    public async Task A_sessions_processes_end_when_it_is_archived_or_deleted_and_global_ones_go_on_until_Pryx_ends()
    {
        var word = $"64.{Random.Shared.Next(100_000, 999_999)}";
        var global = $"65.{Random.Shared.Next(100_000, 999_999)}";
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Calls(("process_start", $$"""{"command":"sleep {{word}} & sleep {{word}}"}"""), ("process_start", $$"""{"command":"sleep {{global}}","global":true}""")), Says("Both run.")), Cancel);
        await using (var core = await TempCore.StartAsync(provider))
        {
            var archived = await RunAsync(core, await core.NewSessionAsync(), "go", 1);
            var deleted = await RunAsync(core, await core.NewSessionAsync(), "go", 1);
            var filed = await RunAsync(core, await core.NewSessionAsync(), "go", 1);
            var all = ProcessCount.Of(word);

            await core.Store.Sessions.ChangeAsync(archived, new ChangeSession { Status = "archived" }, Cancel);
            var afterArchive = ProcessCount.Of(word);
            await core.Core.DeleteSessionAsync(deleted, Cancel);
            var afterDelete = ProcessCount.Of(word);
            Assert.NotNull(await core.Store.Archive.ArchiveAsync(filed, null, Cancel));

            Assert.Equal((all / 3 * 2, all / 3), (afterArchive, afterDelete));
            Assert.Equal(0, ProcessCount.Of(word));
            Assert.True(ProcessCount.Of(global) >= 2);
            var events = await core.UntilAsync(archived, events => events.Any(e => e.Event == EventNames.ProcessEnded));
            Assert.Equal("session", events.Last(e => e.Event == EventNames.ProcessEnded).Payload!.Value.GetProperty("ended_by").GetString());
        }
        Assert.Equal(0, ProcessCount.Of(global));
    }

    [Fact]
    public async Task The_end_of_a_process_is_told_to_the_model_with_its_next_step_and_to_the_session_as_a_notice()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(
            Calls(("process_start", """{"command":"while [ ! -e go ]; do sleep 0.02; done; echo bye; exit 3","name":"waiter"}""")), Says("It waits."), Calls(("process_read", "{}")), Says("It is over.")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var session = await RunAsync(core, await core.NewSessionAsync(), "start it", 1);
        core.Home.Write("go", "");
        await core.UntilAsync(session, events => events.Any(e => e.Event == EventNames.ProcessEnded));
        await RunAsync(core, session, "and now?", 2);

        var told = provider.ModelRequests[2].LastUserText!;
        Assert.Contains("(waiter) ended with exit code 3", told, StringComparison.Ordinal);
        Assert.Contains("not from the user", told, StringComparison.Ordinal);
        Assert.Contains("bye", provider.ModelRequests[3].Results[^1].Text, StringComparison.Ordinal);
        Assert.Single((await core.ItemsAsync(session)).OfType<Notice>(), notice => notice is { IsForModel: true, Kind: "news" });
        Assert.StartsWith("Started proc-", provider.ModelRequests[1].Results.Single().Text, StringComparison.Ordinal);
        Assert.Empty(provider.Violations);
    }

    [Fact]
    public async Task A_model_stops_what_its_session_started_and_nothing_else()
    {
        string? id = null;
        await using var provider = await FakeProvider.StartAsync(request => request.LastUserText switch
        {
            "start" when request.Results.Count == 0 => Calls(("process_start", """{"command":"sleep 60"}""")),
            "stop" when request.Step == 0 => Calls(("process_stop", $$"""{"id":"{{id}}"}"""), ("process_read", $$"""{"id":"{{id}}"}""")),
            _ => Says("Done."),
        }, Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var mine = await RunAsync(core, await core.NewSessionAsync(), "start", 1);
        id = (await core.ItemsAsync(mine)).OfType<ToolResult>().Single().Output.Split(' ')[1].TrimEnd('.');
        var others = await RunAsync(core, await core.NewSessionAsync(), "stop", 1);
        await RunAsync(core, mine, "stop", 2);

        Assert.All((await core.ItemsAsync(others)).OfType<ToolResult>(), static result => Assert.Equal(ToolStatus.Failed, result.Status));
        var stopped = (await core.ItemsAsync(mine)).OfType<ToolResult>().Skip(1).ToList();
        Assert.Contains("stopped by the agent", stopped[0].Output, StringComparison.Ordinal);
        Assert.DoesNotContain((await core.ItemsAsync(mine)).OfType<Notice>(), static notice => notice.IsForModel);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_a_daemon_the_answer_says_how_long_it_runs(bool isDaemon)
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Calls(("process_start", """{"command":"sleep 60"}"""), ("process_start", """{"command":"exit 4"}""")), Says("Done.")), Cancel);
        await using var core = await TempCore.StartAsync(provider, isDaemon: isDaemon);
        await RunAsync(core, await core.NewSessionAsync(), "go", 1);

        var results = provider.ModelRequests[1].Results;
        Assert.Equal(!isDaemon, results[0].Text.Contains("as long as this pryx command", StringComparison.Ordinal));
        Assert.Contains("ended with exit code 4", results[1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("read-only", "process_start")]
    [InlineData("ask", "process_start")]
    public async Task What_a_command_may_not_a_process_may_not(string policy, string tool)
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Calls((tool, """{"command":"touch made; sleep 60"}""")), Says("Denied.")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var session = await core.NewSessionAsync();
        await core.Turns.StartAsync(TempCore.Say(session, "go") with { Policy = policy, ApprovalTimeout = TimeSpan.FromMilliseconds(1), EndsOnFailedTool = true }, Cancel);
        await core.UntilEndedAsync(session);

        Assert.NotEqual(ToolStatus.Completed, (await core.ItemsAsync(session)).OfType<ToolResult>().Single().Status);
        Assert.False(core.Home.Exists("made"));
    }

    private static async Task<SessionId> RunAsync(TempCore core, SessionId session, string text, int turns)
    {
        await core.Turns.StartAsync(TempCore.Say(session, text) with { ApproveAll = true }, Cancel);
        await core.UntilEndedAsync(session, turns);
        return session;
    }
}
