using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Pryx.Agent.Tools;

namespace Pryx.Core.Processes.Watching;

/// <summary>
/// Tells a memory of each change to files before a child or its descendants make it, by seccomp user notification: the kernel holds the
/// call until we have looked. It costs nothing but the changes themselves, whatever the size of the workspace.
/// </summary>
/// <remarks>
/// The filter is inherited from the thread that starts the child, so that thread carries it too, and whatever thread it would start: it
/// does nothing but start the child and wait. It touches neither the thread pool nor events that do. Another one answers, made before the
/// filter is. The starting thread lives as long as the child, because parent-death signals are tied to it.
/// Whatever goes wrong lets the call go on; a child is never held for longer than a copy takes.
/// </remarks>
internal static class ChangeWatch
{
    private const int StackBytes = 512 * 1024;

    private static readonly Lazy<byte[]?> Filter = new(static () =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64 && WatchCalls.IsSupported() ? WatchFilter.Build() : null);

    /// <summary>This kernel can do it. What a child inherits (no new privileges) rules out sudo: only for sandboxed ones, who have that anyway.</summary>
    public static bool IsSupported => Filter.Value is not null;

    /// <param name="process">Not started yet, and without events: those need the thread pool.</param>
    /// <param name="start">Starts it.</param>
    /// <returns>When it is started.</returns>
    public static Task StartAsync(Process process, Action start, ICallMemory memory) => Task.Run(() =>
    {
        var watched = new WatchedStart();
        new Thread(() => Answer(watched, memory), StackBytes) { IsBackground = true, Name = "pryx-watch" }.Start();
        new Thread(() => Start(watched, start), StackBytes) { IsBackground = true, Name = "pryx-watched" }.Start();
        watched.Started.Wait();
        if (watched.Trouble is { } trouble)
        {
            memory.Missed("what this command changes", $"the kernel refused to watch it ({trouble})");
        }
        if (watched.Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
        process.Exited += (_, _) => watched.Ended.Set();
        process.EnableRaisingEvents = true;
    });

    private sealed class WatchedStart
    {
        public ManualResetEventSlim Installed { get; } = new();
        public ManualResetEventSlim Started { get; } = new();
        public ManualResetEventSlim Ended { get; } = new();
        public SafeFileHandle? Listener { get; set; }
        public string? Trouble { get; set; }
        public Exception? Failure { get; set; }
    }

    private static void Start(WatchedStart watched, Action start)
    {
        try
        {
            watched.Listener = WatchCalls.Install(Filter.Value!);
            watched.Trouble = watched.Listener is null ? Marshal.GetLastPInvokeErrorMessage() : null;
            watched.Installed.Set();
            start();
        }
        catch (Exception e) // Whatever it is belongs to the caller.
        {
            watched.Failure = e;
            watched.Ended.Set();
        }
        watched.Installed.Set();
        watched.Started.Set();
        watched.Ended.Wait();
    }

    private static void Answer(WatchedStart watched, ICallMemory memory)
    {
        watched.Installed.Wait();
        if (watched.Listener is not { } listener)
        {
            return;
        }
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
