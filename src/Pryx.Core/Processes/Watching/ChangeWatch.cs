using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Pryx.Agent.Tools;

namespace Pryx.Core.Processes.Watching;

/// <summary>
/// Tells a memory of each change to files before a child or its descendants make it, by seccomp user notification: the kernel holds the
/// call until we have looked. It costs nothing but the changes themselves, whatever the size of the workspace.
/// </summary>
/// <remarks>
/// The filter is inherited from the thread that starts the child, so that thread carries it too and must do nothing but start and wait:
/// another one answers. The starting thread lives as long as the child, because parent-death signals are tied to it.
/// Whatever goes wrong lets the call go on; a child is never held for longer than a copy takes.
/// </remarks>
internal static class ChangeWatch
{
    private const int StackBytes = 512 * 1024;

    private static readonly Lazy<byte[]?> Filter = new(static () =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64 && WatchCalls.IsSupported() ? WatchFilter.Build() : null);

    /// <summary>This kernel can do it. What a child inherits (no new privileges) rules out sudo: only for sandboxed ones, who have that anyway.</summary>
    public static bool IsSupported => Filter.Value is not null;

    /// <exception cref="SpawnException">The operating system refused.</exception>
    public static Task<Process> StartAsync(Func<Process> start, ICallMemory memory)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Run(start, memory, started), StackBytes) { IsBackground = true, Name = "pryx-watched" }.Start();
        return started.Task;
    }

    private static void Run(Func<Process> start, ICallMemory memory, TaskCompletionSource<Process> started)
    {
        try
        {
            var listener = WatchCalls.Install(Filter.Value!);
            if (listener is null)
            {
                memory.Missed("what this command changes", $"the kernel refused to watch it ({Marshal.GetLastPInvokeErrorMessage()})");
            }
            else
            {
                new Thread(() => Answer(listener, memory), StackBytes) { IsBackground = true, Name = "pryx-watch" }.Start();
            }
            var process = start();
            var exited = process.WaitForExitAsync(CancellationToken.None);
            started.SetResult(process);
            exited.GetAwaiter().GetResult();
        }
        catch (Exception e) // Whatever it is belongs to the caller.
        {
            _ = started.TrySetException(e);
        }
    }

    private static void Answer(SafeFileHandle listener, ICallMemory memory)
    {
        using (listener)
        {
            var paths = new WatchedPaths(memory.Root!, memory);
            while (WatchCalls.WaitFor(listener))
            {
                if (!WatchCalls.TryReceive(listener, out var call))
                {
                    continue; // Killed before it was read.
                }
                try
                {
                    paths.Remember(call, () => WatchCalls.StillWaits(listener, call.Id));
                }
                catch (Exception e) // The edge: a child must not hang because we could not look.
                {
                    memory.Missed("a change by a command", e.Message);
                }
                WatchCalls.GoOn(listener, call.Id);
            }
        }
    }
}
