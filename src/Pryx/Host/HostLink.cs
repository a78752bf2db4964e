using System.Runtime.InteropServices;

namespace Pryx.Host;

/// <summary>Ties Core to its host: when the host dies, however it dies, Core is told to end.</summary>
internal static partial class HostLink
{
    private const int SetParentDeathSignal = 1;
    private const int Term = 15;

    /// <summary>Must be called on the main thread: the kernel keeps the wish with the thread.</summary>
    /// <returns>False when the host has died already.</returns>
    public static bool Tie(int hostId, StopSignals signals)
    {
        if (OperatingSystem.IsLinux())
        {
            // TERM, not KILL: there is time to suspend turns, and where no PID namespace takes tools along Core must end them.
            return ProcessControl(SetParentDeathSignal, Term, 0, 0, 0) == 0 && ParentId() == hostId;
        }
        // The host holds our standard input; its end is the host's.
        new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            while (input.ReadByte() >= 0)
            {
                // The host never says anything.
            }
            signals.OnSignal();
        })
        { IsBackground = true, Name = "pryx-host-link" }.Start();
        return true;
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int ParentId();
}
