using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Pryx.Agent.Tools;
using Pryx.Core.Processes.Watching;

namespace Pryx.Core.Processes;

/// <summary>
/// The one thread that starts every child of this process. Linux delivers a parent-death signal when the *thread* that forked dies,
/// so a child started from a pool thread is killed as soon as the pool retires it; this thread lives as long as the process.
/// </summary>
internal static partial class SpawnThread
{
    private static readonly Lazy<BlockingCollection<Action>> Work = new(Open);
    private static readonly Lock OneAtATime = new();

    /// <param name="inherited">Descriptors that this child gets, and no other one: no two children are started at the same time.</param>
    /// <param name="memory">What hears of each change to files before it happens; then the child has a thread of its own, which lives as long as it does.</param>
    /// <exception cref="SpawnException">The operating system refused.</exception>
    public static Task<Process> StartAsync(ProcessStartInfo start, IReadOnlyList<SafeFileHandle>? inherited = null, ICallMemory? memory = null)
    {
        if (memory is not null)
        {
            return StartWatchedAsync(start, inherited, memory);
        }
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Value.Add(() =>
        {
            try
            {
                started.SetResult(Start(new() { StartInfo = start, EnableRaisingEvents = true }, inherited));
            }
            catch (SpawnException e)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    private static async Task<Process> StartWatchedAsync(ProcessStartInfo start, IReadOnlyList<SafeFileHandle>? inherited, ICallMemory memory)
    {
        var process = new Process { StartInfo = start };
        await ChangeWatch.StartAsync(process, () => Start(process, inherited), memory).ConfigureAwait(false);
        return process;
    }

    private static Process Start(Process process, IReadOnlyList<SafeFileHandle>? inherited)
    {
        try
        {
            lock (OneAtATime)
            {
                Inherit(inherited, true);
                try
                {
                    process.Start();
                }
                finally
                {
                    Inherit(inherited, false);
                }
            }
            return process;
        }
        catch (Exception e) // Whatever it is belongs to the caller; the thread must survive it.
        {
            process.Dispose();
            throw new SpawnException($"'{process.StartInfo.FileName}' could not be started: {e.Message}", e);
        }
    }

    private static void Inherit(IReadOnlyList<SafeFileHandle>? files, bool isInherited)
    {
        foreach (var file in files ?? [])
        {
            _ = SetFlags((int)file.DangerousGetHandle(), SetDescriptorFlags, isInherited ? 0 : CloseOnExec);
        }
    }

    private const int SetDescriptorFlags = 2, CloseOnExec = 1;

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int SetFlags(int descriptor, int command, int flags);

    private static BlockingCollection<Action> Open()
    {
        var work = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var start in work.GetConsumingEnumerable())
            {
                start();
            }
        })
        { IsBackground = true, Name = "pryx-spawner" }.Start();
        return work;
    }
}

/// <summary>A child could not be started; the message names the program and why, never its arguments.</summary>
public sealed class SpawnException(string message, Exception? inner = null) : Exception(message, inner);
