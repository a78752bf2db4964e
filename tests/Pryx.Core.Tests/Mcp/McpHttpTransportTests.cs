using System.Text;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol.Client;
using Pryx.Core.Configuration;
using Pryx.Core.Mcp;
using Pryx.Core.Mcp.Transports;
using Pryx.Core.Secrets;
using Pryx.Protocol.Errors;
using Pryx.Testing;

namespace Pryx.Core.Tests.Mcp;

/// <summary>What goes to a server over HTTP and what may come back, whoever the server is.</summary>
public sealed class McpHttpTransportTests : IDisposable
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
    private readonly TempHome _home = new();

    private ISecretStore Secrets => field ??= new FileVault(VaultOptions.From(new PryxPaths(_home.Home, _home.Data), new Settings(static _ => null)), TimeProvider.System);

    public void Dispose() => _home.Dispose();

    [Fact]
    [Requirement("FR9.3", "HTTP")]
    public async Task Headers_may_name_secrets_and_variables_and_go_to_the_server()
    {
        await using var fake = await GuardedMcp.StartAsync(Cancellation, new() { IsGuarded = false });
        await Secrets.SetAsync("mine", "hunter2", Cancellation);
        var server = fake.Definition() with { Headers = new Dictionary<string, string> { ["X-Key"] = "keychain:mine", ["X-Team"] = "${TEAM}-${ROOM:-3}", ["Authorization"] = "Bearer keychain:mine", ["X-Plain"] = "a$b" } };
        await UseAsync(server);
        Assert.All(fake.Seen.Where(request => request.Path == "/mcp"), request =>
            Assert.Equal(("hunter2", "red-3", "Bearer hunter2", "a$b"), (request.Headers["X-Key"], request.Headers["X-Team"], request.Headers["Authorization"], request.Headers["X-Plain"])));
    }

    [Theory]
    [InlineData("keychain:none", "MCP_SECRET_MISSING")]
    [InlineData("${NOT_SET}", "MCP_SECRET_MISSING")]
    [InlineData("keychain:pryx:provider:openai", "MCP_SECRET_REFUSED")]
    [InlineData("Bearer keychain:oauth_google_access", "MCP_SECRET_REFUSED")]
    [InlineData("${keychain:PRYX:provider:openai}", "MCP_SECRET_REFUSED")]
    public async Task A_reference_that_leads_nowhere_or_to_a_providers_key_connects_to_nobody(string value, string code)
    {
        await using var fake = await GuardedMcp.StartAsync(Cancellation, new() { IsGuarded = false });
        await Secrets.SetAsync(SecretNames.Provider("openai"), "sk-hunter2", Cancellation);
        await Secrets.SetAsync("oauth_google_access", "ya-hunter2", Cancellation);
        var refused = await Assert.ThrowsAsync<PryxException>(() => UseAsync(fake.Definition() with { Headers = new Dictionary<string, string> { ["X-Key"] = value } }));
        Assert.Equal(code, refused.Code);
        Assert.Empty(fake.Seen);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/event-stream")]
    public async Task A_message_of_more_than_16_MB_ends_the_connection_and_is_named(string type)
    {
        await using var fake = await GuardedMcp.StartAsync(Cancellation, new()
        {
            IsGuarded = false,
            Instead = async (request, http) =>
            {
                if (!request.Body.Contains("tools/list", StringComparison.Ordinal))
                {
                    return false;
                }
                http.Response.ContentType = type;
                var megabyte = Encoding.ASCII.GetBytes(new string('x', 1024 * 1024));
                await http.Response.WriteAsync("data: ");
                for (var i = 0; i < 50 && !http.RequestAborted.IsCancellationRequested; i++)
                {
                    try
                    {
                        await http.Response.Body.WriteAsync(megabyte, http.RequestAborted);
                    }
                    catch (Exception e) when (e is OperationCanceledException or IOException)
                    {
                        break;
                    }
                }
                return true;
            },
        });
        var refused = await Assert.ThrowsAsync<PryxException>(() => UseAsync(fake.Definition()));
        Assert.Equal("MCP_TOO_LARGE", refused.Code);
    }

    [Fact]
    public async Task An_event_stream_may_be_as_long_as_it_likes_when_its_events_are_not()
    {
        var events = new StringBuilder();
        for (var i = 0; i < 20; i++)
        {
            events.Append("data: ").Append('x', 1024 * 1024).Append("\r\n\r\n");
        }
        using var content = new LimitedContent(new StringContent(events.ToString(), Encoding.ASCII, "text/event-stream"), 2 * 1024 * 1024, () => Assert.Fail("None is too long."));
        Assert.Equal(events.Length, (await content.ReadAsByteArrayAsync(Cancellation)).Length);
        var told = 0;
        using var few = new LimitedContent(new StringContent(events.ToString(), Encoding.ASCII, "text/event-stream"), 1024 * 1024, () => told++);
        await Assert.ThrowsAsync<HttpRequestException>(() => few.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal(1, told);
    }

    [Fact]
    public async Task A_redirect_within_the_server_is_followed_and_one_to_another_host_is_not()
    {
        await using var elsewhere = await GuardedMcp.StartAsync(Cancellation, new() { IsGuarded = false });
        string? to = null;
        await using var fake = await GuardedMcp.StartAsync(Cancellation, new()
        {
            IsGuarded = false,
            Instead = (request, http) =>
            {
                if (request.Path != "/old")
                {
                    return Task.FromResult(false);
                }
                http.Response.StatusCode = 307;
                http.Response.Headers.Location = to;
                return Task.FromResult(true);
            },
        });
        var server = fake.Definition() with { Url = fake.Url + "/old", Headers = new Dictionary<string, string> { ["X-Key"] = "hunter2" } };
        to = "/mcp";
        await UseAsync(server);
        Assert.Contains(fake.Seen, request => request.Path == "/mcp" && request.Headers["X-Key"] == "hunter2" && request.Body.Contains("tools/list", StringComparison.Ordinal));
        to = elsewhere.Address;
        var refused = await Assert.ThrowsAsync<PryxException>(() => UseAsync(server));
        Assert.Equal("MCP_REFUSED", refused.Code);
        Assert.Contains("127.0.0.1", refused.Message, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Seen);
    }

    [Theory]
    [InlineData("http://auth.example/token", "not https")]
    [InlineData("https://127.0.0.1/token", "not on the public internet")]
    [InlineData("https://[::1]/token", "not on the public internet")]
    [InlineData("https://169.254.169.254/latest", "not on the public internet")]
    [InlineData("https://10.0.0.7/token", "not on the public internet")]
    [InlineData("https://2130706433/token", "not on the public internet")]
    public async Task A_remote_server_can_not_send_a_sign_in_to_this_machine_or_its_networks(string url, string why)
    {
        // The server is remote by its name; nothing is asked of it here.
        using var guard = new McpHttpGuard(new("https://mcp.example/mcp"), [new("X-Key", "hunter2")], static () => { });
        using var http = new HttpClient(guard);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => http.PostAsync(new Uri(url), new StringContent("code=secret"), Cancellation));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Equal(refused.Message, guard.Refusal);
    }

    [Fact]
    public async Task Tokens_and_headers_of_a_server_are_for_its_own_origin()
    {
        await using var elsewhere = await GuardedMcp.StartAsync(Cancellation, new() { IsGuarded = false });
        await using var fake = await GuardedMcp.StartAsync(Cancellation, new() { IsGuarded = false });
        using var http = new HttpClient(new McpHttpGuard(new(fake.Address), [new("X-Key", "hunter2")], static () => { }));
        using (var told = await http.GetAsync(new Uri(elsewhere.Url + "/.well-known/oauth-authorization-server"), Cancellation))
        {
            Assert.DoesNotContain("hunter2", string.Join(' ', elsewhere.Seen.Single().Headers.Values), StringComparison.Ordinal);
        }
        using var request = new HttpRequestMessage(HttpMethod.Post, elsewhere.Address) { Headers = { Authorization = new("Bearer", "hunter2") } };
        await Assert.ThrowsAsync<HttpRequestException>(() => http.SendAsync(request, Cancellation));
        Assert.Single(elsewhere.Seen);
    }

    [Fact]
    [Requirement("T3.5", "clear error")]
    public async Task A_server_that_is_not_there_is_named_with_its_address()
    {
        var gone = await GuardedMcp.StartAsync(Cancellation);
        var server = gone.Definition();
        await gone.DisposeAsync();
        var refused = await Assert.ThrowsAsync<PryxException>(() => UseAsync(server));
        Assert.Equal("MCP_UNREACHABLE", refused.Code);
        Assert.Contains($"'linear' could not be reached at {server.Url}", refused.Message, StringComparison.Ordinal);
    }

    private async Task UseAsync(McpServer server)
    {
        await using var transport = await new McpHttpTransports(new(() => Secrets, static name => name == "TEAM" ? "red" : null), new(() => Secrets, TimeProvider.System), TimeProvider.System).CreateAsync(server, consent: null, Cancellation);
        try
        {
            await using var client = await McpClient.CreateAsync(transport, cancellationToken: Cancellation);
            await client.ListToolsAsync(cancellationToken: Cancellation);
        }
        catch (Exception e) when (transport.Explain(e) is { } known)
        {
            throw known;
        }
    }
}
