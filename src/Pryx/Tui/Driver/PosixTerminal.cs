using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Pryx.Tui.Input;

namespace Pryx.Tui.Driver;

/// <summary>
/// The terminal of this process on Linux and macOS. It is left as it was found after an exception, an exit and every signal that can
/// be caught; after kill -9 the shell's "reset" does it.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class PosixTerminal : ITerminal
{
    private const int In = 0;
    private const int Out = 1;
    private readonly Lock _lock = new();
    private readonly byte[] _found = new byte[128];
    private readonly bool _hasKeyProtocols;
    private readonly TimeProvider _time;
    private readonly int[] _wake = new int[2];
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly ManualResetEventSlim _continued = new(initialState: true);
    private Action<InputEvent> _receive = static _ => { };
    private Thread? _reader;
    private volatile bool _isEntered;

    /// <exception cref="IOException">It is no terminal.</exception>
    public PosixTerminal(TimeProvider time, bool hasKeyProtocols)
    {
        (_time, _hasKeyProtocols) = (time, hasKeyProtocols);
        if (PosixCalls.GetAttributes(In, _found) != 0 || PosixCalls.IsTerminal(Out) == 0 || PosixCalls.Pipe(_wake) != 0)
        {
            throw new IOException("Standard input and output are not a terminal.");
        }
        AppDomain.CurrentDomain.UnhandledException += LeaveAtEnd;
        AppDomain.CurrentDomain.ProcessExit += LeaveAtEnd;
        Take(PosixSignal.SIGWINCH, () => Tell(new ResizeEvent(Size.Width, Size.Height)));
        Take(PosixSignal.SIGTSTP, () => Tell(new SuspendEvent(IsOver: false)));
        Take(PosixSignal.SIGINT, () => Tell(new KeyEvent(Key.Ctrl('c'))));
        Take(PosixSignal.SIGTERM, () => End(143));
        Take(PosixSignal.SIGHUP, () => End(129));
        Take(PosixSignal.SIGQUIT, () => End(131));
        Take(PosixSignal.SIGCONT, OnContinued);
    }

    public (int Width, int Height) Size => PosixCalls.SizeOf(Out) is (> 0, > 0) and var size ? size : (80, 24);

    public void Enter(Action<InputEvent> receive)
    {
        _receive = receive;
        lock (_lock)
        {
            var raw = (byte[])_found.Clone();
            PosixCalls.MakeRaw(raw);
            _ = PosixCalls.SetAttributes(In, PosixCalls.AfterOutput, raw);
            Write(TerminalModes.Enter);
            if (_hasKeyProtocols)
            {
                Write(TerminalModes.EnterKeys);
            }
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
            _ = PosixCalls.Write(_wake[1], [1], 1);
            // Whoever reads the terminal next must not share it with our thread.
            if (_reader != Thread.CurrentThread)
            {
                _reader?.Join(TimeSpan.FromSeconds(1));
            }
            if (_hasKeyProtocols)
            {
                Write(TerminalModes.LeaveKeys);
            }
            Write(TerminalModes.Leave);
            // Answers of the terminal that are still under way would appear as typed text.
            _ = PosixCalls.SetAttributes(In, PosixCalls.AfterOutputDroppingInput, _found);
        }
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var written = PosixCalls.Write(Out, bytes, bytes.Length);
            if (written > 0)
            {
                bytes = bytes[(int)written..];
                continue;
            }
            var error = Marshal.GetLastPInvokeError();
            if (error == PosixCalls.TryAgain)
            {
                var ready = new PosixCalls.PollFile[] { new() { File = Out, Events = PosixCalls.CanWrite } };
                _ = PosixCalls.Poll(ready, 1, -1);
            }
            else if (error != PosixCalls.Interrupted)
            {
                return; // The terminal is gone; its reader says so.
            }
        }
    }

    public bool Suspend()
    {
        // The leader of a session has no shell above it that could let it go on.
        if (PosixCalls.SessionOf(0) == Environment.ProcessId)
        {
            return false;
        }
        _continued.Reset();
        // A core that was started from here must not stop with us; a wrapper around us must, or its shell would wait for ever.
        _ = PosixCalls.Kill(PosixCalls.Group() == Environment.ProcessId ? Environment.ProcessId : 0, PosixCalls.StopSignal);
        _continued.Wait();
        return true;
    }

    public void Dispose()
    {
        Leave();
        AppDomain.CurrentDomain.UnhandledException -= LeaveAtEnd;
        AppDomain.CurrentDomain.ProcessExit -= LeaveAtEnd;
        _signals.ForEach(static signal => signal.Dispose());
        _continued.Dispose();
        _ = PosixCalls.Close(_wake[0]);
        _ = PosixCalls.Close(_wake[1]);
    }

    private static bool MayGoOn(int error) => error == PosixCalls.Interrupted || error == PosixCalls.TryAgain;

    private void LeaveAtEnd(object? sender, EventArgs e) => Leave();

    private void Take(PosixSignal signal, Action action) => _signals.Add(PosixSignalRegistration.Create(signal, context =>
    {
        // While another program has the terminal, signals do what they always do. After a stop .NET would put back the modes it knows
        // from its own start, and could do so after we have taken the terminal again.
        context.Cancel = _isEntered || signal == PosixSignal.SIGCONT;
        action();
    }));

    private void Tell(InputEvent input)
    {
        if (_isEntered)
        {
            _receive(input);
        }
    }

    private void End(int exitCode)
    {
        _receive(new ClosedEvent(exitCode));
        if (!_isEntered)
        {
            return;
        }
        // The loop may be stuck in a view: the terminal is given back in any case.
        Leave();
    }

    private void OnContinued()
    {
        if (_continued.IsSet)
        {
            Tell(new SuspendEvent(IsOver: true));
        }
        _continued.Set();
    }

    private void ReadAll()
    {
        var decoder = new InputDecoder(_time);
        var buffer = new byte[16 * 1024];
        var events = new List<InputEvent>();
        var files = new PosixCalls.PollFile[] { new() { File = In, Events = PosixCalls.CanRead }, new() { File = _wake[0], Events = PosixCalls.CanRead } };
        while (true)
        {
            _ = PosixCalls.Poll(files, 2, decoder.Wait is { } wait ? (int)Math.Ceiling(wait.TotalMilliseconds) : -1);
            if ((files[1].Happened & PosixCalls.CanRead) != 0)
            {
                _ = PosixCalls.Read(_wake[0], buffer, 1);
                return;
            }
            if (files[0].Happened != 0)
            {
                var count = PosixCalls.Read(In, buffer, buffer.Length);
                if (count > 0)
                {
                    decoder.Feed(buffer.AsSpan(0, (int)count), events);
                }
                else if (count == 0 || !MayGoOn(Marshal.GetLastPInvokeError()))
                {
                    _receive(new ClosedEvent(129));
                    return;
                }
            }
            decoder.Expire(events);
            events.ForEach(_receive);
            events.Clear();
        }
    }
}
