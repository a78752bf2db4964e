using System.Net;
using System.Text.Json.Nodes;
using Pryx.Core.Audit;
using Pryx.Core.Storage;

namespace Pryx.Core.Tests.Access;

public sealed class MintedTokenTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_may_do_what_its_scopes_say_and_no_more()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (read, _) = await MintAsync(core, core.Token, "viewer", "read");
        var (admin, _) = await MintAsync(core, core.Token, "boss", "admin");

        Assert.Equal((HttpStatusCode.Forbidden, "SCOPE_MISSING"), await SendAsync(core, read, HttpMethod.Get, "/api/v1/tokens"));
        Assert.Equal((HttpStatusCode.Forbidden, "SCOPE_MISSING"), await SendAsync(core, read, HttpMethod.Post, "/api/v1/tokens/rotate"));
        Assert.Equal((HttpStatusCode.Forbidden, "SCOPE_MISSING"), await SendAsync(core, read, HttpMethod.Post, "/api/v1/signin/links"));
        Assert.Equal((HttpStatusCode.Forbidden, "SCOPE_MISSING"), await SendAsync(core, read, HttpMethod.Put, "/api/v1/remote", """{"url":"https://mine.example"}"""));
        Assert.Equal((HttpStatusCode.OK, null), await SendAsync(core, admin, HttpMethod.Get, "/api/v1/tokens"));
        // No scope includes another.
        Assert.Equal((HttpStatusCode.Forbidden, "SCOPE_MISSING"), await SendAsync(core, admin, HttpMethod.Get, "/api/v1/remote"));
    }

    [Theory]
    [InlineData("read", "admin")]
    [InlineData("read", "read,chat")]
    [InlineData("read,chat", "approve")]
    [InlineData("read,chat,approve", "read,chat,approve,admin")]
    public async Task Nobody_mints_more_than_they_have(string own, string wanted)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (token, _) = await MintAsync(core, core.Token, "parent", own.Split(','));

        var answer = await SendAsync(core, token, HttpMethod.Post, "/api/v1/tokens", Body("wider", wanted.Split(',')));
        var (child, _) = await MintAsync(core, token, "same", own.Split(','));

        Assert.Equal((HttpStatusCode.Forbidden, "SCOPE_MISSING"), answer);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, child, HttpMethod.Get, "/api/v1/remote")).Status);
    }

    [Fact]
    public async Task A_child_lives_no_longer_than_its_parent()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (parent, info) = await MintAsync(core, core.Token, "parent", 3600, "read");

        var (_, unlimited) = await MintAsync(core, parent, "child", "read");
        var (_, longer) = await MintAsync(core, parent, "longer", 99999, "read");
        var (grandchild, _) = await MintAsync(core, (await MintAsync(core, parent, "middle", "read")).Token, "grandchild", "read");

        var end = (DateTimeOffset)info["expires_at"]!;
        Assert.True((DateTimeOffset)unlimited["expires_at"]! <= end);
        Assert.True((DateTimeOffset)longer["expires_at"]! <= end);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, grandchild, HttpMethod.Get, "/api/v1/remote")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(core, core.Token, HttpMethod.Delete, $"/api/v1/tokens/{info["id"]}")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(core, grandchild, HttpMethod.Get, "/api/v1/remote")).Status);
    }

    [Fact]
    public async Task A_token_ends_itself_but_no_other()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (one, oneInfo) = await MintAsync(core, core.Token, "one", "read", "chat");
        var (two, twoInfo) = await MintAsync(core, core.Token, "two", "read");

        Assert.Equal((HttpStatusCode.Forbidden, "SCOPE_MISSING"), await SendAsync(core, one, HttpMethod.Delete, $"/api/v1/tokens/{twoInfo["id"]}"));
        Assert.Equal((HttpStatusCode.Forbidden, "SCOPE_MISSING"), await SendAsync(core, one, HttpMethod.Delete, "/api/v1/tokens/none-of-this-id"));
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(core, one, HttpMethod.Delete, $"/api/v1/tokens/{oneInfo["id"]}")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(core, one, HttpMethod.Get, "/api/v1/remote")).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, two, HttpMethod.Get, "/api/v1/remote")).Status);
        Assert.Equal((HttpStatusCode.NotFound, "TOKEN_NOT_FOUND"), await SendAsync(core, core.Token, HttpMethod.Delete, $"/api/v1/tokens/{oneInfo["id"]}"));
    }

    [Fact]
    public async Task Minted_tokens_outlive_a_restart_and_a_rotation_unless_all_are_meant()
    {
        using var home = new Pryx.Testing.TempHome();
        string token;
        await using (var first = await TestCore.StartAsync(null, Cancellation, home))
        {
            (token, _) = await MintAsync(first, first.Token, "phone", "read");
        }
        await using var core = await TestCore.StartAsync(null, Cancellation, home);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, token, HttpMethod.Get, "/api/v1/remote")).Status);

        await core.PostAsync("/api/v1/tokens/rotate", null, Cancellation);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, token, HttpMethod.Get, "/api/v1/remote")).Status);

        var fresh = (await File.ReadAllTextAsync(Path.Combine(home.Data, "core.token"), Cancellation)).Trim();
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, fresh, HttpMethod.Post, "/api/v1/tokens/rotate", """{"all":true}""")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(core, token, HttpMethod.Get, "/api/v1/remote")).Status);
    }

    [Fact]
    public async Task A_token_expires()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (token, _) = await MintAsync(core, core.Token, "brief", 1, "read");

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        enough.CancelAfter(TimeSpan.FromSeconds(10));
        while ((await SendAsync(core, token, HttpMethod.Get, "/api/v1/remote")).Status != HttpStatusCode.Unauthorized)
        {
            enough.Token.ThrowIfCancellationRequested();
        }
        Assert.Empty((await core.GetAsync("/api/v1/tokens", Cancellation)).Body!["tokens"]!.AsArray());
    }

    [Fact]
    public async Task The_list_shows_who_minted_what_and_never_a_token()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (token, _) = await MintAsync(core, core.Token, "phone", "read", "chat");
        await MintAsync(core, token, "watch", "read");

        var (_, body) = await core.GetAsync("/api/v1/tokens", Cancellation);

        var tokens = body!["tokens"]!.AsArray();
        Assert.Equal([("watch", "token:phone"), ("phone", "core")], tokens.Select(entry => ((string)entry!["name"]!, (string)entry["created_by"]!)));
        Assert.Equal(["read", "chat"], tokens[1]!["scopes"]!.AsArray().Select(scope => (string)scope!));
        Assert.NotNull(tokens[1]!["last_used_at"]);
        Assert.DoesNotContain("pryx_", body.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neither_tokens_nor_codes_stand_in_the_data_directory_and_each_change_is_in_the_audit_log()
    {
        using var home = new Pryx.Testing.TempHome();
        string token, code;
        await using (var core = await TestCore.StartAsync(null, Cancellation, home))
        {
            (token, var info) = await MintAsync(core, core.Token, "phone", "read");
            code = ((string)(await core.PostAsync("/api/v1/signin/links", null, Cancellation)).Body!["url"]!).Split("code=")[1];
            using var browser = core.Client(null);
            await browser.GetAsync($"/signin?code={code}", Cancellation);
            await SendAsync(core, core.Token, HttpMethod.Delete, $"/api/v1/tokens/{info["id"]}");
            await core.PostAsync("/api/v1/tokens/rotate", null, Cancellation);
        }
        await using (var database = await Database.OpenAsync(Path.Combine(home.Data, "pryx.db"), TimeProvider.System, Cancellation))
        {
            var actions = await database.ReadAsync(connection => connection.Query("SELECT action || ' ' || actor FROM audit_log ORDER BY seq", static row => row.GetString(0)), Cancellation);
            Assert.Equal(["token.minted core", "signin.completed core", "token.revoked core", "token.rotated core"], actions);
            Assert.Null(await new AuditLog(database).VerifyAsync(Cancellation));
        }
        foreach (var file in Directory.EnumerateFiles(home.Data, "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file, Cancellation);
            Assert.Equal(-1, bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(token)));
            Assert.Equal(-1, bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(code)));
        }
    }

    [Theory]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"name":"a\nb"}""")]
    [InlineData("""{"name":"<script>"}""")]
    [InlineData("""{"name":null}""")]
    [InlineData("""{}""")]
    [InlineData("""{"name":"x","scopes":["root"]}""")]
    [InlineData("""{"name":"x","scopes":["READ"]}""")]
    [InlineData("""{"name":"x","scopes":[null]}""")]
    [InlineData("""{"name":"x","scopes":"read"}""")]
    [InlineData("""{"name":"x","expires_in":0}""")]
    [InlineData("""{"name":"x","expires_in":-5}""")]
    [InlineData("""{"name":"x","expires_in":1e300}""")]
    public async Task What_can_not_be_minted_is_said(string body)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_ERROR"), await SendAsync(core, core.Token, HttpMethod.Post, "/api/v1/tokens", body));
    }

    internal static Task<(string Token, JsonNode Info)> MintAsync(TestCore core, string by, string name, params string[] scopes) => MintAsync(core, by, name, null, scopes);

    internal static async Task<(string Token, JsonNode Info)> MintAsync(TestCore core, string by, string name, long? expiresIn, params string[] scopes)
    {
        using var client = core.Client(by);
        using var content = new StringContent(Body(name, scopes, expiresIn), System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/api/v1/tokens", content, Cancellation);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!;
        Assert.True(answer.StatusCode == HttpStatusCode.Created, body.ToJsonString());
        return ((string)body["token"]!, body["info"]!);
    }

    internal static async Task<(HttpStatusCode Status, string? Code)> SendAsync(TestCore core, string? token, HttpMethod method, string path, string? body = null)
    {
        using var client = core.Client(token);
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        using var answer = await client.SendAsync(request, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        return (answer.StatusCode, text.Length == 0 ? null : (string?)JsonNode.Parse(text)!["error"]?["code"]);
    }

    private static string Body(string name, string[] scopes, long? expiresIn = null) =>
        new JsonObject { ["name"] = name, ["scopes"] = new JsonArray([.. scopes.Select(scope => JsonValue.Create(scope))]), ["expires_in"] = expiresIn }.ToJsonString();
}
