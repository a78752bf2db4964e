using System.Runtime.InteropServices;

namespace Pryx.Host;

/// <summary>SIGTERM, SIGINT and SIGHUP: the first asks a long-running process to end, the second ends it at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _now = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Cancelled by the first.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Cancelled by the second.</summary>
    public CancellationToken Now => _now.Token;

    public static StopSignals OfProcess()
    {
        var signals = new StopSignals();
        signals.Take(PosixSignal.SIGTERM, signals.OnSignal);
        signals.Take(PosixSignal.SIGINT, signals.OnSignal);
        signals.Take(PosixSignal.SIGHUP, signals.OnSignal);
        return signals;
    }

    /// <summary>For a child of the host: a terminal sends its signals to both, and the host passes on what is meant.</summary>
    public static StopSignals OfChild()
    {
        var signals = new StopSignals();
        // However often: a host that is killed tells its child once for each of its threads, and one that is impatient kills.
        signals.Take(PosixSignal.SIGTERM, signals._stop.Cancel);
        signals.Take(PosixSignal.SIGINT, static () => { });
        signals.Take(PosixSignal.SIGHUP, static () => { });
        return signals;
    }

    public void OnSignal()
    {
        if (_stop.IsCancellationRequested)
        {
            _now.Cancel();
        }
        _stop.Cancel();
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
        _now.Dispose();
    }

    private void Take(PosixSignal signal, Action action) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true; // Ours to handle: the default would end the process in the middle of a write.
        action();
    }));
}
