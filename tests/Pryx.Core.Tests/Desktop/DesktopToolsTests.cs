using Pryx.Agent.Tools;
using Pryx.Core.Desktop;
using Pryx.Core.Processes;
using Pryx.Core.Tests.Browser;
using Pryx.Protocol.Items;
using Pryx.Testing;

namespace Pryx.Core.Tests.Desktop;

/// <summary>The desktop's programs are small scripts here, found by PATH as the real ones are.</summary>
public sealed class DesktopToolsTests : IDisposable
{
    private readonly TempHome _home = new();

    public DesktopToolsTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "The programs are shell scripts.");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Fact]
    [Requirement("MCP1", "clipboard")]
    public async Task Text_is_copied_and_pasted_by_what_the_desktop_has()
    {
        // As xclip: it owns the clipboard for as long as it runs.
        Program("xclip", """case "$*" in *-in*) cat > "$HOME/clip"; sleep 1000 ;; *) cat "$HOME/clip" ;; esac""");
        await using var programs = Programs("DISPLAY", ":0");
        var (copy, paste) = (DesktopTools.Clipboard(programs)[0], DesktopTools.Clipboard(programs)[1]);

        Assert.Equal("Copied 9 characters.", (await RunAsync(copy, """{"text":"from Pryx"}""")).Text);
        Assert.Equal("Copied 4 characters.", (await RunAsync(copy, """{"text":"more"}""")).Text);
        var pasted = await RunAsync(paste, "{}");
        Assert.Equal((ToolStatus.Completed, "more", Provenance.Untrusted), (pasted.Status, pasted.Text, pasted.Provenance));
    }

    [Fact]
    [Requirement("MCP2", "notifications")]
    [Requirement("MCP2", "screen-capture")]
    [Requirement("MCP2", "desktop-automation")]
    public async Task Notification_picture_and_keys_go_to_their_programs_as_they_were_given()
    {
        Program("notify-send", """printf '%s|' "$@" > "$HOME/notified" """);
        Program("scrot", """printf 'PNG' > "$1" """);
        Program("xdotool", """printf '%s|' "$@" >> "$HOME/pressed"; cat >> "$HOME/pressed" """);
        await using var programs = Programs("DISPLAY", ":0");

        await RunAsync(Assert.Single(DesktopTools.Notifications(programs)), """{"title":"--help","message":"$(id)"}""");
        var picture = await RunAsync(Assert.Single(DesktopTools.Screen(programs)), "{}");
        var automation = DesktopTools.Automation(programs);
        await RunAsync(automation[0], """{"text":"hello"}""");
        await RunAsync(automation[1], """{"keys":"ctrl+s"}""");
        await RunAsync(automation[2], """{"x":3,"y":4}""");

        Assert.Equal("--app-name=Pryx|--|--help|$(id)|", _home.Read("notified"));
        Assert.Equal("UE5H", Assert.Single(picture.Attachments).Base64);
        Assert.Equal("type|--file|-|hellokey|--|ctrl+s|mousemove|3|4|click|1|", _home.Read("pressed"));
        await Assert.ThrowsAsync<ToolArgumentException>(() => RunAsync(automation[1], """{"keys":"a; rm"}"""));
    }

    [Fact]
    [Requirement("MCP2", "notifications")]
    public async Task What_the_platform_lacks_is_reported_with_what_would_help()
    {
        // There is an X program, but no X.
        Program("xclip", "exit 0");
        await using var programs = Programs("DISPLAY", "");

        foreach (var tool in (ITool[])[.. DesktopTools.Clipboard(programs), .. DesktopTools.Notifications(programs), .. DesktopTools.Screen(programs)])
        {
            var outcome = await RunAsync(tool, """{"text":"x","message":"x"}""");
            Assert.Equal(ToolStatus.Failed, outcome.Status);
            Assert.Contains("tell the user", outcome.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Program_that_fails_is_quoted()
    {
        Program("notify-send", "echo 'no bus' >&2; exit 3");
        await using var programs = Programs("DISPLAY", "");

        Assert.Equal("notify-send failed (3): no bus", (await RunAsync(DesktopTools.Notifications(programs)[0], """{"message":"x"}""")).Text);
    }

    private void Program(string name, string script)
    {
        var path = _home.Write($"bin/{name}", $"#!/bin/sh\n{script}\n");
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    // Of the machine's own programs only what the scripts use: cat and sleep are found through the default path of sh.
    private DesktopPrograms Programs(string name, string value)
    {
        foreach (var tool in (string[])["cat", "sleep"])
        {
            File.CreateSymbolicLink(Path.Combine(Directory.CreateDirectory(_home.PathOf("bin")).FullName, tool), $"/bin/{tool}");
        }
        return new(new ProcessSpawner(), new Dictionary<string, string> { ["PATH"] = _home.PathOf("bin"), ["HOME"] = _home.Workspace, [name] = value }, TimeProvider.System);
    }

    private async Task<ToolOutcome> RunAsync(ITool tool, string json)
    {
        var (arguments, context) = (ToolArguments.Parse(json), BrowserBench.ContextIn(_home.Workspace));
        var plan = await tool.PlanAsync(arguments, context, Cancellation);
        return await tool.InvokeAsync(arguments, plan, context, Cancellation);
    }
}
