using Pryx.Core.Configuration;
using Pryx.Core.Hosting;

namespace Pryx.Host;

/// <summary>How Core is to run.</summary>
internal sealed record CoreRun
{
    /// <summary>Null: the address's own, else PRYX_PORT, else the usual one.</summary>
    public int? Port { get; init; }

    /// <summary>Null: PRYX_LISTEN_ADDR, else listen_addr.</summary>
    public string? Listen { get; init; }
    public bool HasAuthentication { get; init; } = true;

    /// <summary>The folder of sessions that name none.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The supervisor's process; null without one.</summary>
    public int? HostPid { get; init; }

    /// <summary>It ends itself when nobody has used it for so long and nothing is open; null: never.</summary>
    public TimeSpan? EndsUnused { get; init; }
    public required Action<string> OnWarning { get; init; }

    /// <summary>Gets the address once Core answers.</summary>
    public required Action<Uri> OnReady { get; init; }
}

/// <summary>This process as <c>pryx-core</c>.</summary>
internal static class CoreProcess
{
    /// <summary>From the first signal to the last moment; longer than anything that ends needs.</summary>
    private static readonly TimeSpan EndBudget = TimeSpan.FromMilliseconds(1700);

    /// <summary>Runs until it is told to stop. Must be called on the main thread.</summary>
    public static async Task RunAsync(CoreRun run, CancellationToken cancellationToken)
    {
        using var signals = run.HostPid is null ? StopSignals.OfProcess() : StopSignals.OfChild();
        if (run.HostPid is { } host && !HostLink.Tie(host, signals))
        {
            return;
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Stop, cancellationToken);
        // The second signal, and an end that takes too long. Tools die with the process.
        using var now = signals.Now.UnsafeRegister(static _ => Environment.Exit(Commands.ExitCodes.Stopped), null);
        using var deadline = new Timer(static _ => Environment.Exit(Commands.ExitCodes.Failed), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await using var ending = stop.Token.UnsafeRegister(_ => deadline.Change(EndBudget, Timeout.InfiniteTimeSpan), null);
        try
        {
            var (daemon, use) = await StartAsync(run, stop.Token);
            await using var running = daemon;
            run.OnReady(daemon.Url);
            var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = stop.Token.UnsafeRegister(_ => stopped.TrySetResult(), null);
            await (use is null ? stopped.Task : Task.WhenAny(stopped.Task, use.UnusedAsync(stop.Token)));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop before it was ready.
        }
    }

    private static async Task<(Daemon Daemon, UseWatch? Use)> StartAsync(CoreRun run, CancellationToken cancellationToken)
    {
        // Its keys are for every session. Who brought the folder is not asked yet, so that nothing in it can redirect anybody.
        var dotEnv = DotEnv.Load(run.WorkingDirectory, isTrusted: false);
        foreach (var note in dotEnv.Notes)
        {
            run.OnWarning(note);
        }
        var settings = new Settings(name => EnvironmentSettings.Read(name) ?? dotEnv.Variables.GetValueOrDefault(name));
        var core = new PryxCore(new CoreOptions { Executable = OwnExecutable.Command, Paths = PryxPaths.From(settings), Settings = settings, DotEnv = dotEnv, OnWarning = run.OnWarning, IsDaemon = true });
        AppDomain.CurrentDomain.UnhandledException += (_, crash) => core.Log.Crashed((Exception)crash.ExceptionObject);
        var address = ListenAddress.Choose(core.Config, settings, run.Listen, run.Port);
        if (!address.IsLoopback && run.HasAuthentication)
        {
            run.OnWarning($"Pryx listens on {address.Address}: others on the network can reach it. They need a token, but what they send is not encrypted; put a proxy with TLS in front of it.");
        }
        var use = run.EndsUnused is { } patience ? new UseWatch(patience, () => core.HasOpenWork, core.Options.Time) : null;
        return (await Daemon.StartAsync(core, new GatewayOptions
        {
            Use = use,
            Endpoints = address.Endpoints(Announcement.ReadLastPort(core.Options.Paths)),
            HasAuthentication = run.HasAuthentication,
            WorkingDirectory = run.WorkingDirectory,
            HostPid = run.HostPid,
        }, cancellationToken), use);
    }
}
