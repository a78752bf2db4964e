using System.Runtime.InteropServices;
using Pryx.Core.Configuration;
using Pryx.Host.Service;

namespace Pryx.Host;

/// <summary>
/// This process as the host: it starts Core, starts it again after a crash, and takes everything down with it. It stays small: nothing
/// of Core is loaded here before there is something to say about it.
/// </summary>
internal static partial class HostProcess
{
    /// <summary>True for <c>pryx serve …</c>; help and a Core without a host are none of ours.</summary>
    public static bool IsAsked(string name, string[] args) =>
        name != "pryx-core" && args is ["serve", ..] && !args.Any(argument => argument is "--no-supervisor" or "--help" or "-h" or "-?" or "/?" or "/h");

    /// <summary>Runs until Core ends for good or a signal comes. Must be called on the main thread.</summary>
    /// <param name="arguments">Those of <c>serve</c>; Core reads them.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> arguments)
    {
        if (arguments.Contains("--while-used") && !OperatingSystem.IsWindows())
        {
            // A surface has started it: it must outlive that terminal. It fails where we lead a session already.
            _ = NewSession();
        }
        using var signals = StopSignals.OfProcess();
        using var main = new MainThread();
        using var descendants = Descendants.Adopt();
        using var notice = ServiceNotice.Of(ProcessEnvironment.Variable, Environment.ProcessId);
        var supervisor = new Supervisor(() => main.RunAsync<ICoreChild>(() =>
        {
            var core = CoreChild.Start(arguments, descendants);
            notice?.Expect(core.Id, Announcement(), TimeProvider.System);
            return core;
        }), failure =>
        {
            notice?.Status($"Core has ended ({failure.Reason})");
            Tell(failure);
        }, TimeProvider.System);
        var (stop, now) = (signals.Stop, signals.Now);
        using var stopping = stop.UnsafeRegister(_ => notice?.Stopping(), null);
        return main.WorkUntil(Task.Run(() => supervisor.RunAsync(stop, now), CancellationToken.None));
    }

    private static void Tell(CoreFailure failure)
    {
        foreach (var line in Lines(failure))
        {
            Console.Error.WriteLine(line);
        }
    }

    /// <summary>What the user is told of a crash.</summary>
    internal static IEnumerable<string> Lines(CoreFailure failure)
    {
        if (failure.Delay is { } delay)
        {
            yield return $"Warning: pryx-core has ended unexpectedly ({failure.Reason}). It is started again in {delay.TotalSeconds:0} s.";
        }
        if (failure.Delay is null)
        {
            yield return $"Error: pryx-core has ended unexpectedly {failure.Count} times in a row, the last time by {failure.Reason}, and is not started again.";
            yield return $"Next: see what it wrote above and to {Logs()}, then start it again with: pryx serve";
        }
        else if (failure.IsLasting)
        {
            yield return $"Error: pryx-core has ended unexpectedly {failure.Count} times in a row.";
            yield return $"Next: see what it wrote above and to {Logs()}, or end this with Ctrl-C and watch it alone with: pryx serve --no-supervisor";
        }
    }

    private static string Announcement() => PryxPaths.From(Settings.OfProcess).Metadata;

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int NewSession();

    private static string Logs() => PryxPaths.From(Settings.OfProcess).Logs;
}
