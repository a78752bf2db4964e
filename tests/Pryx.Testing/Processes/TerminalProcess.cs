using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Pryx.Testing;

/// <summary>
/// A program under a pseudo-terminal (Linux and macOS): what a person at a keyboard sees and types. Disposing it kills its session.
/// </summary>
public sealed partial class TerminalProcess : IAsyncDisposable
{
    private readonly int _terminal;
    private readonly StringBuilder _raw = new();
    private readonly Task _reading;
    private readonly Task<int> _exit;
    private readonly TimeSpan _timeout;
    private int _seen;

    private TerminalProcess(string file, IEnumerable<string> arguments, ProcessSetup setup, int columns, int rows)
    {
        _timeout = setup.Timeout;
        _terminal = Posix.Check(Posix.OpenTerminal(Posix.ReadWrite | Posix.NoControllingTerminal | Posix.CloseOnExec), "posix_openpt");
        Posix.Check(Posix.Grant(_terminal), "grantpt");
        Posix.Check(Posix.Unlock(_terminal), "unlockpt");
        Resize(columns, rows);
        Pid = Spawn(file, [file, .. arguments], Marshal.PtrToStringUTF8(Posix.NameOf(_terminal))!, setup);
        // Threads of their own: both calls block for as long as the program runs.
        _reading = Task.Factory.StartNew(ReadAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _exit = Task.Factory.StartNew(WaitForEnd, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public int Pid { get; }

    /// <summary>All that was printed, without escape sequences.</summary>
    public string Text => EscapeSequence().Replace(Raw, "");
    public string Raw { get { lock (_raw) { return _raw.ToString(); } } }

    public static TerminalProcess Start(string file, IEnumerable<string> arguments, ProcessSetup setup, int columns = 120, int rows = 40) =>
        new(file, arguments, setup, columns, rows);

    /// <summary>What the keys send: "y", "\r" for Enter, "\x03" for Ctrl-C, "\x1b[A" for up.</summary>
    public void SendKeys(string keys)
    {
        var bytes = Encoding.UTF8.GetBytes(keys);
        Posix.Check((int)Posix.Write(_terminal, bytes, bytes.Length), "write");
    }

    public void Resize(int columns, int rows) =>
        Posix.Check(Posix.Control(_terminal, Posix.SetWindowSize, [(ushort)rows, (ushort)columns, 0, 0]), "ioctl");

    /// <summary>Until the text appears after what was waited for last, so that an older copy of it does not count.</summary>
    public async Task WaitForTextAsync(string text, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_timeout, TimeProvider.System);
        while (true)
        {
            var isAtEnd = _reading.IsCompleted;
            var all = Text;
            if (_seen <= all.Length && all.IndexOf(text, _seen, StringComparison.Ordinal) is >= 0 and var at)
            {
                _seen = at + text.Length;
                return;
            }
            if (isAtEnd || limit.IsCancellationRequested)
            {
                throw new TimeoutException($"The terminal did not show \"{text}\" {(isAtEnd ? "before the program ended" : $"within {_timeout.TotalSeconds} s")}. It shows:\n{all}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Returns the exit code, 128 + the signal's number when a signal ended it.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        var code = await _exit.WaitAsync(_timeout, TimeProvider.System, cancellationToken);
        // A child that was left behind may hold the terminal open; its output is nobody's then.
        await Task.WhenAny(_reading, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken));
        return code;
    }

    public void KillHard() => Posix.Signal(Pid, 9);

    public async ValueTask DisposeAsync()
    {
        if (!_exit.IsCompleted)
        {
            // The child leads its session, and so a process group of its own.
            Posix.Signal(-Pid, 9);
            await _exit;
        }
        await Task.WhenAny(_reading, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, CancellationToken.None));
        _ = Posix.Close(_terminal);
    }

    private static int Spawn(string file, string[] arguments, string slave, ProcessSetup setup)
    {
        // Larger than the opaque structs of either system.
        var actions = Marshal.AllocHGlobal(1024);
        var attributes = Marshal.AllocHGlobal(1024);
        var signals = new byte[128];
        var argv = Strings(arguments);
        var environment = Strings(EnvironmentOf(setup).Select(pair => $"{pair.Key}={pair.Value}"));
        try
        {
            Posix.CheckError(Posix.InitActions(actions), "posix_spawn_file_actions_init");
            Posix.CheckError(Posix.InitAttributes(attributes), "posix_spawnattr_init");
            Posix.Check(Posix.FillSignals(signals), "sigfillset");
            Posix.CheckError(Posix.SetDefaultSignals(attributes, signals), "posix_spawnattr_setsigdefault");
            Posix.CheckError(Posix.SetFlags(attributes, (short)(Posix.SpawnSetSession | Posix.SpawnSetDefaultSignals)), "posix_spawnattr_setflags");
            // The first terminal that a session leader opens becomes its controlling terminal.
            Posix.CheckError(Posix.AddOpen(actions, 0, slave, Posix.ReadWrite, 0), "addopen");
            Posix.CheckError(Posix.AddDuplicate(actions, 0, 1), "adddup2");
            Posix.CheckError(Posix.AddDuplicate(actions, 0, 2), "adddup2");
            if (setup.WorkingDirectory is { } folder)
            {
                Posix.CheckError(Posix.AddChangeDirectory(actions, folder), "addchdir");
            }
            Posix.CheckError(Posix.Spawn(out var pid, file, actions, attributes, argv, environment), file);
            return pid;
        }
        finally
        {
            _ = Posix.DestroyActions(actions);
            _ = Posix.DestroyAttributes(attributes);
            Marshal.FreeHGlobal(actions);
            Marshal.FreeHGlobal(attributes);
            foreach (var text in argv.Concat(environment))
            {
                Marshal.FreeCoTaskMem(text);
            }
        }
    }

    private static Dictionary<string, string> EnvironmentOf(ProcessSetup setup)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry pair in Environment.GetEnvironmentVariables())
        {
            all[(string)pair.Key] = (string?)pair.Value ?? "";
        }
        all["TERM"] = "xterm-256color";
        all["COLORTERM"] = "truecolor";
        all.Remove("NO_COLOR");
        foreach (var (name, value) in setup.Environment)
        {
            if (value is null)
            {
                all.Remove(name);
            }
            else
            {
                all[name] = value;
            }
        }
        return all;
    }

    /// <summary>C strings, ended by a null as exec wants them.</summary>
    private static nint[] Strings(IEnumerable<string> texts) => [.. texts.Select(Marshal.StringToCoTaskMemUTF8), 0];

    private void ReadAll()
    {
        var buffer = new byte[8192];
        var characters = new char[8192];
        var decoder = Encoding.UTF8.GetDecoder();
        // The end of the last writer shows as an error here, not as an empty read.
        while (Posix.Read(_terminal, buffer, buffer.Length) is > 0 and var count)
        {
            var length = decoder.GetChars(buffer, 0, (int)count, characters, 0);
            lock (_raw)
            {
                _raw.Append(characters, 0, length);
            }
        }
    }

    private int WaitForEnd()
    {
        int status;
        while (Posix.WaitPid(Pid, out status, 0) < 0 && Marshal.GetLastPInvokeError() == 4)
        {
        }
        return (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);
    }

    [GeneratedRegex(@"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b[()][A-Z0-9]|\x1b[=>78cM]")]
    private static partial Regex EscapeSequence();
}
