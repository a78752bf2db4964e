using Pryx.Protocol.Errors;
using Pryx.Protocol.Mcp;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;

namespace Pryx.Tui.Screens.Mcp;

/// <summary>What is read of one server when it is looked at: its tools, whether one is signed in, what it wrote.</summary>
internal sealed class McpDetails(ICoreLink core, TimeProvider time)
{
    private const int LogLines = 50;

    /// <summary>Whose these are; null for nobody's yet.</summary>
    public string? Name { get; private set; }
    public McpToolsBody? Tools { get; private set; }
    public McpSigninState? Signin { get; private set; }
    public IReadOnlyList<McpLogLine> Log { get; private set; } = [];
    public McpTest? Test { get; private set; }
    public PryxException? Error { get; private set; }

    /// <summary>Those of another server are forgotten at once.</summary>
    public async Task ReadAsync(McpServerBody server, CancellationToken cancellationToken)
    {
        if (Name != server.Name)
        {
            (Name, Tools, Signin, Log, Test, Error) = (server.Name, null, null, [], null, null);
        }
        try
        {
            // Listing tools would start a server that nobody has needed yet: T does that.
            var tools = server.State == McpStates.Connected || server.Transport == "bundled"
                ? await core.GetAsync(McpCalls.PathOf(server.Name, "/tools"), McpWireJson.Default.McpToolsBody, cancellationToken) : null;
            var signin = server.Url is null ? null : await core.GetAsync(McpCalls.PathOf(server.Name, "/auth"), McpSigninJson.Default.McpSigninState, cancellationToken);
            var log = server.Transport == "bundled" ? [] : (await core.GetAsync(McpCalls.PathOf(server.Name, $"/logs?limit={LogLines}"), McpJson.Default.McpLogsBody, cancellationToken)).Lines;
            if (Name == server.Name)
            {
                (Tools, Signin, Log, Error) = (tools, signin, log, null);
            }
        }
        catch (PryxException e) when (Name == server.Name)
        {
            Error = e;
        }
    }

    public void Take(McpTest test) => Test = test.Name == Name ? test : Test;

    public Facts Of(McpServerBody server)
    {
        var (_, word, ink) = McpWords.StateOf(server);
        var facts = new Facts().Title(server.Name, word, ink).Text(server.Error, Ink.Error);
        foreach (var warning in server.Warnings ?? [])
        {
            facts.Item("!", warning, Ink.Warning);
        }
        facts.Gap()
            .Say("kind", server.Transport switch { "bundled" => "comes with Pryx", "stdio" => "a program on this machine", _ => "over HTTP" })
            .Say("command", server.Command is { Count: > 0 } command ? string.Join(' ', command) : null, Ink.Code)
            .Say("address", server.Url, Ink.Link)
            .Say("folder", server.Cwd)
            .Say("server", server.ServerName is { } named ? $"{named} {server.ServerVersion}" : null)
            .Say("protocol", server.ProtocolVersion, Ink.Muted)
            .Say("offers", server.Tools is { } count ? $"{Say.Count(count, "tool")}{(server.Resources is > 0 and var resources ? $", {Say.Count(resources, "resource")}" : "")}{(server.Prompts is > 0 and var prompts ? $", {Say.Count(prompts, "prompt")}" : "")}" : null)
            .Say("sandbox", server.Transport == "stdio" ? server.Sandboxed ? server.Sandbox ?? "yes" : "none: it has your own rights" : null, server.Sandboxed ? Ink.Default : Ink.Warning)
            .Say("may reach", server.Network is { Count: > 0 } hosts ? string.Join(", ", hosts) : null)
            .Say("may write", server.Writable is { Count: > 0 } folders ? string.Join(", ", folders) : null)
            .Say("variables", server.Env is { Count: > 0 } names ? string.Join(", ", names) : null)
            .Say("trusted", server.Trusted ? "yes: what it says is not treated as untrusted text" : null, Ink.Warning)
            .Say("stands in", server.Source, Ink.Muted);
        if (Name != server.Name)
        {
            return facts;
        }
        if (Signin is { } signin && (signin.State != McpSigninStates.None || server.State == McpStates.NeedsAuth || server.Auth is not null))
        {
            var (how, colour) = McpWords.SigninOf(signin, time);
            facts.Say("account", how, colour).Say("open", signin.Url, Ink.Link);
        }
        if (Test is { } test)
        {
            facts.Section("Test").Item(test.Ok ? "✓" : "✗", test.Ok ? $"works: {Say.Count(test.Tools, "tool")} in {Say.Took(test.Took)}" : test.Error ?? "failed", test.Ok ? Ink.Success : Ink.Error);
        }
        facts.Text(Error?.Message, Ink.Error);
        if (Tools is { Tools.Count: > 0 } tools)
        {
            facts.Section("Tools");
            foreach (var tool in tools.Tools)
            {
                facts.Item(tool.Changed ? "!" : "•", tool.Tool, tool.Changed ? Ink.Warning : Ink.Accent, tool.Changed ? "has changed since it was approved: the next call is asked" : FirstLine(tool.Description));
            }
        }
        if (Log.Count > 0)
        {
            facts.Section("Log");
            foreach (var line in Log)
            {
                facts.Text($"{time.OfDay(line.At)} {line.Stream,-6} {line.Text}", line.Stream == "pryx" ? Ink.Info : Ink.Muted);
            }
        }
        return facts;
    }

    private static string FirstLine(string text) => text.Split('\n')[0].Trim() is var line && line.IndexOf(". ", StringComparison.Ordinal) is > 20 and var end ? line[..end] : line;
}
