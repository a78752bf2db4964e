using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Pryx.Core.Tests.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Turns;

/// <summary>Input and turns over HTTP.</summary>
public sealed class TurnEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("content")]
    [InlineData("message")]
    [InlineData("text")]
    public async Task Input_is_stored_when_it_is_answered_under_each_of_its_names(string field)
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Hangs());
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var id = await SessionEndpointTests.NewAsync(core);

        var (status, turn) = await core.PostAsync($"/api/v1/sessions/{id}/messages", new Dictionary<string, string> { [field] = "hello" }, Cancellation);
        var (_, messages) = await core.GetAsync($"/api/v1/sessions/{id}/messages", Cancellation);
        var (_, open) = await core.GetAsync($"/api/v1/sessions/{id}/turns/open", Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal("hello", (string?)messages!["messages"]![0]!["content"]);
        Assert.Equal((string?)turn!["turn_id"], (string?)open!["id"]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"content":"  "}""")]
    [InlineData("""{"content":"a\u0000b"}""")]
    [InlineData("""{"content":"a","max_steps":0}""")]
    [InlineData("""{"content":"a","max_cost_usd":-1}""")]
    [InlineData("""{"content":"a","timeout_s":0}""")]
    [InlineData("""{"content":"a","delivery":"soon"}""")]
    [InlineData("""{"content":"a","attachments":[{"media_type":"text/html","base64":"AA=="}]}""")]
    [InlineData("""{"content":"a","attachments":[{"media_type":"image/png","base64":"no base64!"}]}""")]
    [InlineData("""{"content":"a","attachments":[null]}""")]
    [InlineData("""{"content":"a","allow":[null]}""")]
    [InlineData("""{"content":["a"]}""")]
    public async Task Input_that_makes_no_sense_is_refused_and_nothing_is_stored(string body)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var id = await SessionEndpointTests.NewAsync(core);

        var answer = await core.PostAsync($"/api/v1/sessions/{id}/messages", body, Cancellation);

        Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_ERROR"), SessionEndpointTests.CodeOf(answer));
        Assert.Empty((await core.GetAsync($"/api/v1/sessions/{id}/items", Cancellation)).Body!["items"]!.AsArray());
    }

    [Fact]
    public async Task The_same_key_begins_one_turn_and_never_one_in_another_session()
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Says("Once."));
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var (id, other) = (await SessionEndpointTests.NewAsync(core), await SessionEndpointTests.NewAsync(core));

        var first = await SendAsync(core, id, "key-1");
        var second = await SendAsync(core, id, "key-1");
        var elsewhere = await SendAsync(core, other, "key-1");
        await SessionEndpointTests.EndAsync(core, id);

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.Conflict), (first.Status, second.Status, elsewhere.Status));
        Assert.Equal(first.Turn, second.Turn);
        Assert.Single(provider.ModelRequests);
        Assert.Empty((await core.GetAsync($"/api/v1/sessions/{other}/items", Cancellation)).Body!["items"]!.AsArray());
    }

    [Fact]
    public async Task Turns_are_listed_and_stopped_by_session_or_by_id()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Hangs()), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var id = await SessionEndpointTests.NewAsync(core);

        var first = await BeginAsync(core, id);
        var (_, stopped) = await core.PostAsync($"/api/v1/sessions/{id}/stop", null, Cancellation);
        await SessionEndpointTests.EndAsync(core, id);
        var (_, nothing) = await core.PostAsync($"/api/v1/sessions/{id}/stop", null, Cancellation);
        var second = await BeginAsync(core, id);
        var (_, byId) = await core.PostAsync($"/api/v1/turns/{second}/stop", null, Cancellation);
        await SessionEndpointTests.EndAsync(core, id);
        var (_, turns) = await core.GetAsync($"/api/v1/sessions/{id}/turns", Cancellation);

        Assert.Equal((true, first), ((bool)stopped!["stopped"]!, (string?)stopped["turn_id"]));
        Assert.False((bool)nothing!["stopped"]!);
        Assert.True((bool)byId!["stopped"]!);
        Assert.Equal([$"{second} cancelled", $"{first} cancelled"], turns!["turns"]!.AsArray().Select(turn => $"{turn!["id"]} {turn["status"]}"));
        Assert.Equal((HttpStatusCode.NotFound, "TURN_NOT_FOUND"), SessionEndpointTests.CodeOf(await core.PostAsync($"/api/v1/turns/{Guid.NewGuid()}/stop", null, Cancellation)));
        Assert.Equal((HttpStatusCode.NotFound, "TURN_NOT_FOUND"), SessionEndpointTests.CodeOf(await core.PostAsync($"/api/v1/sessions/{Guid.NewGuid()}/turns/{first}/resume", null, Cancellation)));
        Assert.Equal((HttpStatusCode.Conflict, "TURN_TAKEN"), SessionEndpointTests.CodeOf(await core.PostAsync($"/api/v1/sessions/{id}/turns/{first}/resume", null, Cancellation)));
        Assert.Equal(HttpStatusCode.NotFound, (await core.GetAsync($"/api/v1/sessions/{Guid.NewGuid()}/turns", Cancellation)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await core.GetAsync($"/api/v1/sessions/{id}/turns/open", Cancellation)).Status);
    }

    private static async Task<string> BeginAsync(TestCore core, string id) => (string)(await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "go" }, Cancellation)).Body!["turn_id"]!;

    private static async Task<(HttpStatusCode Status, string? Turn)> SendAsync(TestCore core, string id, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/sessions/{id}/messages") { Content = new StringContent("""{"content":"go"}""", Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("Idempotency-Key", key);
        using var response = await core.Http.SendAsync(request, Cancellation);
        return (response.StatusCode, (string?)System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!["turn_id"]);
    }
}
