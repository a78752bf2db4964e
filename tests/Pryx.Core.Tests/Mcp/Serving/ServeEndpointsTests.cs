using System.Net;
using System.Text;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Pryx.Core.Tests.Streams;
using Pryx.Testing;

namespace Pryx.Core.Tests.Mcp.Serving;

/// <summary>The gateway as an MCP server over Streamable HTTP, driven by the SDK's own client.</summary>
public sealed class ServeEndpointsTests
{
    private static readonly string[] Words = ["%s", "$(id); a b"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("MCP1", "filesystem")]
    [Requirement("MCP1", "shell")]
    public async Task Bundled_servers_offer_their_tools_and_read_and_write_by_policy()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        core.Home.Write("a.txt", "hello there\nsecond");
        await using var files = await ConnectAsync(core, "filesystem");
        await using var shell = await ConnectAsync(core, "shell");

        Assert.Equal(["list_dir", "mkdir", "read_file", "remove", "write_file"], (await files.ListToolsAsync(cancellationToken: Cancellation)).Select(static tool => tool.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["exec"], (await shell.ListToolsAsync(cancellationToken: Cancellation)).Select(static tool => tool.Name));
        var read = await CallAsync(files, "read_file", new() { ["path"] = "a.txt" });
        Assert.Equal((false, "hello there\nsecond"), (read.IsError ?? false, TextOf(read)));

        await GrantAsync(core, "filesystem.mkdir:**");
        await GrantAsync(core, "filesystem.write:**");
        await GrantAsync(core, "filesystem.delete:**");
        Assert.Contains("Made x/y", TextOf(await CallAsync(files, "mkdir", new() { ["path"] = "x/y" })), StringComparison.Ordinal);
        Assert.False((await CallAsync(files, "write_file", new() { ["path"] = "x/y/b.txt", ["content"] = "new" })).IsError);
        Assert.Contains("with something in it", TextOf(await CallAsync(files, "remove", new() { ["path"] = "x/y" })), StringComparison.Ordinal);
        Assert.False((await CallAsync(files, "remove", new() { ["path"] = "x/y/b.txt" })).IsError);
        Assert.False((await CallAsync(files, "remove", new() { ["path"] = "x/y" })).IsError);
        Assert.False(core.Home.Exists("x/y"));
    }

    [Fact]
    [Requirement("MCP1", "shell")]
    public async Task Command_gives_its_streams_and_its_exit_code_and_its_arguments_are_no_shell()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are those of a POSIX system.");
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await using var shell = await ConnectAsync(core, "shell");
        await GrantAsync(core, "shell.exec:printf *");

        var printed = await CallAsync(shell, "exec", new() { ["command"] = "printf", ["args"] = Words });

