using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>The executable as an MCP server, driven over its standard streams and over HTTP by the SDK's own client.</summary>
public sealed class McpServeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("MCP1", "filesystem")]
    public async Task Bundled_server_runs_alone_on_stdio()
    {
        using var person = new Person();
        person.Home.Write("a.txt", "hello");
        await using var client = await StdioAsync(person, "mcp", "filesystem", "--workspace", person.Folder);

        Assert.Equal("pryx-filesystem", client.ServerInfo!.Name);
        Assert.Equal("hello", Text(await client.CallToolAsync("read_file", new Dictionary<string, object?> { ["path"] = "a.txt" }, cancellationToken: Cancellation)));
        var refused = await client.CallToolAsync("mkdir", new Dictionary<string, object?> { ["path"] = "x/y" }, cancellationToken: Cancellation);
        Assert.True(refused.IsError);
        Assert.Contains("pryx grant add 'filesystem.mkdir:x/**'", Text(refused), StringComparison.Ordinal);
        // And that is what helps.
        Assert.Equal(0, (await person.PryxAsync(["grant", "add", "filesystem.mkdir:x/**"], folder: person.Folder)).ExitCode);
        Assert.False((await client.CallToolAsync("mkdir", new Dictionary<string, object?> { ["path"] = "x/y" }, cancellationToken: Cancellation)).IsError);
        Assert.True(Directory.Exists(Path.Combine(person.Folder, "x", "y")));
    }

    [Theory]
    [InlineData("shell", "exec")]
    [InlineData("browser", "browser_navigate")]
    [InlineData("clipboard", "clipboard_paste")]
    [InlineData("notifications", "notify")]
    [InlineData("screen-capture", "screen_capture")]
    [InlineData("http", "http_request")]
    [InlineData("desktop-automation", "desktop_click")]
    [Requirement("MCP1", "shell")]
    [Requirement("MCP1", "browser")]
    [Requirement("MCP1", "clipboard")]
    [Requirement("MCP2", "http")]
    public async Task Every_bundled_server_lists_its_tools(string server, string tool)
    {
        using var person = new Person();
        await using var client = await StdioAsync(person, "mcp", server);

        Assert.Contains(tool, (await client.ListToolsAsync(cancellationToken: Cancellation)).Select(static known => known.Name));
    }

    [Fact]
    public async Task With_a_daemon_stdio_and_http_are_served_by_it()
    {
        using var person = new Person();
        person.Home.Write("a.txt", "hello");
        await using var served = await ServedPryx.StartAsync(person, "serve", "--no-supervisor", "--port", "0");
        await using var stdio = await StdioAsync(person, "mcp", "serve", "--workspace", person.Folder);
        var told = await person.PryxAsync("mcp", "serve", "--http");
        var taken = await person.PryxAsync("mcp", "serve", "--http", "--listen", "127.0.0.1:0");

        Assert.Contains("hello", Text(await stdio.CallToolAsync("read_file", new Dictionary<string, object?> { ["path"] = "a.txt" }, cancellationToken: Cancellation)), StringComparison.Ordinal);
        Assert.Contains($"{served.Url.GetLeftPart(UriPartial.Authority)}/mcp", told.Stdout, StringComparison.Ordinal);
        Assert.Equal(1, taken.ExitCode);
        Assert.Contains("is running at", taken.Stderr, StringComparison.Ordinal);
        await using var http = await McpClient.CreateAsync(new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri(served.Url, "/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {served.Token}" },
        }), cancellationToken: Cancellation);
        Assert.Contains("read_file", (await http.ListToolsAsync(cancellationToken: Cancellation)).Select(static tool => tool.Name));
    }

    [Fact]
    public async Task Without_a_daemon_http_begins_one_and_says_where()
    {
        using var person = new Person();
        await using var process = await person.StartAsync("mcp", "serve", "--http", "--listen", "127.0.0.1:0");
        await process.WaitForOutputAsync("/mcp", Cancellation);

        Assert.Contains("MCP is served at http://127.0.0.1:", process.Stdout, StringComparison.Ordinal);
        Assert.Contains("pryx token create", process.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_that_is_not_there_and_an_address_without_http_are_mistakes()
    {
        using var person = new Person();

        var nowhere = await person.PryxAsync("mcp", "serve", "--workspace", "nowhere");
        var listen = await person.PryxAsync("mcp", "serve", "--listen", ":1");

        Assert.Equal((1, ""), (nowhere.ExitCode, nowhere.Stdout));
        Assert.Contains("There is no folder", nowhere.Stderr, StringComparison.Ordinal);
        Assert.Equal(2, listen.ExitCode);
    }

    private static string Text(CallToolResult result) => string.Concat(result.Content.OfType<TextContentBlock>().Select(static block => block.Text));

    private static async Task<McpClient> StdioAsync(Person person, params string[] arguments)
    {
        var variables = person.Setup().Environment.ToDictionary(static pair => pair.Key, static pair => pair.Value);
        return await McpClient.CreateAsync(new StdioClientTransport(new StdioClientTransportOptions
        {
            Command = Person.Executable,
            Arguments = arguments,
            WorkingDirectory = person.Folder,
            EnvironmentVariables = variables,
        }), cancellationToken: Cancellation);
    }
}
