using System.Net;
using Microsoft.AspNetCore.Http;
using Pryx.Agent.Tools;
using Pryx.Core.Tests.Browser;
using Pryx.Core.Web;
using Pryx.Protocol.Items;
using Pryx.Testing;

namespace Pryx.Core.Tests.Web;

public sealed class WebSearchToolTests
{
    private const string Results = """
        {"results":[{"title":"<b>Tea</b> &amp; milk","url":"https://tea.example/1","content":"About\n tea"},{"title":"No address"},{"title":"Second","url":"https://tea.example/2","content":""}]}
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SearXNG_is_asked_and_its_results_are_short_lines_that_are_not_trusted()
    {
        await using var engine = await AnsweringServer.StartAsync(static (_, http) => http.Response.WriteAsync(Results, Cancellation), Cancellation);

        var (plan, outcome) = await SearchAsync(SearchOptions.From("", engine.Url)!, """{"query":"tea & milk","count":1}""");

        Assert.Equal(new Uri(engine.Url).Authority, Assert.Single(plan.Accesses).Target);
        Assert.Equal((ToolStatus.Completed, Provenance.Untrusted), (outcome.Status, outcome.Provenance));
        Assert.Contains("1. Tea & milk\n   https://tea.example/1\n   About tea\n", outcome.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Second", outcome.Text, StringComparison.Ordinal);
        var asked = Assert.Single(engine.Seen);
        Assert.Equal("/search", asked.Path);
        Assert.Contains("format=json", asked.Query, StringComparison.Ordinal);
        Assert.Contains("q=tea%20%26%20milk", asked.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Brave_gets_its_key_and_without_one_the_user_is_told()
    {
        await using var engine = await AnsweringServer.StartAsync(static (_, http) => http.Response.WriteAsync($$"""{"web":{{Results}}}""", Cancellation), Cancellation);
        var options = new SearchOptions("brave", new Uri(engine.Url + "/res/v1/web/search"));

        var (_, without) = await SearchAsync(options, """{"query":"tea"}""");
        var (_, with) = await SearchAsync(options, """{"query":"tea"}""", "BSA-key");

        Assert.Contains("BRAVE_API_KEY", without.Text, StringComparison.Ordinal);
        Assert.Contains("2. Second", with.Text, StringComparison.Ordinal);
        Assert.Equal("BSA-key", Assert.Single(engine.Seen).Headers["X-Subscription-Token"]);
    }

    [Theory]
    [InlineData(403, "", "search.formats")]
    [InlineData(200, "<html>", "did not answer with JSON")]
    [InlineData(200, "[]", "Nothing was found")]
    public async Task Engine_that_gives_no_results_is_told_with_the_reason(int status, string body, string expected)
    {
        await using var engine = await AnsweringServer.StartAsync((_, http) =>
        {
            http.Response.StatusCode = status;
            return http.Response.WriteAsync(body, Cancellation);
        }, Cancellation);

        Assert.Contains(expected, (await SearchAsync(SearchOptions.From("searxng", engine.Url)!, """{"query":"x"}""")).Outcome.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", null)]
    [InlineData("searxng", "", null)]
    [InlineData("searxng", "ftp://x", null)]
    [InlineData("bing", "https://x.example", null)]
    [InlineData("", "https://x.example", "searxng")]
    [InlineData("brave", "", "brave")]
    public void Search_is_there_only_where_it_is_configured(string provider, string url, string? expected) => Assert.Equal(expected, SearchOptions.From(provider, url)?.Provider);

    private static async Task<(ToolPlan Plan, ToolOutcome Outcome)> SearchAsync(SearchOptions options, string json, string? key = null)
    {
        using var http = new GuardedHttp(new GuardedHttpOptions { IsAllowed = IPAddress.IsLoopback });
        var tool = new WebSearchTool(http, options, _ => Task.FromResult(key));
        var (arguments, context) = (ToolArguments.Parse(json), BrowserBench.ContextIn(Path.GetTempPath()));
        var plan = await tool.PlanAsync(arguments, context, Cancellation);
        return (plan, await tool.InvokeAsync(arguments, plan, context, Cancellation));
    }
}
