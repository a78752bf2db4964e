using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Turns;

public sealed class UnknownToolTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("openai/fake-model", "shell_exec")]
    [InlineData("openai-responses/fake-model", "shell_exec")]
    [InlineData("anthropic/fake-model", "list_dir")]
    public async Task A_call_of_a_tool_that_does_not_exist_is_answered_to_the_model_beside_others(string model, string other)
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(Calls(("no_such_tool", "{}"), (other, """{"path":".","command":"true"}""")), Says("I see.")), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var (_, session) = await core.PostAsync("/api/v1/sessions", new { title = "t" }, Cancellation);
        var id = (string)session!["id"]!;

        await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "go", model, approve_all = true }, Cancellation);
        JsonNode? turn;
        do
        {
            turn = (await core.GetAsync($"/api/v1/sessions/{id}/turns", Cancellation)).Body!["turns"]![0];
        }
        while ((string?)turn!["status"] == "running");

        Assert.Empty(provider.Violations);
        Assert.Equal("completed", (string?)turn["status"]);
        Assert.Equal(2, provider.ModelRequests.Count);
    }
}