        Assert.Equal("$(id); a b", printed.StructuredContent!.Value.GetProperty("stdout").GetString());
        Assert.Equal(0, printed.StructuredContent!.Value.GetProperty("exit_code").GetInt32());
    }

    [Fact]
    [Requirement("FR9.5", "policy applied")]
    public async Task Call_that_nobody_can_be_asked_about_is_refused_with_the_grant_that_would_allow_it()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await using var client = await ConnectAsync(core, null);

        var refused = await CallAsync(client, "write_file", new() { ["path"] = "src/b.txt", ["content"] = "x" });

        Assert.True(refused.IsError);
        Assert.Contains("pryx grant add 'filesystem.write:src/**'", TextOf(refused), StringComparison.Ordinal);
        Assert.False(core.Home.Exists("src/b.txt"));
        var (_, sessions) = await core.GetAsync("/api/v1/sessions", Cancellation);
        var session = Assert.Single(sessions!["sessions"]!.AsArray());
        Assert.StartsWith("MCP: ", session!["title"]!.GetValue<string>(), StringComparison.Ordinal);
        var (_, audit) = await core.GetAsync("/api/v1/audit?limit=50", Cancellation);
        Assert.Contains("filesystem.write", audit!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("FR9.5", "policy applied")]
    public async Task Call_waits_for_an_answer_from_another_surface_and_says_so()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await using var client = await ConnectAsync(core, null);
        await using var surface = await SurfaceAsync(core);
        var waiting = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);

        var calling = client.CallToolAsync("write_file", new Dictionary<string, object?> { ["path"] = "b.txt", ["content"] = "asked" }, new Progress<ProgressNotificationValue>(value => waiting.TrySetResult(value.Message ?? "")), cancellationToken: Cancellation).AsTask();
        Assert.Contains("Write b.txt", await waiting.Task.WaitAsync(Cancellation), StringComparison.Ordinal);
        var (_, pending) = await core.GetAsync("/api/v1/approvals/pending", Cancellation);
        var question = Assert.Single(pending!["approvals"]!.AsArray());
        Assert.False(core.Home.Exists("b.txt"));
        await core.PostAsync("/api/v1/approvals/decision", new { request_id = question!["id"]!.GetValue<string>(), decision = "approve" }, Cancellation);

        Assert.False((await calling).IsError);
        Assert.Equal("asked", core.Home.Read("b.txt"));
    }

    [Fact]
    public async Task Call_that_has_to_wait_for_its_session_is_made_when_its_turn_comes()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await using var surface = await SocketProbe.ConnectAsync(core, Cancellation);
        var (_, session) = await core.PostAsync("/api/v1/sessions", new { workspace = core.Home.Workspace }, Cancellation);
        var id = session!["id"]!.GetValue<string>();

        var first = core.PostAsync("/mcp/tools/call", new { session_id = id, tool = "filesystem:write_file", arguments = new { path = "a.txt", content = "written first" } }, Cancellation);
        var question = (string)(await surface.NextAsync("approval.needed", Cancellation))["payload"]!["approval_id"]!;
        var second = core.PostAsync("/mcp/tools/call", new { session_id = id, tool = "filesystem:read_file", arguments = new { path = "a.txt" } }, Cancellation);
        await surface.NextAsync("turn.queued", Cancellation);
        await core.PostAsync("/api/v1/approvals/decision", new { request_id = question, decision = "approve" }, Cancellation);

        Assert.Equal(HttpStatusCode.OK, (await first).Status);
        Assert.Contains("written first", (string?)(await second).Body!["text"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelled_call_is_stopped_and_its_question_is_taken_back()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await using var client = await ConnectAsync(core, null);
        await using var surface = await SurfaceAsync(core);
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var calling = client.CallToolAsync("write_file", new Dictionary<string, object?> { ["path"] = "b.txt", ["content"] = "x" }, new Progress<ProgressNotificationValue>(_ => waiting.TrySetResult()), cancellationToken: cancel.Token).AsTask();
        await waiting.Task.WaitAsync(Cancellation);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calling);
        // The client is of use as before.
        core.Home.Write("a.txt", "still here");
        Assert.Contains("still here", TextOf(await CallAsync(client, "read_file", new() { ["path"] = "a.txt" })), StringComparison.Ordinal);
        var (_, pending) = await core.GetAsync("/api/v1/approvals/pending", Cancellation);
        Assert.Empty(pending!["approvals"]!.AsArray());
        Assert.False(core.Home.Exists("b.txt"));
    }

    [Fact]
    public async Task What_policy_denies_is_denied_here_too_and_bad_arguments_are_told()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await using var client = await ConnectAsync(core, null);

        var outside = await CallAsync(client, "write_file", new() { ["path"] = "../outside.txt", ["content"] = "x" });
        var secret = await CallAsync(client, "read_file", new() { ["path"] = "~/.pryx/core.token" });
        var nothing = await CallAsync(client, "read_file", []);

        Assert.True(outside.IsError);
        Assert.Contains("outside workspace", TextOf(outside), StringComparison.Ordinal);
        Assert.True(secret.IsError);
        Assert.Contains("'path' (string) is missing", TextOf(nothing), StringComparison.Ordinal);
        var unknown = await Assert.ThrowsAnyAsync<McpException>(() => CallAsync(client, "no_such_tool", []));
        Assert.Contains("no_such_tool", unknown.Message, StringComparison.Ordinal);
        // A turn's own tools are not for others.
        await Assert.ThrowsAnyAsync<McpException>(() => CallAsync(client, "update_plan", []));
    }

    [Fact]
    public async Task Argument_of_a_megabyte_arrives_whole_and_two_clients_do_not_mix()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await GrantAsync(core, "filesystem.write:**");
        await using var one = await ConnectAsync(core, null);
        await using var two = await ConnectAsync(core, "filesystem");
        var large = new string('é', 600_000);

        var results = await Task.WhenAll(
            CallAsync(one, "write_file", new() { ["path"] = "large.txt", ["content"] = large }),
            CallAsync(two, "write_file", new() { ["path"] = "small.txt", ["content"] = "small" }),
            CallAsync(one, "list_dir", []),
            CallAsync(two, "list_dir", []));

        Assert.All(results, static result => Assert.False(result.IsError));
        Assert.Equal(large, core.Home.Read("large.txt"));
        Assert.Equal("small", core.Home.Read("small.txt"));
        var (_, sessions) = await core.GetAsync("/api/v1/sessions", Cancellation);
        Assert.Equal(2, sessions!["sessions"]!.AsArray().Count);
    }

    [Fact]
    public async Task Secret_in_an_argument_is_written_to_its_file_and_kept_nowhere_else()
    {
        const string secret = "ghp_0123456789abcdefghijklmnopqrstuvwx12";
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await GrantAsync(core, "filesystem.write:**");
        await using var client = await ConnectAsync(core, null);

        await CallAsync(client, "write_file", new() { ["path"] = "notes.txt", ["content"] = $"token = {secret}" });

        var (_, sessions) = await core.GetAsync("/api/v1/sessions", Cancellation);
        var id = sessions!["sessions"]![0]!["id"]!.GetValue<string>();
        var (_, events) = await core.GetAsync($"/api/v1/events?session_id={id}&limit=100", Cancellation);
        Assert.DoesNotContain(secret, events!.ToJsonString(), StringComparison.Ordinal);
        var database = await File.ReadAllBytesAsync(Path.Combine(core.Home.Data, "pryx.db"), Cancellation);
        var log = Path.Combine(core.Home.Data, "pryx.db-wal");
        var bytes = File.Exists(log) ? [.. database, .. await File.ReadAllBytesAsync(log, Cancellation)] : database;
        Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) < 0, "The secret is in the database.");
    }

    [Fact]
    public async Task Nobody_is_served_without_a_token_nor_in_another_callers_session()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        using var nobody = core.Client(null);
        const string initialize = """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""";

        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.PostAsync("/mcp", Json(initialize), Cancellation)).StatusCode);
        var opened = await core.Http.PostAsync("/mcp", Json(initialize), Cancellation);
        Assert.Equal(HttpStatusCode.OK, opened.StatusCode);
        var id = opened.Headers.GetValues("Mcp-Session-Id").Single();
        var (_, minted) = await core.PostAsync("/api/v1/tokens", """{"name":"other","scopes":["chat"]}""", Cancellation);
        using var other = core.Client(minted!["token"]!.GetValue<string>());
        using var stolen = new HttpRequestMessage(HttpMethod.Post, "/mcp") { Content = Json("""{"jsonrpc":"2.0","id":2,"method":"tools/list"}"""), Headers = { { "Mcp-Session-Id", id } } };
        Assert.Equal(HttpStatusCode.NotFound, (await other.SendAsync(stolen, Cancellation)).StatusCode);
        using var page = new HttpRequestMessage(HttpMethod.Post, "/mcp") { Content = Json(initialize), Headers = { { "Origin", "https://evil.example" } } };
        Assert.Equal(HttpStatusCode.Forbidden, (await core.Http.SendAsync(page, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await core.Http.PostAsync("/mcp?server=nonsense", Json(initialize), Cancellation)).StatusCode);
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    internal static async Task<McpClient> ConnectAsync(TestCore core, string? server)
    {
        var transport = new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri(core.Url, server is null ? "/mcp" : $"/mcp?server={server}"),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {core.Token}" },
        });
        return await McpClient.CreateAsync(transport, cancellationToken: Cancellation);
    }

    internal static Task<CallToolResult> CallAsync(McpClient client, string tool, Dictionary<string, object?> arguments) =>
        client.CallToolAsync(tool, arguments, cancellationToken: Cancellation).AsTask();

    internal static string TextOf(CallToolResult result) => string.Concat(result.Content.OfType<TextContentBlock>().Select(static block => block.Text));

    internal static async Task GrantAsync(TestCore core, string rule)
    {
        var (status, body) = await core.PostAsync("/api/v1/policies/grants", new { rule, workspace = core.Home.Workspace, granted_by = "test" }, Cancellation);
        Assert.True((int)status < 300, body?.ToJsonString());
    }

    // Somebody who could answer: a stream that says so.
    private static async Task<IAsyncDisposable> SurfaceAsync(TestCore core)
    {
        var answer = await core.Http.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/v1/events/stream?can_approve=1"), HttpCompletionOption.ResponseHeadersRead, Cancellation);
        answer.EnsureSuccessStatusCode();
        var stream = await answer.Content.ReadAsStreamAsync(Cancellation);
        await stream.ReadAtLeastAsync(new byte[1], 1, cancellationToken: Cancellation);
        return stream;
    }
}
