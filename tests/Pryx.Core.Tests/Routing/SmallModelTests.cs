using Pryx.Agent.Models;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Core.Routing;
using Pryx.Protocol;
using Pryx.Protocol.Sessions;
using Pryx.Testing;

namespace Pryx.Core.Tests.Routing;

/// <summary>Who writes summaries and titles.</summary>
public sealed class SmallModelTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("anthropic/claude-sonnet-4-5", "", "anthropic/claude-haiku-4-5", "anthropic/claude-haiku-4-5")]
    [InlineData("openai/gpt-5.4", "", "openai/gpt-5.4-mini", "openai/gpt-5.4-mini")]
    // Nothing is gained by a dearer one, and a local server would have to load it.
    [InlineData("openai/gpt-5-nano", "", null, null)]
    [InlineData("ollama/llama3", "", null, null)]
    [InlineData("anthropic/claude-sonnet-4-5", "routing:\n  small_model: openai/gpt-4o-mini\n", "openai/gpt-4o-mini", "openai/gpt-4o-mini")]
    [InlineData("anthropic/claude-sonnet-4-5", "routing:\n  small_model: chat\n", null, null)]
    [InlineData("anthropic/claude-sonnet-4-5", "routing:\n  summary: chat\n", null, "anthropic/claude-haiku-4-5")]
    [InlineData("anthropic/claude-sonnet-4-5", "routing:\n  small_model: chat\n  title: openai/gpt-5-nano\n", null, "openai/gpt-5-nano")]
    public async Task Small_jobs_go_to_the_same_providers_small_model_unless_the_user_says_otherwise(string model, string config, string? summary, string? title)
    {
        var small = await SmallAsync(model, config, []);

        Assert.Equal((summary, title), small);
    }

    [Fact]
    public async Task Behind_a_base_url_of_the_users_they_stay_with_the_model_in_use() =>
        Assert.Equal((null, null), await SmallAsync("openai/gpt-5.4", "", new() { ["OPENAI_BASE_URL"] = "http://127.0.0.1:9/v1" }));

    private static async Task<(string? Summary, string? Title)> SmallAsync(string model, string config, Dictionary<string, string> variables)
    {
        using var home = new TempHome();
        Directory.CreateDirectory(home.Data);
        await File.WriteAllTextAsync(Path.Combine(home.Data, "config.yaml"), config, Cancel);
        variables["OPENAI_API_KEY"] = "sk-test";
        variables["ANTHROPIC_API_KEY"] = "sk-ant-test";
        await using var core = new PryxCore(new CoreOptions { Paths = new PryxPaths(home.Home, home.Data), Settings = new Settings(variables.GetValueOrDefault) });
        var store = await core.StoreAsync(Cancel);
        var session = new Session { Id = SessionId.New(), Title = "t", Model = model };
        var desk = new RouteDesk(() => core.Config, core.Models, new RouteHistory(store.Database), core.Traffic, TimeProvider.System);
        var choice = await desk.ChooseAsync(
            new StartTurn { SessionId = session.Id, Text = "hello", Surface = "test" }, session, core.Options.Settings, static _ => Task.FromResult(new CallNeeds()), Cancel);
        return ((await choice.Plan.SmallAsync(CallKind.Summary, Cancel))?.Ref.ToString(), (await choice.Plan.SmallAsync(CallKind.Title, Cancel))?.Ref.ToString());
    }
}
