using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Protocol.Client;

namespace Pryx.Host;

/// <summary>The one place where a command hosts Core in its own process.</summary>
internal static class CoreInProcess
{
    /// <summary>Disposing the client suspends whatever it was running.</summary>
    public static Task<IPryxClient> ConnectAsync(Settings settings, ConnectOptions options, Action<string> onWarning, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var core = new PryxCore(new CoreOptions { Executable = OwnExecutable.Command, Paths = PryxPaths.From(settings), Settings = settings, OnWarning = onWarning });
        if (options.RunsTurns)
        {
            core.Rehearse();
        }
        return Task.FromResult<IPryxClient>(new LocalClient(core));
    }
}
