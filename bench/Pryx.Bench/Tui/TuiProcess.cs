using System.Text;
using System.Text.RegularExpressions;
using Pryx.Bench.Gateway;
using Pryx.Testing;

namespace Pryx.Bench.Tui;

/// <summary>The terminal UI in a pseudo-terminal which answers as terminals do, and what it wrote.</summary>
internal sealed partial class TuiProcess : IAsyncDisposable
{
    private const string FrameEnd = "\e[?2026l";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly TerminalProcess _process;
    private readonly DateTimeOffset _started = Clock.Now;

    private TuiProcess(TerminalProcess process) => _process = process;

    public int Pid => _process.Pid;

    /// <summary>Starts it beside a core that runs already, with the same home, and waits for the first whole frame.</summary>
    /// <returns>And the milliseconds from just before the start to the end of that frame.</returns>
    public static async Task<(TuiProcess Tui, double FirstPaint)> StartAsync(string file, IReadOnlyList<string> arguments, string home, string folder, CancellationToken cancellationToken)
    {
        var tui = new TuiProcess(TerminalProcess.Start(file, arguments, new ProcessSetup
        {
            WorkingDirectory = folder,
            Environment = new Dictionary<string, string?> { ["HOME"] = home, ["TERM"] = "xterm-256color", ["COLORTERM"] = "truecolor", ["NO_COLOR"] = null, ["COLORFGBG"] = null, ["TMUX"] = null },
        }));
        await tui.UntilAsync(static raw => raw.Contains("\e[c", StringComparison.Ordinal) || raw.Contains(FrameEnd, StringComparison.Ordinal), cancellationToken);
        tui._process.SendKeys("\e]11;rgb:1414/1717/1d1d\e\\\e[?62;22c");
        await tui.UntilAsync(static raw => raw.Contains(FrameEnd, StringComparison.Ordinal), cancellationToken);
        return (tui, Clock.MillisecondsSince(tui._started));
    }

    /// <summary>Until a text has been written since the last call, escape sequences left out.</summary>
    public async Task ShowsAsync(string text, CancellationToken cancellationToken) =>
        await UntilAsync(raw => Sequence().Replace(raw, "").Contains(text, StringComparison.Ordinal), cancellationToken);

    /// <summary>Milliseconds from a key's write to the end of the frame that shows it.</summary>
    public async Task<double> TypeAsync(char letter, CancellationToken cancellationToken)
    {
        var before = _process.Raw.Length;
        var sent = Clock.Now;
        _process.SendKeys(letter.ToString());
        await UntilAsync(raw => raw.IndexOf(letter, Math.Min(before, raw.Length)) is >= 0 and var at && raw.IndexOf(FrameEnd, at, StringComparison.Ordinal) >= 0, cancellationToken);
        return Clock.MillisecondsSince(sent);
    }

    public void Send(string keys) => _process.SendKeys(keys);

    public double ProcessorMilliseconds() => ProcessTree.ProcessorMilliseconds(Pid);

    /// <summary>Proportional set size of this process alone, in MB of 1,000,000 bytes: the core is another one.</summary>
    public double Memory() => ProcessTree.ProportionalBytes(Pid) / 1e6;

    public async ValueTask DisposeAsync()
    {
        _process.SendKeys("\u0003\u0003");
        await Task.WhenAny(_process.WaitAsync(CancellationToken.None), Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System));
        await _process.DisposeAsync();
    }

    private async Task UntilAsync(Func<string, bool> isTrue, CancellationToken cancellationToken)
    {
        var began = Clock.Now;
        while (!isTrue(_process.Raw))
        {
            if (Clock.Now - began > Patience)
            {
                throw new InvalidOperationException($"The terminal UI does not show what was waited for. It wrote {Encoding.UTF8.GetByteCount(_process.Raw):N0} bytes, at last:\n{(_process.Text is { Length: > 2000 } text ? text[^2000..] : _process.Text)}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(0.5), TimeProvider.System, cancellationToken);
        }
    }

    [GeneratedRegex(@"\e(\[[0-9;?>]*[ -/]*[@-~]|\][^\a\e]*(\a|\e\\))")]
    private static partial Regex Sequence();
}
