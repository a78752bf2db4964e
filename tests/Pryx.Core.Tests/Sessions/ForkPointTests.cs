using System.Net;
using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Sessions;

/// <summary>A copy that ends where the user says: after a turn, or before something that was said.</summary>
public sealed class ForkPointTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_copy_ends_after_a_turn_or_before_a_message_and_a_copy_of_a_copy_too()
    {
        await using var provider = await FakeProvider.StartAsync(static request => Says("answer to " + request.LastUserText), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel);
        var session = (string)(await core.SendAsync(HttpMethod.Post, "/api/v1/sessions", new { }, Cancel)).Body!["id"]!;
        foreach (var text in (string[])["one", "two", "three"])
        {
            await SayAsync(core, session, text);
        }

        Assert.Equal(["one", "answer to one"], await ForkAsync(core, session, new { turn = 1 }));
        Assert.Empty(await ForkAsync(core, session, new { turn = 0 }));
        Assert.Equal(["one", "answer to one", "two", "answer to two", "three", "answer to three"], await ForkAsync(core, session, new { turn = 3 }));
        var three = (await ItemsAsync(core, session)).Single(static item => (string?)item!["text"] == "three")!["seq"]!;
        var (_, copy) = await core.SendAsync(HttpMethod.Post, $"/api/v1/sessions/{session}/fork", new { before_seq = (long)three }, Cancel);
        Assert.Equal(["one", "answer to one", "two", "answer to two"], await SaidAsync(core, (string)copy!["id"]!));
        var two = (await ItemsAsync(core, (string)copy["id"]!)).Single(static item => (string?)item!["text"] == "two")!["seq"]!;
        Assert.Equal(["one", "answer to one"], await ForkAsync(core, (string)copy["id"]!, new { before_seq = (long)two }));

        var reply = (long)(await ItemsAsync(core, session)).First(static item => (string)item!["type"]! == "reply")!["seq"]!;
        foreach (var (body, status, code) in new (object, HttpStatusCode, string)[]
        {
            (new { turn = 4 }, HttpStatusCode.NotFound, "TURN_NOT_FOUND"), (new { turn = -1 }, HttpStatusCode.NotFound, "TURN_NOT_FOUND"),
            (new { before_seq = reply }, HttpStatusCode.BadRequest, "VALIDATION_ERROR"), (new { turn = 1, before_seq = reply }, HttpStatusCode.BadRequest, "VALIDATION_ERROR"),
        })
        {
            var refused = await core.SendAsync(HttpMethod.Post, $"/api/v1/sessions/{session}/fork", body, Cancel);
            Assert.Equal((status, code), (refused.Status, (string?)refused.Body!["error"]!["code"]));
        }
    }

    private static async Task<string[]> ForkAsync(TestCore core, string session, object body)
    {
        var (status, copy) = await core.SendAsync(HttpMethod.Post, $"/api/v1/sessions/{session}/fork", body, Cancel);
        Assert.Equal(HttpStatusCode.Created, status);
        return await SaidAsync(core, (string)copy!["id"]!);
    }

    private static async Task<string[]> SaidAsync(TestCore core, string session) => [.. (await ItemsAsync(core, session)).Select(static item => (string)item!["text"]!)];

    private static async Task<JsonArray> ItemsAsync(TestCore core, string session) => (JsonArray)(await core.SendAsync(HttpMethod.Get, $"/api/v1/sessions/{session}/items", null, Cancel)).Body!["items"]!;

    private static async Task SayAsync(TestCore core, string session, string text)
    {
        var turn = (string)(await core.SendAsync(HttpMethod.Post, $"/api/v1/sessions/{session}/messages", new { content = text, model = "openai/gpt-4o" }, Cancel)).Body!["turn_id"]!;
        using var stream = await core.Http.GetStreamAsync(new Uri(core.Url, $"/api/v1/turns/{turn}/stream-events"), Cancel);
        using var reader = new StreamReader(stream);
        await reader.ReadToEndAsync(Cancel);
    }
}
