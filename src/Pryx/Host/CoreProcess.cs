using System.Net;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;

namespace Pryx.Host;

/// <summary>This process as <c>pryx-core</c>.</summary>
internal static class CoreProcess
{
    /// <summary>Runs until it is told to stop.</summary>
    /// <param name="onReady">Gets the address once Core answers.</param>
    public static async Task RunAsync(int? port, bool hasAuthentication, string workingDirectory, Action<string> onWarning, Action<Uri> onReady, CancellationToken cancellationToken)
    {
        var options = new CoreOptions { Paths = PryxPaths.From(Settings.OfProcess), OnWarning = onWarning };
        var gateway = new GatewayOptions
        {
            Endpoints = [.. (port is { } chosen and not 0 ? (int[])[chosen] : [42424, 0]).Select(number => new IPEndPoint(IPAddress.Loopback, number))],
            HasAuthentication = hasAuthentication,
            WorkingDirectory = workingDirectory,
        };
        await using var daemon = await Daemon.StartAsync(options, gateway, cancellationToken);
        onReady(daemon.Url);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.UnsafeRegister(_ => stopped.TrySetResult(), null);
        await stopped.Task;
    }
}
