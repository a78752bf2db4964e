using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Pryx.Testing;

namespace Pryx.Tests.Tui;

/// <summary>The library in a real terminal: Linux's own, and tmux.</summary>
public sealed partial class DriverTests : IDisposable
{
    private static readonly string _demo = typeof(DriverTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static pair => pair.Key == "TuiDemo").Value!;
    private readonly TempHome _home = new();

    public DriverTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Pseudo-terminals in tests: Linux and macOS.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task What_is_typed_is_shown_and_Ctrl_C_leaves_at_the_second_press()
    {
        await using var terminal = Start("--");
        await terminal.WaitForTextAsync("Write here", Token);
        terminal.SendKeys("hello");
        await ShowsAsync(terminal, "│hello");
        terminal.SendKeys("\e[200~ pa\rste\e[201~");
        await ShowsAsync(terminal, "pasted 7");
        terminal.Resize(100, 20);
        await ShowsAsync(terminal, "100×20", 100, 24);
        terminal.SendKeys("\u0003");
        await ShowsAsync(terminal, "press again", 100, 24);
        terminal.SendKeys("\u0003");
        await LeftAsync(terminal, 0);
    }

    [Fact]
    public async Task A_crash_leaves_the_terminal_as_it_was_and_says_what_happened()
    {
        await using var terminal = Start("--");
        await terminal.WaitForTextAsync("Write here", Token);
        terminal.SendKeys("\eOQ");
        await LeftAsync(terminal, 134);
        Assert.Contains("asked for", terminal.Raw[terminal.Raw.LastIndexOf("\e[?1049l", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(15, 143)]
    [InlineData(1, 129)]
    [InlineData(3, 131)]
    public async Task A_signal_leaves_the_terminal_as_it_was(int signal, int exitCode)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc tells the demo's process.");
        await using var terminal = Start("--");
        await terminal.WaitForTextAsync("Write here", Token);
        var child = (await File.ReadAllTextAsync($"/proc/{terminal.Pid}/task/{terminal.Pid}/children", Token)).Split(' ')[0];
        // The shell above it lives on, as a person's does.
        await RunProcess.RunAsync("kill", [$"-{signal}", child], new ProcessSetup(), Token);
        await LeftAsync(terminal, exitCode);
    }

    [Fact]
    public async Task Ctrl_Z_gives_the_terminal_to_the_shell_and_fg_brings_everything_back()
    {
        await using var terminal = TerminalProcess.Start("bash", ["--norc", "--noprofile", "-i"], Setup(), 80, 24);
        terminal.SendKeys($"PS1='ready>'\r");
        await terminal.WaitForTextAsync("ready>", Token);
        terminal.SendKeys($"{_demo}\r");
        await terminal.WaitForTextAsync("Write here", Token);
        terminal.SendKeys("kept");
        await ShowsAsync(terminal, "│kept");
        terminal.SendKeys("\u001A");
        await terminal.WaitForTextAsync("Stopped", Token);
        terminal.SendKeys("stty -a | grep -o ' -*icanon'; echo as$((20+1))before\r");
        await terminal.WaitForTextAsync("as21before", Token);
        Assert.DoesNotContain("-icanon", terminal.Text[terminal.Text.LastIndexOf("Stopped", StringComparison.Ordinal)..], StringComparison.Ordinal);
        terminal.SendKeys("fg\r");
        await terminal.WaitForTextAsync("Demo", Token);
        await ShowsAsync(terminal, "│kept");
        terminal.SendKeys("\u0003\u0003");
        await terminal.WaitForTextAsync("ready>", Token);
        terminal.SendKeys("exit\r");
        Assert.Equal(0, await terminal.WaitAsync(Token));
    }

    [Fact]
    public async Task A_program_that_borrows_the_terminal_reads_what_is_typed_meanwhile()
    {
        await using var terminal = Start("--");
        await terminal.WaitForTextAsync("Write here", Token);
        terminal.SendKeys("\eOS");
        await terminal.WaitForTextAsync("lent to somebody", Token);
        terminal.SendKeys("for the other program\r");
        await terminal.WaitForTextAsync("Write here", Token);
        terminal.SendKeys("ours");
        await ShowsAsync(terminal, "│ours");
        Assert.DoesNotContain("│for the other", Screen(terminal, 80, 24).Grid.Text, StringComparison.Ordinal);
        terminal.SendKeys("\u0003\u0003");
        await LeftAsync(terminal, 0);
    }

    [Fact]
    public async Task Nothing_is_computed_at_rest()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc tells the time that was computed.");
        await using var terminal = Start("--");
        await terminal.WaitForTextAsync("Write here", Token);
        terminal.SendKeys("x");
        await ShowsAsync(terminal, "│x");
        var child = (await File.ReadAllTextAsync($"/proc/{terminal.Pid}/task/{terminal.Pid}/children", Token)).Split(' ')[0];
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Token);
        var switches = Switches(child);
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Token);
        // Two seconds of 60 frames would be hundreds.
        Assert.InRange(Switches(child) - switches, 0, 20);
        terminal.SendKeys("\u0003\u0003");
        await LeftAsync(terminal, 0);
    }

    [Fact]
    public async Task Tmux_shows_what_the_virtual_terminal_shows()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/tmux"), "tmux is not here: apt-get install tmux.");
        await using var terminal = Start("--", 80, 24);
        await terminal.WaitForTextAsync("Write here", Token);
        terminal.SendKeys("hé你 x");
        await ShowsAsync(terminal, "hé你 x");

        var socket = Path.Combine(_home.Root, "tmux");
        var setup = Setup();
        await TmuxAsync(setup, socket, "-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", _demo);
        try
        {
            await TmuxShowsAsync(setup, socket, "Write here");
            await TmuxAsync(setup, socket, "send-keys", "-l", "hé你 x");
            var shown = await TmuxShowsAsync(setup, socket, "hé你 x");
            Assert.Equal(Plain(Screen(terminal, 80, 24).Grid.Text), Plain(shown));
        }
        finally
        {
            await TmuxAsync(setup, socket, "kill-server");
        }
        terminal.SendKeys("\u0003\u0003");
        await LeftAsync(terminal, 0);
    }

    private TerminalProcess Start(string option, int columns = 80, int rows = 24) => TerminalProcess.Start("/bin/sh",
        ["-c", "stty -g > before; \"$0\" \"$1\"; code=$?; stty -g > after; cmp before after && echo unchanged; exit $code", _demo, option], Setup(), columns, rows);

    private ProcessSetup Setup() => new()
    {
        WorkingDirectory = _home.Workspace,
        Environment = new Dictionary<string, string?> { ["TERM"] = "xterm-256color", ["LC_ALL"] = "C.UTF-8", ["HOME"] = _home.Home, ["DOTNET_DbgEnableMiniDump"] = "0" },
    };

    private static async Task LeftAsync(TerminalProcess terminal, int exitCode)
    {
        Assert.Equal(exitCode, await terminal.WaitAsync(Token));
        Assert.Contains("unchanged", terminal.Text, StringComparison.Ordinal);
        var screen = Screen(terminal, 200, 60);
        Assert.Equal(["8", "?25", "?7"], screen.Modes);
        Assert.Equal(0, screen.KeyboardFlags);
        Assert.Equal("0", screen.CursorShape);
    }

    private static async Task ShowsAsync(TerminalProcess terminal, string text, int columns = 80, int rows = 24)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (!Screen(terminal, columns, rows).Grid.Text.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(limit.IsCancellationRequested, $"\"{text}\" is not on:\n{Screen(terminal, columns, rows).Grid.Text}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Token);
        }
    }

    /// <summary>What a terminal shows after all that was written up to the last complete frame.</summary>
    private static VirtualTerminal Screen(TerminalProcess terminal, int columns, int rows)
    {
        var raw = terminal.Raw;
        var first = raw.LastIndexOf("\e[2J", StringComparison.Ordinal);
        var screen = new VirtualTerminal(columns, rows);
        var begin = raw.IndexOf("\e[22;2t", StringComparison.Ordinal);
        if (begin < 0)
        {
            return screen;
        }
        var ends = raw.LastIndexOf("\e[23;2t", StringComparison.Ordinal);
        // A frame of another size would not fit: modes are read from all of it, cells only from the last whole drawing on.
        foreach (Match mode in ModeChange().Matches(raw))
        {
            if (mode.Index < first || ends > first)
            {
                screen.Write(Encoding.UTF8.GetBytes(mode.Value));
            }
        }
        if (ends < first && first >= 0)
        {
            var last = raw.LastIndexOf("\e[?2026l", StringComparison.Ordinal);
            screen.Write(Encoding.UTF8.GetBytes(raw[first..Math.Max(first, last)]));
        }
        return screen;
    }

    private static long Switches(string process) => Directory.EnumerateDirectories($"/proc/{process}/task")
        .SelectMany(static task => File.ReadLines(Path.Combine(task, "status")).Where(static line => line.StartsWith("voluntary_ctxt_switches", StringComparison.Ordinal)))
        .Sum(static line => long.Parse(line.Split(':')[1], CultureInfo.InvariantCulture));

    private static async Task<string> TmuxAsync(ProcessSetup setup, string socket, params string[] arguments)
    {
        var result = await RunProcess.RunAsync("tmux", ["-S", socket, "-u", .. arguments], setup, Token);
        Assert.True(result.ExitCode == 0, result.Stderr);
        return result.Stdout;
    }

    private static async Task<string> TmuxShowsAsync(ProcessSetup setup, string socket, string text)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (true)
        {
            var shown = await TmuxAsync(setup, socket, "capture-pane", "-p");
            if (shown.Contains(text, StringComparison.Ordinal))
            {
                return shown;
            }
            Assert.False(limit.IsCancellationRequested, $"tmux does not show \"{text}\":\n{shown}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
        }
    }

    // Which of the emoji of a sequence a terminal draws is its own affair; what stands beside them is ours.
    private static string Plain(string screen) => Emoji().Replace(string.Join('\n', screen.TrimEnd().Split('\n').Select(static line => line.TrimEnd())), "");

    [GeneratedRegex(@"[\uD83C-\uD83E\uDC00-\uDFFF\u2764\uFE0F\u200D]")]
    private static partial Regex Emoji();

    [GeneratedRegex(@"\e\[(\?(?!2026|1[hl])\d+[hl]|8[hl]|>1u|<u|\d q)")]
    private static partial Regex ModeChange();
}
