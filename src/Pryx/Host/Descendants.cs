using System.Globalization;
using System.Runtime.InteropServices;

namespace Pryx.Host;

/// <summary>
/// What Core leaves behind when it dies. On Linux the host adopts it, ends it, and lets no dead process linger. Where tools have a PID
/// namespace there is nothing left to do; elsewhere this is what takes them along.
/// </summary>
internal sealed partial class Descendants : IDisposable
{
    private const int SetChildSubreaper = 36;
    private const int NoHang = 1;
    private const int KillSignal = 9;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    private readonly PosixSignalRegistration? _childSignal;
    private volatile int _core;

    private Descendants()
    {
        if (OperatingSystem.IsLinux() && ProcessControl(SetChildSubreaper, 1, 0, 0, 0) == 0)
        {
            _childSignal = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => Reap());
        }
    }

    public static Descendants Adopt() => new();

    /// <summary>The one child that is waited for elsewhere. From here on, what else has died is buried; before, nobody could be told from it.</summary>
    public void Know(int core) => _core = core;

    /// <summary>Core has ended: so does everything that came out of it.</summary>
    public async Task EndAsync()
    {
        _core = 0;
        if (_childSignal is null)
        {
            return;
        }
        var started = TimeProvider.System.GetTimestamp();
        // Whoever is killed hands its children on to us, so one round is not enough.
        while (Children() is { Count: > 0 } left && TimeProvider.System.GetElapsedTime(started) < Budget)
        {
            foreach (var child in left)
            {
                _ = Send(child, KillSignal);
                _ = WaitFor(child, out _, NoHang);
            }
            await Task.Delay(Interval, TimeProvider.System, CancellationToken.None);
        }
    }

    public void Dispose() => _childSignal?.Dispose();

    private void Reap()
    {
        if (_core is not 0 and var core)
        {
            foreach (var child in Children())
            {
                if (child != core)
                {
                    _ = WaitFor(child, out _, NoHang);
                }
            }
        }
    }

    private static List<int> Children()
    {
        var found = new List<int>();
        try
        {
            foreach (var thread in Directory.EnumerateDirectories("/proc/self/task"))
            {
                foreach (var word in File.ReadAllText(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    found.Add(int.Parse(word, CultureInfo.InvariantCulture));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A thread has ended meanwhile; the next look finds the rest.
        }
        return found;
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid")]
    private static partial int WaitFor(int processId, out int status, int options);
}
