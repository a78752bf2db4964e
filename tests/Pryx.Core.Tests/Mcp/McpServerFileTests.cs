using System.Text.Json;
using Pryx.Core.Configuration;
using Pryx.Core.Mcp;
using Pryx.Core.Mcp.Definitions;
using Pryx.Protocol.Errors;
using Pryx.Testing;

namespace Pryx.Core.Tests.Mcp;

/// <summary>servers.json in every shape that people have.</summary>
public sealed class McpServerFileTests : IDisposable
{
    private readonly TempHome _home = new();

    private string FilePath => Path.Combine(_home.Data, "mcp", "servers.json");

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("""{"servers":{"a":{"transport":"http","url":"https://x.example/mcp"}}}""", McpTransport.Http)]
    [InlineData("""{"servers":{"a":{"url":"https://x.example/mcp"}}}""", McpTransport.Http)]
    [InlineData("""{"servers":{"a":{"transport":"stdio","url":"https://x.example/mcp"}}}""", McpTransport.Http)]
    [InlineData("""{"servers":{"a":{"transport":"sse","url":"https://x.example/sse"}}}""", McpTransport.Sse)]
    [InlineData("""{"servers":{"a":{"command":["npx","-y","b c"]}}}""", McpTransport.Stdio)]
    [InlineData("""{"servers":{"a":{"command":"npx -y 'b c'"}}}""", McpTransport.Stdio)]
    [InlineData("""{"servers":[{"name":"a","command":["npx","-y","b c"],"enabled":true}]}""", McpTransport.Stdio)]
    [InlineData("""{"mcpServers":{"a":{"command":"npx","args":["-y","b c"],"env":{"K":"${HOME}"}}}}""", McpTransport.Stdio)]
    [InlineData("""{"mcpServers":{"a":{"type":"streamable-http","url":"https://x.example/mcp",}}} // with a comment""", McpTransport.Http)]
    [InlineData("""{"servers":{"a":{"transport":"bundled","command":["shell"]}}}""", McpTransport.Bundled)]
    [Requirement("FR9.8", "honoured")]
    [Requirement("T3.2b", "becomes http")]
    public void Every_shape_is_read(string json, McpTransport transport)
    {
        Write(json);

        var list = new McpServerFile(FilePath, McpOrigin.Home).Read();

        Assert.Empty(list.Problems);
        var server = Assert.Single(list.Servers);
        Assert.Equal(("a", transport, true), (server.Name, server.Transport, server.IsEnabled));
        if (transport == McpTransport.Stdio)
        {
            Assert.Equal(["npx", "-y", "b c"], server.Command);
        }
    }

    [Fact]
    public void One_broken_entry_hides_no_other_one_and_is_named()
    {
        Write("""{"servers":{"good":{"url":"https://x.example"},"no url":{"url":"https://x.example"},"ftp":{"url":"ftp://x.example"},"user":{"url":"https://me:pw@x.example"},"empty":{},"GOOD":{"command":["x"]}}}""");

        var list = new McpServerFile(FilePath, McpOrigin.Home).Read();

        Assert.Equal(["good"], list.Servers.Select(static server => server.Name));
        Assert.Equal(5, list.Problems.Count);
        Assert.All(list.Problems, problem => Assert.Contains(FilePath, problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{\n  \"servers\": {\n    oops\n", "line 3")]
    [InlineData("[]", null)]
    [InlineData("7", "an object")]
    [InlineData("""{"servers":{"a":{"url":"https://x.example","url":"https://y.example"}}}""", "twice")]
    public void A_broken_file_says_where_and_is_never_written_over(string text, string? place)
    {
        Write(text);
        var file = new McpServerFile(FilePath, McpOrigin.Home);

        var list = file.Read();

        Assert.Empty(list.Servers);
        if (place is not null)
        {
            Assert.Contains(place, Assert.Single(list.Problems), StringComparison.Ordinal);
        }
        Assert.Equal("MCP_CONFIG_INVALID", Assert.Throws<PryxException>(() => file.Change("new", static entry => entry["url"] = "https://x.example")).Code);
        Assert.Equal(text, File.ReadAllText(FilePath));
    }

    [Theory]
    [InlineData("""{"other":[1,2],"servers":{"a":{"url":"https://x.example","x-note":"mine"}}}""")]
    [InlineData("""{"other":[1,2],"mcpServers":{"a":{"url":"https://x.example","x-note":"mine"}}}""")]
    [InlineData("""{"other":[1,2],"servers":[{"name":"a","url":"https://x.example","x-note":"mine"}]}""")]
    [Requirement("T3.2", "round trip")]
    public void What_it_does_not_know_survives_its_writing(string json)
    {
        Write(json);
        var file = new McpServerFile(FilePath, McpOrigin.Home);

        Assert.True(file.Change("a", static entry => entry["enabled"] = false));
        Assert.False(file.Change("b", static entry => entry["command"] = "true"));
        var after = File.ReadAllText(FilePath);

        Assert.Contains("x-note", after, StringComparison.Ordinal);
        Assert.Contains("other", after, StringComparison.Ordinal);
        Assert.Equal([("a", false), ("b", true)], file.Read().Servers.Select(static server => (server.Name, server.IsEnabled)));
        Assert.True(file.Remove("A"));
        Assert.False(file.Remove("a"));
        Assert.Equal(["b"], file.Read().Servers.Select(static server => server.Name));
    }

    [Fact]
    public void The_folders_servers_count_only_when_it_is_trusted_and_win_over_the_homes()
    {
        Write("""{"servers":{"a":{"url":"https://home.example"},"b":{"url":"https://home.example"}}}""");
        _home.Write(".pryx/mcp/servers.json", """{"servers":{"a":{"url":"https://folder.example"}}}""");
        _home.Write(".mcp.json", """{"mcpServers":{"c":{"command":"x"}}}""");
        var definitions = new McpDefinitions(new PryxPaths(_home.Home, _home.Data));

        Assert.Equal(["a:https://home.example", "b:https://home.example"], definitions.For(null).Servers.Select(static server => $"{server.Name}:{server.Url}"));
        Assert.Equal(["a:https://folder.example", "c:", "b:https://home.example"], definitions.For(_home.Workspace).Servers.Select(static server => $"{server.Name}:{server.Url}"));
    }

    [Fact]
    public void Without_any_file_there_are_the_bundled_servers()
    {
        var servers = new McpDefinitions(new PryxPaths(_home.Home, _home.Data)).For(_home.Workspace).Servers;

        Assert.Equal(["filesystem", "shell", "browser", "clipboard"], servers.Select(static server => server.Name));
        Assert.All(servers, static server => Assert.Equal(McpTransport.Bundled, server.Transport));
    }

    [Fact]
    public void Another_tools_servers_are_taken_over_and_taken_names_stay()
    {
        Write("""{"servers":{"a":{"url":"https://mine.example"}}}""");
        using var other = JsonDocument.Parse("""{"mcpServers":{"a":{"command":"x"},"b":{"command":"npx","args":["-y","p"],"env":{"K":"v"},"disabled":true,"autoApprove":["all"]},"bad name":{"command":"x"}}}""");

        var imported = McpImport.Take(new McpServerFile(FilePath, McpOrigin.Home), other.RootElement);

        Assert.Equal(["b"], imported.Added);
        Assert.Equal(2, imported.Skipped.Count);
        var servers = new McpServerFile(FilePath, McpOrigin.Home).Read().Servers;
        Assert.Equal("https://mine.example", servers[0].Url);
        Assert.Equal(["npx", "-y", "p"], servers[1].Command);
        Assert.False(servers[1].IsEnabled);
        Assert.Equal("v", servers[1].Env["K"]);
    }

    private void Write(string json)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, json);
    }
}
