using Pryx.Core.Tests.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Skills;

/// <summary>Skills in turns of the real daemon.</summary>
public sealed class SkillTurnTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("FR8.A1", "appears")]
    [Requirement("FR8.A1", "triggerable")]
    [Requirement("SKL-M", "appears in tools")]
    [Requirement("T6.7", "skill")]
    public async Task A_skill_put_into_the_managed_folder_appears_at_the_next_turn_and_is_used()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("skill", """{"name":"formatter"}""")), Says("Formatted.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var id = await SessionEndpointTests.NewAsync(core);
        await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "before" }, Cancellation);
        await SessionEndpointTests.EndAsync(core, id);

        SkillBench.Put(Path.Combine(core.Home.Data, "skills"), "formatter", "description: Formats code.", "Use two spaces.");
        var other = await SessionEndpointTests.NewAsync(core);
        await core.PostAsync($"/api/v1/sessions/{other}/messages", new { content = "format it", policy = "read-only" }, Cancellation);
        await SessionEndpointTests.EndAsync(core, other);

        Assert.DoesNotContain("skill", provider.ModelRequests[0].Tools);
        Assert.Contains("skill", provider.ModelRequests[^1].Tools);
        Assert.Contains("Use two spaces.", provider.ModelRequests[^1].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Use two spaces.", provider.ModelRequests[^2].Text, StringComparison.Ordinal);
        Assert.Contains("- formatter: Formats code.", provider.ModelRequests[^2].Text, StringComparison.Ordinal);
        Assert.Empty(provider.Violations);
    }

    [Fact]
    [Requirement("T4.6", "chat goes on")]
    public async Task A_skill_that_fails_is_an_answer_and_the_chat_goes_on()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Calls(("skill", """{"name":"crasher"}""")), Calls(("shell_exec", """{"command":"no-such-program-of-a-skill"}""")), Calls(("skill", """{"name":"absent"}""")), Says("It does not work here.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        SkillBench.Put(Path.Combine(core.Home.Data, "skills"), "crasher", body: "Run no-such-program-of-a-skill.");
        Directory.CreateDirectory(Path.Combine(core.Home.Data, "skills", "broken"));
        await File.WriteAllTextAsync(Path.Combine(core.Home.Data, "skills", "broken", "SKILL.md"), "---\n[", Cancellation);
        var id = await SessionEndpointTests.NewAsync(core);

        await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "go", approve_all = true }, Cancellation);
        await SessionEndpointTests.EndAsync(core, id);
        var (_, turns) = await core.GetAsync($"/api/v1/sessions/{id}/turns", Cancellation);
        var (_, items) = await core.GetAsync($"/api/v1/sessions/{id}/items", Cancellation);

        Assert.Equal("completed", (string?)turns!["turns"]![0]!["status"]);
        var results = items!["items"]!.AsArray().Where(item => (string?)item!["type"] == "tool_result").ToList();
        Assert.Equal(["completed", "failed", "failed"], results.Select(result => (string?)result!["status"]));
        Assert.Contains("There is no skill 'absent'", (string?)results[2]!["output"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slash_brings_the_body_into_the_turn_and_into_no_other_place()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hello.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        SkillBench.Put(Path.Combine(core.Home.Data, "skills"), "greet", body: "Greet $ARGUMENTS warmly.");
        var id = await SessionEndpointTests.NewAsync(core);

        await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "/greet Ada" }, Cancellation);
        await SessionEndpointTests.EndAsync(core, id);
        await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "/unknown stays" }, Cancellation);
        await SessionEndpointTests.EndAsync(core, id);
        var (_, messages) = await core.GetAsync($"/api/v1/sessions/{id}/messages", Cancellation);

        Assert.Contains("Greet Ada warmly.", provider.ModelRequests[0].Messages[^1].Text, StringComparison.Ordinal);
        Assert.Equal("/unknown stays", provider.ModelRequests[1].Messages[^1].Text);
        Assert.Contains("Greet Ada warmly.", provider.ModelRequests[1].Text, StringComparison.Ordinal);
        Assert.Equal("/greet Ada", (string?)messages!["messages"]![0]!["content"]);
        Assert.Empty(provider.Violations);
    }

    [Fact]
    public async Task A_queued_and_a_steering_message_bring_theirs_too()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("shell_exec", """{"command":"sleep 1"}""")), Says("Done.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        SkillBench.Put(Path.Combine(core.Home.Data, "skills"), "greet", body: "Greet $ARGUMENTS warmly.");
        var id = await SessionEndpointTests.NewAsync(core);

        await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "begin", approve_all = true }, Cancellation);
        await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "/greet Bo" }, Cancellation);
        await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "/greet Cy", delivery = "queue" }, Cancellation);
        do
        {
            await SessionEndpointTests.EndAsync(core, id);
        }
        while ((await core.GetAsync($"/api/v1/sessions/{id}/turns", Cancellation)).Body!["turns"]!.AsArray().Any(turn => (string?)turn!["status"] is "queued" or "running"));

        Assert.Contains("Greet Bo warmly.", provider.ModelRequests[^1].Text, StringComparison.Ordinal);
        Assert.Contains("Greet Cy warmly.", provider.ModelRequests[^1].Text, StringComparison.Ordinal);
    }
}
