using System.Net;
using System.Text.Json.Nodes;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Sessions;

/// <summary>/api/v1/sessions as an outside program sees it.</summary>
public sealed class SessionEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("API1", "list")]
    [Requirement("API1", "create 201")]
    [Requirement("API1", "get")]
    [Requirement("API1", "delete")]
    public async Task A_session_is_created_listed_read_and_deleted()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        var (created, body) = await core.PostAsync("/api/v1/sessions", new { model = "anthropic/claude-sonnet-4-20250514", system_prompt = "You are a helpful assistant." }, Cancellation);
        var id = (string)body!["id"]!;
        var (_, list) = await core.GetAsync("/api/v1/sessions", Cancellation);
        var (_, one) = await core.GetAsync($"/api/v1/sessions/{id}", Cancellation);

        Assert.Equal(HttpStatusCode.Created, created);
        Assert.Equal(("active", "Session"), ((string?)body["status"], (string?)body["title"]));
        Assert.Equal((string?)body["created_at"], (string?)body["createdAt"]);
        Assert.True(DateTimeOffset.TryParse((string?)body["updatedAt"], out _));
        var listed = Assert.Single(list!["sessions"]!.AsArray())!;
        Assert.Equal((id, "Session", (string?)body["createdAt"], (string?)body["updatedAt"]), ((string)listed["id"]!, (string)listed["title"]!, (string?)listed["createdAt"], (string?)listed["updatedAt"]));
        Assert.Equal((0, "You are a helpful assistant.", core.Home.Workspace), ((int)one!["messageCount"]!, (string?)one["system_prompt"], (string?)one["workspace"]));
        Assert.Equal(HttpStatusCode.NoContent, (await core.SendAsync(HttpMethod.Delete, $"/api/v1/sessions/{id}", null, Cancellation)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await core.SendAsync(HttpMethod.Delete, $"/api/v1/sessions/{id}", null, Cancellation)).Status);
        Assert.Equal((HttpStatusCode.NotFound, "SESSION_NOT_FOUND"), CodeOf(await core.GetAsync($"/api/v1/sessions/{id}", Cancellation)));
        Assert.Equal((HttpStatusCode.NotFound, "SESSION_NOT_FOUND"), CodeOf(await core.GetAsync("/api/v1/sessions/not-a-uuid", Cancellation)));
    }

    [Fact]
    public async Task A_session_can_be_made_with_no_body_a_name_or_a_folder()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        var (_, bare) = await core.SendAsync(HttpMethod.Post, "/api/v1/sessions", null, Cancellation);
        var (_, named) = await core.PostAsync("/api/v1/sessions", new { name = "By name", workspace = core.Home.Home }, Cancellation);

        Assert.Equal("active", (string?)bare!["status"]);
        Assert.Equal(("By name", core.Home.Home), ((string?)named!["title"], (string?)named["workspace"]));
    }

    [Theory]
    [InlineData("""{"model":"nonsense"}""", 400, "MODEL_INVALID")]
    [InlineData("""{"workspace_id":"7f000000-0000-4000-8000-000000000000"}""", 404, "WORKSPACE_NOT_FOUND")]
    [InlineData("""{"workspace":"../up"}""", 400, "VALIDATION_ERROR")]
    [InlineData("""{"workspace":"/no/such/folder"}""", 400, "WORKSPACE_MISSING")]
    [InlineData("""{"title":7}""", 400, "VALIDATION_ERROR")]
    [InlineData("""{"title":"a\nb"}""", 400, "VALIDATION_ERROR")]
    [InlineData("""{"parent_id":"7f000000-0000-4000-8000-000000000000"}""", 404, "SESSION_NOT_FOUND")]
    [InlineData("""{"title":""", 400, "INVALID_JSON")]
    [InlineData("[]", 400, "VALIDATION_ERROR")]
    [InlineData("null", 400, "VALIDATION_ERROR")]
    public async Task What_is_no_session_is_refused(string body, int status, string code)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        Assert.Equal(((HttpStatusCode)status, code), CodeOf(await core.PostAsync("/api/v1/sessions", body, Cancellation)));
        Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_ERROR"), CodeOf(await core.PostAsync("/api/v1/sessions", new { title = new string('x', 201) }, Cancellation)));
        Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_ERROR"), CodeOf(await core.PostAsync("/api/v1/sessions", new { system_prompt = new string('x', 100_001) }, Cancellation)));
        Assert.Empty((await core.GetAsync("/api/v1/sessions", Cancellation)).Body!["sessions"]!.AsArray());
    }

    [Fact]
    public async Task Pages_follow_one_another_without_gap_or_repetition()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var made = new List<string>();
        for (var i = 0; i < 25; i++)
        {
            made.Add((string)(await core.PostAsync("/api/v1/sessions", new { title = $"Session {i}" }, Cancellation)).Body!["id"]!);
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var (_, page) = await core.GetAsync($"/api/v1/sessions?limit=10{(cursor is null ? "" : $"&cursor={cursor}")}", Cancellation);
            seen.AddRange(page!["sessions"]!.AsArray().Select(session => (string)session!["id"]!));
            cursor = (string?)page["next_cursor"];
        }
        while (cursor is not null);

        Assert.Equal(made.AsEnumerable().Reverse(), seen);
        Assert.Equal((HttpStatusCode.BadRequest, "CURSOR_INVALID"), CodeOf(await core.GetAsync("/api/v1/sessions?cursor=xyz", Cancellation)));
        Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_ERROR"), CodeOf(await core.GetAsync("/api/v1/sessions?limit=many", Cancellation)));
        Assert.Equal(25, (await core.GetAsync("/api/v1/sessions?limit=100000", Cancellation)).Body!["sessions"]!.AsArray().Count);
    }

    [Fact]
    public async Task Title_status_and_model_can_be_changed_and_every_change_is_announced()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var id = await NewAsync(core);

        var (status, changed) = await core.SendAsync(HttpMethod.Patch, $"/api/v1/sessions/{id}", new { title = "Other", status = "archived" }, Cancellation);
        await core.SendAsync(HttpMethod.Patch, $"/api/v1/sessions/{id}", new { title = "Other" }, Cancellation);
        var (_, archived) = await core.GetAsync("/api/v1/sessions?status=archived", Cancellation);
        var (_, events) = await core.GetAsync($"/api/v1/events?session_id={id}", Cancellation);

        Assert.Equal((HttpStatusCode.OK, "Other", "archived"), (status, (string?)changed!["title"], (string?)changed["status"]));
        Assert.Single(archived!["sessions"]!.AsArray());
        Assert.Equal(["session.created", "session.updated", "session.archived"], events!["events"]!.AsArray().Select(e => (string?)e!["event"]));
        Assert.Equal("Other", (string?)events["events"]![1]!["payload"]!["title"]);
        Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_ERROR"), CodeOf(await core.SendAsync(HttpMethod.Patch, $"/api/v1/sessions/{id}", new { status = "gone" }, Cancellation)));
        Assert.Equal((HttpStatusCode.BadRequest, "MODEL_INVALID"), CodeOf(await core.SendAsync(HttpMethod.Patch, $"/api/v1/sessions/{id}", new { model = "no such model" }, Cancellation)));
        Assert.Equal(HttpStatusCode.NotFound, (await core.SendAsync(HttpMethod.Patch, $"/api/v1/sessions/{Guid.NewGuid()}", new { title = "x" }, Cancellation)).Status);

        await core.SendAsync(HttpMethod.Delete, $"/api/v1/sessions/{id}", null, Cancellation);
        (_, events) = await core.GetAsync($"/api/v1/events?session_id={id}", Cancellation);
        Assert.Equal(["session.deleted"], events!["events"]!.AsArray().Select(e => (string?)e!["event"]));
    }

    [Fact]
    [Requirement("API1", "post message")]
    public async Task What_was_said_is_read_as_messages_items_search_hits_export_and_in_a_fork()
    {
        await using var provider = await FakeProvider.StartAsync(Cancellation, Calls(("list_dir", """{"path":"."}""")), Says("A pangolin lives here."));
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var id = await NewAsync(core);

        var (status, accepted) = await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "who lives here?" }, Cancellation);
        await EndAsync(core, id);
        var (_, messages) = await core.GetAsync($"/api/v1/sessions/{id}/messages", Cancellation);
        var (_, page) = await core.GetAsync($"/api/v1/sessions/{id}/items?limit=3", Cancellation);
        var (_, rest) = await core.GetAsync($"/api/v1/sessions/{id}/items?after_seq={page!["next_after_seq"]}", Cancellation);
        var (_, last) = await core.GetAsync($"/api/v1/sessions/{id}/items?last=2", Cancellation);
        var (_, before) = await core.GetAsync($"/api/v1/sessions/{id}/items?last=2&before_seq={last!["items"]![0]!["seq"]}", Cancellation);
        var (_, search) = await core.GetAsync("/api/v1/sessions/search?q=pangolin", Cancellation);
        var (_, list) = await core.GetAsync("/api/v1/sessions?q=pangolin", Cancellation);
        var (forked, fork) = await core.PostAsync("/api/v1/sessions/fork", new { source_session_id = id, title = "Mine" }, Cancellation);
        var (_, json) = await core.GetAsync($"/api/v1/sessions/{id}/export?format=json", Cancellation);
        using var markdown = await core.Http.GetAsync($"/api/v1/sessions/{id}/export?format=markdown", Cancellation);

        Assert.Equal((HttpStatusCode.Accepted, id, "running"), (status, (string?)accepted!["session_id"], (string?)accepted["status"]));
        Assert.Equal(["user: who lives here?", "tool", "assistant: A pangolin lives here."], messages!["messages"]!.AsArray().Select(message => (string)message!["role"]! is "tool" ? "tool" : $"{message["role"]}: {message["content"]}"));
        Assert.Equal((string?)accepted["turn_id"], (string?)messages["messages"]![0]!["turn_id"]);
        Assert.Equal(["user_message", "tool_call", "tool_result"], page["items"]!.AsArray().Select(item => (string?)item!["type"]));
        Assert.Equal(["reply"], rest!["items"]!.AsArray().Select(item => (string?)item!["type"]));
        Assert.Null(rest["next_after_seq"]);
        Assert.Equal(["tool_result", "reply"], last["items"]!.AsArray().Select(item => (string?)item!["type"]));
        Assert.Equal(["user_message", "tool_call"], before!["items"]!.AsArray().Select(item => (string?)item!["type"]));
        Assert.Equal((1, "A «pangolin» lives here."), ((int)search!["count"]!, (string?)search["results"]![0]!["snippet"]));
        Assert.Equal((id, "A «pangolin» lives here."), ((string?)list!["sessions"]![0]!["id"], (string?)list["sessions"]![0]!["snippet"]));
        Assert.Equal((HttpStatusCode.Created, id, "Mine"), (forked, (string?)fork!["source_session_id"], (string?)fork["title"]));
        Assert.Equal((string?)fork["id"], (string?)fork["new_session_id"]);
        Assert.NotEqual(id, (string?)fork["id"]);
        Assert.Equal(3, (await core.GetAsync($"/api/v1/sessions/{fork["id"]}/messages", Cancellation)).Body!["messages"]!.AsArray().Count);
        Assert.Equal(4, json!["items"]!.AsArray().Count);
        Assert.Equal("text/markdown", markdown.Content.Headers.ContentType!.MediaType);
        Assert.Contains("A pangolin lives here.", await markdown.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_ERROR"), CodeOf(await core.GetAsync($"/api/v1/sessions/{id}/export?format=pdf", Cancellation)));
        Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_ERROR"), CodeOf(await core.PostAsync("/api/v1/sessions/fork", new { }, Cancellation)));
        Assert.Equal((HttpStatusCode.NotFound, "SESSION_NOT_FOUND"), CodeOf(await core.PostAsync("/api/v1/sessions/fork", new { source_session_id = Guid.NewGuid() }, Cancellation)));
        Assert.Equal(HttpStatusCode.Created, (await core.SendAsync(HttpMethod.Post, $"/api/v1/sessions/{id}/fork", null, Cancellation)).Status);
    }

    [Fact]
    [Requirement("FR4.3", "under 1 s for 1000 sessions")]
    [Requirement("NFR-P4", "under 1 s for 1000")]
    public async Task A_search_over_a_thousand_sessions_takes_less_than_a_second()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await using (var store = await Core.Storage.Database.OpenAsync(Path.Combine(core.Home.Data, "pryx.db"), TimeProvider.System, Cancellation))
        {
            var log = new Core.Events.EventLog(store);
            var made = new Core.Sessions.SessionStore(store, log, new(store));
            for (var i = 0; i < 1000; i++)
            {
                var session = await made.CreateAsync(new() { Title = $"Session {i}" }, Cancellation);
                var text = $"The deploy of service number{i} failed because the certificate of {(i % 10 == 0 ? "the pangolin house" : "the zoo")} had expired.";
                await store.WriteAsync(connection => { log.AppendItem(connection, session.Id, new Protocol.Items.UserMessage(text)); }, Cancellation);
            }
        }

        var started = TimeProvider.System.GetTimestamp();
        var (_, common) = await core.GetAsync("/api/v1/sessions?q=certificate%20pangolin", Cancellation);
        var (_, rare) = await core.GetAsync("/api/v1/sessions/search?q=number777", Cancellation);
        var took = TimeProvider.System.GetElapsedTime(started);

        Assert.Equal(100, common!["sessions"]!.AsArray().Count);
        Assert.Single(rare!["results"]!.AsArray());
        Assert.InRange(took.TotalSeconds, 0, 1);
    }

    [Fact]
    [Requirement("ERR2", "API JSON")]
    public async Task An_error_is_JSON_that_says_what_happened_what_next_and_under_which_ids()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        var (status, body) = await core.GetAsync($"/api/v1/sessions/{Guid.NewGuid()}", Cancellation);

        var error = body!["error"]!;
        Assert.Equal((HttpStatusCode.NotFound, "SESSION_NOT_FOUND"), (status, (string?)error["code"]));
        Assert.All(["message", "next", "request_id", "timestamp"], field => Assert.False(string.IsNullOrEmpty((string?)error[field]), field));
    }

    internal static async Task<string> NewAsync(TestCore core, string model = "openai/gpt-4o") => (string)(await core.PostAsync("/api/v1/sessions", new { model }, Cancellation)).Body!["id"]!;

    /// <summary>Until no turn of the session is open.</summary>
    internal static async Task EndAsync(TestCore core, string id)
    {
        while ((await core.GetAsync($"/api/v1/sessions/{id}/turns/open", Cancellation)).Status == HttpStatusCode.OK)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancellation);
        }
    }

    internal static (HttpStatusCode, string?) CodeOf((HttpStatusCode Status, JsonNode? Body) answer) => (answer.Status, (string?)answer.Body?["error"]?["code"]);
}
