using System.Text.Json;
using Pryx.Core.Planning;
using Pryx.Core.Tests.Storage;
using Pryx.Core.Tests.Turns;
using Pryx.Core.Tools;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Planning;

/// <summary>Plan mode: read and ask, present, be approved, and do just that.</summary>
public sealed class PlanModeTests
{
    private const string Plan = """{"plan":"1. Write notes.\n2. Look.","actions":["filesystem.write:notes/**","shell.exec:ls*","folder","shell.exec:python3*","filesystem.write:**"]}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_approved_plan_grants_exactly_what_it_lists_and_ends_plan_mode()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(
            Calls(("read_file", """{"path":"README.md"}"""), ("write_file", """{"path":"notes/a.txt","content":"early"}""")),
            Calls(("present_plan", Plan)),
            Calls(("write_file", """{"path":"notes/a.txt","content":"planned"}""")),
            Calls(("write_file", """{"path":"other.txt","content":"not planned"}""")),
            Says("Done."),
            Says("Again.")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        core.Home.Write("README.md", "hello");
        using var approver = core.Approver();
        var session = await core.NewSessionAsync();
        await core.Turns.StartAsync(TempCore.Say(session, "do it") with { Mode = "plan", Policy = "ask" }, Cancel);

        var card = await core.QuestionAsync(session);
        var modeBefore = (await core.Store.Sessions.FindAsync(session, Cancel))!.Mode;
        await core.Store.Desk.ResolveAsync(card.Id, ApprovalAnswer.Approve("test:alice"), Cancel);
        var second = await NextQuestionAsync(core, session, card.Id);
        await core.Store.Desk.ResolveAsync(second.Id, ApprovalAnswer.Deny("test:alice", "not that"), Cancel);
        await core.UntilEndedAsync(session);

        Assert.Equal(("plan.present", "plan"), (card.Tool, card.Rule));
        Assert.Null(card.Pattern);
        Assert.Contains("+ filesystem.write:notes/**\n  + shell.exec:ls*\n", card.Preview, StringComparison.Ordinal);
        Assert.Contains("? folder (", card.Preview, StringComparison.Ordinal);
        Assert.Contains("? shell.exec:python3* (", card.Preview, StringComparison.Ordinal);
        Assert.Contains("? filesystem.write:** (", card.Preview, StringComparison.Ordinal);
        Assert.Equal("plan", modeBefore);
        Assert.Equal("filesystem.write", second.Tool);
        Assert.Equal("planned", core.Home.Read("notes/a.txt"));
        Assert.False(core.Home.Exists("other.txt"));
        var session2 = (await core.Store.Sessions.FindAsync(session, Cancel))!;
        Assert.Null(session2.Mode);
        var grants = await core.Store.Grants.ForAsync(session, core.Home.Workspace, Cancel);
        Assert.Equal(["filesystem.write:notes/**", "shell.exec:ls*"], grants.Select(grant => grant.Pattern));
        Assert.All(grants, grant => Assert.Equal((session, card.Id, "test:alice"), (grant.SessionId, grant.Question, grant.CreatedBy)));
        var results = (await core.ItemsAsync(session)).OfType<ToolResult>().ToList();
        Assert.Contains("Plan mode is on", results.Single(result => result.Status == ToolStatus.Denied && result.Step == 1).Output, StringComparison.Ordinal);
        Assert.Contains("hello", results[0].Output + results[1].Output, StringComparison.Ordinal);

        // Declared in plan mode alone, and the same from step to step.
        Assert.All(provider.ModelRequests.Take(5), static request => Assert.Equal("present_plan", request.Tools[^1]));
        await core.Turns.StartAsync(TempCore.Say(session, "again"), Cancel);
        await core.UntilEndedAsync(session, 2);
        Assert.DoesNotContain("present_plan", provider.ModelRequests[5].Tools);

        // Another plan: what was approved with this one does not outlive it.
        await core.Core.Plans(core.Store).SetAsync(session, "plan", "test:alice", Cancel);
        Assert.Empty(await core.Store.Grants.ForAsync(session, core.Home.Workspace, Cancel));
        // The provider's cache is lost once, with the switch, and in no step of a turn.
        Assert.Equal(6, Assert.Single(provider.Violations).Request);
    }

    [Fact]
    public async Task A_declined_plan_is_revised_and_an_edited_one_grants_fewer()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(
            Calls(("present_plan", """{"plan":"Big","actions":["shell.exec:ls*","filesystem.write:a.txt"]}""")),
            Calls(("present_plan", """{"plan":"Smaller","actions":["shell.exec:ls*","filesystem.write:a.txt"]}""")),
            Says("Done.")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        using var approver = core.Approver();
        var session = await core.NewSessionAsync();
        await core.Turns.StartAsync(TempCore.Say(session, "/plan tidy up"), Cancel);
        var first = await core.QuestionAsync(session);
        await core.Store.Desk.ResolveAsync(first.Id, ApprovalAnswer.Deny("test:alice", "too big"), Cancel);
        var second = await NextQuestionAsync(core, session, first.Id);
        using var edited = JsonDocument.Parse("""{"plan":"Smaller","actions":["filesystem.write:a.txt"]}""");
        await core.Store.Desk.ResolveAsync(second.Id, ApprovalAnswer.Approve("test:alice") with { EditedArgs = edited.RootElement.Clone() }, Cancel);
        var third = await NextQuestionAsync(core, session, second.Id);
        await core.Store.Desk.ResolveAsync(third.Id, ApprovalAnswer.Approve("test:alice"), Cancel);
        await core.UntilEndedAsync(session);

        Assert.Contains("too big", provider.ModelRequests[1].Results.Single().Text, StringComparison.Ordinal);
        Assert.DoesNotContain("shell.exec:ls", third.Preview, StringComparison.Ordinal);
        Assert.Equal(["filesystem.write:a.txt"], (await core.Store.Grants.ForAsync(session, core.Home.Workspace, Cancel)).Select(grant => grant.Pattern));
        Assert.Equal(["tidy up"], await core.MessagesAsync(session));
    }

    [Theory]
    [InlineData("full")]
    [InlineData("workspace-only")]
    [InlineData("read-only")]
    public async Task Nobody_there_means_denied_also_with_approve_all_and_in_every_policy(string policy)
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(
            Calls(("present_plan", """{"plan":"Write","actions":["filesystem.write:a.txt"]}""")),
            Calls(("write_file", """{"path":"a.txt","content":"x"}"""), ("shell_exec", """{"command":"touch b"}"""), ("process_start", """{"command":"touch c"}"""), ("http_request", """{"url":"http://127.0.0.1:9/"}""")),
            Says("Denied.")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var session = await core.NewSessionAsync();
        await core.Turns.StartAsync(TempCore.Say(session, "go") with { Mode = "plan", Policy = policy, ApproveAll = true, Allow = ["filesystem.write:a.txt", "shell.exec:touch*"] }, Cancel);
        await core.UntilEndedAsync(session);

        Assert.All((await core.ItemsAsync(session)).OfType<ToolResult>(), static result => Assert.Equal(ToolStatus.Denied, result.Status));
        Assert.Equal("plan", (await core.Store.Sessions.FindAsync(session, Cancel))!.Mode);
        Assert.Empty(await core.Store.Grants.ForAsync(session, core.Home.Workspace, Cancel));
        Assert.Empty(Directory.EnumerateFiles(core.Home.Workspace));
    }

    [Fact]
    public async Task Switching_counts_at_once_for_a_turn_that_runs_and_a_plan_without_plan_mode_is_denied()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(
            Calls(("ask_user", """{"question":"Ready?"}""")), Calls(("write_file", """{"path":"a.txt","content":"x"}""")), Calls(("write_file", """{"path":"b.txt","content":"x"}"""), ("present_plan", """{"plan":"x","actions":[]}""")), Says("Done.")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        using var approver = core.Approver();
        var session = await core.NewSessionAsync();
        await core.Turns.StartAsync(TempCore.Say(session, "go") with { Policy = "full", Mode = "plan" }, Cancel);
        var question = await core.QuestionAsync(session);
        await core.Store.Desk.ResolveAsync(question.Id, ApprovalAnswer.Approve("test:alice") with { Text = "yes" }, Cancel);
        await core.UntilAsync(session, static events => events.Count(e => e.Event == EventNames.ToolComplete) == 2);
        // The next step is on its way; the mode is read for each call.
        await core.Core.Plans(core.Store).SetAsync(session, "act", "test:alice", Cancel);
        await core.UntilEndedAsync(session);

        var results = (await core.ItemsAsync(session)).OfType<ToolResult>().ToList();
        Assert.Equal(ToolStatus.Denied, results[1].Status);
        Assert.False(core.Home.Exists("a.txt"));
        Assert.Contains(results, static result => result.Output.Contains("Plan mode is off", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Helpers_and_forks_of_a_session_in_plan_mode_are_in_it_too()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var session = await core.NewSessionAsync();
        await core.Core.Plans(core.Store).SetAsync(session, "plan", "test:alice", Cancel);
        var child = await core.Store.Sessions.CreateAsync(new() { ParentId = session, Workspace = core.Home.Workspace }, Cancel);
        var fork = await core.Store.Sessions.ForkAsync(session, null, Cancel);

        Assert.Equal(("plan", "plan"), (child.Mode, fork.Mode));
    }

    [Theory]
    [InlineData("/plan", "plan", "/plan")]
    [InlineData("/plan make it blue", "plan", "make it blue")]
    [InlineData("/PLAN\nfirst line", "plan", "first line")]
    [InlineData("/plan off", "act", "/plan off")]
    [InlineData("/act", "act", "/act")]
    [InlineData("/act go on", "act", "go on")]
    public async Task Words_switch_the_mode_for_the_user_alone(string text, string mode, string message)
    {
        var found = await new PlanWords().ExpandAsync(text, new ToolScope("/", true), Cancel);
        var request = TempCore.Say(SessionId.New(), text);

        Assert.Equal((mode, message), (found!.Becomes!(request).Mode, found.Becomes(request).Text));
        Assert.Null(found.Becomes(request with { SpeaksForUser = false }).Mode);
        Assert.Null(await new PlanWords().ExpandAsync("/planet x", new ToolScope("/", true), Cancel));
    }

    private static async Task<Approval> NextQuestionAsync(TempCore core, SessionId session, ApprovalId before)
    {
        Approval? next = null;
        await TempStore.WaitUntilAsync(async () => (next = (await core.Store.Approvals.ListPendingAsync(session, Cancel)).FirstOrDefault(asked => asked.Id != before)) is not null);
        return next!;
    }
}
