using System.Text;
using Pryx.Tui.Input;

namespace Pryx.Tui.Driver;

/// <summary>
/// The console of this process on Windows, spoken to with the same sequences as other terminals. Keys are read as records, because
/// only they tell of a new size.
/// </summary>
internal sealed class WindowsTerminal : ITerminal
{
    private const uint RawInput = WindowsCalls.WindowInput | WindowsCalls.VirtualInput | WindowsCalls.ExtendedFlags;
    private const uint RawOutput = WindowsCalls.ProcessedOutput | WindowsCalls.VirtualOutput | WindowsCalls.NoAutoReturn;
    private readonly Lock _lock = new();
    private readonly nint _in = WindowsCalls.GetStdHandle(WindowsCalls.StandardInput);
    private readonly nint _out = WindowsCalls.GetStdHandle(WindowsCalls.StandardOutput);
    private readonly nint _wake = WindowsCalls.CreateEvent(0, manualReset: false, initialState: false, 0);
    private readonly TimeProvider _time;
    private readonly uint _foundIn;
    private readonly uint _foundOut;
    private readonly uint _foundCodePage;
    private Action<InputEvent> _receive = static _ => { };
    private Thread? _reader;
    private volatile bool _isEntered;

    /// <exception cref="IOException">It is no console.</exception>
    public WindowsTerminal(TimeProvider time)
    {
        _time = time;
        if (!WindowsCalls.GetConsoleMode(_in, out _foundIn) || !WindowsCalls.GetConsoleMode(_out, out _foundOut))
        {
            throw new IOException("Standard input and output are not a console.");
        }
        _foundCodePage = WindowsCalls.GetConsoleOutputCP();
        AppDomain.CurrentDomain.UnhandledException += LeaveAtEnd;
        AppDomain.CurrentDomain.ProcessExit += LeaveAtEnd;
    }

    public (int Width, int Height) Size =>
        WindowsCalls.GetConsoleScreenBufferInfo(_out, out var info) ? (info.Right - info.Left + 1, info.Bottom - info.Top + 1) : (80, 24);

    public void Enter(Action<InputEvent> receive)
    {
        _receive = receive;
        lock (_lock)
        {
            _ = WindowsCalls.SetConsoleOutputCP(65001);
            _ = WindowsCalls.SetConsoleMode(_in, RawInput);
            _ = WindowsCalls.SetConsoleMode(_out, RawOutput);
            Write(TerminalModes.Enter);
            if (!_isEntered)
            {
                _isEntered = true;
                _reader = new Thread(ReadAll, 256 * 1024) { IsBackground = true, Name = "terminal input" };
                _reader.Start();
            }
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            if (!_isEntered)
            {
                return;
            }
            _isEntered = false;
            _ = WindowsCalls.SetEvent(_wake);
            if (_reader != Thread.CurrentThread)
            {
                _reader?.Join(TimeSpan.FromSeconds(1));
            }
            Write(TerminalModes.Leave);
            _ = WindowsCalls.SetConsoleMode(_in, _foundIn);
            _ = WindowsCalls.SetConsoleMode(_out, _foundOut);
            _ = WindowsCalls.SetConsoleOutputCP(_foundCodePage);
        }
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0 && WindowsCalls.WriteFile(_out, bytes, (uint)bytes.Length, out var written, 0) && written > 0)
        {
            bytes = bytes[(int)written..];
        }
    }

    /// <summary>Windows has no such thing.</summary>
    public bool Suspend() => false;

    public void Dispose()
    {
        Leave();
        AppDomain.CurrentDomain.UnhandledException -= LeaveAtEnd;
        AppDomain.CurrentDomain.ProcessExit -= LeaveAtEnd;
        _ = WindowsCalls.CloseHandle(_wake);
    }

    private void LeaveAtEnd(object? sender, EventArgs e) => Leave();

    private void ReadAll()
    {
        var decoder = new InputDecoder(_time);
        var events = new List<InputEvent>();
        var records = new WindowsCalls.InputRecord[128];
        var letters = new StringBuilder();
        nint[] handles = [_wake, _in];
        while (_isEntered)
        {
            var woken = WindowsCalls.WaitForMultipleObjects(2, handles, waitAll: false, decoder.Wait is { } wait ? (uint)Math.Ceiling(wait.TotalMilliseconds) : uint.MaxValue);
            if (woken == 0)
            {
                return;
            }
            if (woken == 1)
            {
                if (!WindowsCalls.ReadConsoleInput(_in, records, (uint)records.Length, out var count))
                {
                    _receive(new ClosedEvent(129));
                    return;
                }
                Read(records.AsSpan(0, (int)count), letters, events);
                decoder.Feed(Encoding.UTF8.GetBytes(letters.ToString()), events);
                letters.Clear();
            }
            decoder.Expire(events);
            events.ForEach(_receive);
            events.Clear();
        }
    }

    private void Read(ReadOnlySpan<WindowsCalls.InputRecord> records, StringBuilder letters, List<InputEvent> events)
    {
        foreach (ref readonly var record in records)
        {
            if (record is { Kind: WindowsCalls.KeyRecord, IsDown: not 0, Letter: not 0 })
            {
                letters.Append((char)record.Letter, Math.Max((ushort)1, record.Repeats));
            }
            else if (record.Kind == WindowsCalls.SizeRecord)
            {
                events.Add(new ResizeEvent(Size.Width, Size.Height));
            }
        }
    }
}
