using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Pryx.Core.Processes;

/// <summary>Everything that came out of one child, and how it is ended.</summary>
internal sealed partial class ProcessTree(Process root, Isolation isolation, string mark)
{
    private const int Term = 15;
    private const int KillSignal = 9;
    /// <summary>Of the wall clock: processes do not live in a test's time.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(300);

    // Read now: once the root is reaped its number may belong to a stranger.
    private readonly int _rootId = root.Id;

    public async Task EndAsync(Task exited)
    {
        if (!exited.IsCompleted && isolation != Isolation.ProcessTree)
        {
            var asked = TimeProvider.System.GetTimestamp();
            Signal(Term);
            try
            {
                await exited.WaitAsync(Grace, TimeProvider.System).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // It had its chance.
            }
            // The shell goes at once; without a namespace nothing tells when the programs it had started are done cleaning up.
            while (isolation == Isolation.ProcessGroup && TimeProvider.System.GetElapsedTime(asked) < Grace && Signal(0) > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System).ConfigureAwait(false);
            }
        }
        Kill();
        // The signal is sent and not yet taken: on a busy machine what is killed goes on until it gets its turn.
        for (var asked = TimeProvider.System.GetTimestamp(); isolation == Isolation.ProcessGroup && Signal(KillSignal) > 0 && TimeProvider.System.GetElapsedTime(asked) < Grace;)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System).ConfigureAwait(false);
        }
        await exited.ConfigureAwait(false);
        if (isolation == Isolation.PidNamespace)
        {
            // A namespace that was being made when its maker was killed belongs to nobody; all who are in it bear our mark.
            foreach (var stray in Procfs.MarkedWith(mark))
            {
                _ = Send(stray, KillSignal);
            }
        }
    }

    /// <summary>In a PID namespace the exit of the root says that nothing is left; elsewhere this is the best effort of one pass after another.</summary>
    public void Kill()
    {
        switch (isolation)
        {
            case Isolation.PidNamespace when !root.HasExited:
                // Ending the first process inside lets the outer one exit only after the kernel has reaped all others.
                _ = Send(Procfs.ChildrenOf(_rootId) is [var first, ..] ? first : _rootId, KillSignal);
                break;
            case Isolation.ProcessGroup:
                // What a pass misses was just being forked; a tree that keeps forking is stopped by losing its parents.
                for (var pass = 0; pass < 5 && Signal(KillSignal) > 0; pass++)
                {
                }
                break;
            case Isolation.ProcessTree when !root.HasExited:
                root.Kill(entireProcessTree: true);
                break;
        }
    }

    private int Signal(int signal)
    {
        var isRunning = !root.HasExited;
        var members = isolation == Isolation.PidNamespace
            ? Procfs.DescendantsOf(_rootId)
            : [.. isRunning ? Procfs.DescendantsOf(_rootId).Append(_rootId) : [], .. Procfs.MarkedWith(mark)];
        var sent = 0;
        foreach (var member in members.Distinct())
        {
            sent += Send(member, signal) == 0 ? 1 : 0;
        }
        return sent;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int processId, int signal);
}
