using System.Runtime.InteropServices;

namespace Pryx.Commands.Run;

/// <summary>Ctrl-C once asks the turn to stop, twice leaves at once; SIGTERM suspends the turn, which a later run continues.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly Action<int> _exit;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _suspend = new();
    private readonly CancellationTokenSource _any;
    private readonly List<PosixSignalRegistration> _registrations = [];

    public Interrupts(Action<int> exit)
    {
        _exit = exit;
        _any = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, _suspend.Token);
    }

    /// <summary>Cancelled by the first Ctrl-C.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Cancelled when the process is told to end.</summary>
    public CancellationToken Suspend => _suspend.Token;

    public CancellationToken Any => _any.Token;

    public static Interrupts OfProcess()
    {
        var interrupts = new Interrupts(Environment.Exit);
        interrupts.Take(PosixSignal.SIGINT, interrupts.OnInterrupt);
        interrupts.Take(PosixSignal.SIGTERM, interrupts.OnTerminate);
        interrupts.Take(PosixSignal.SIGHUP, interrupts.OnTerminate);
        return interrupts;
    }

    public void OnInterrupt()
    {
        if (_stop.IsCancellationRequested)
        {
            _exit(ExitCodes.Stopped);
        }
        _stop.Cancel();
    }

    public void OnTerminate()
    {
        if (_suspend.IsCancellationRequested)
        {
            _exit(ExitCodes.Stopped);
        }
        _suspend.Cancel();
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _any.Dispose();
        _stop.Dispose();
        _suspend.Dispose();
    }

    private void Take(PosixSignal signal, Action action) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true; // Ours to handle: the default would end the process in the middle of a write.
        action();
    }));
}
