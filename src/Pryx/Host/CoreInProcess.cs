using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;

namespace Pryx.Host;

/// <summary>The one place where a command hosts Core in its own process.</summary>
internal static class CoreInProcess
{
    /// <summary>Disposing the client suspends whatever it was running.</summary>
    public static Task<IPryxClient> ConnectAsync(ConnectOptions options, CancellationToken cancellationToken) =>
        Task.FromException<IPryxClient>(new PryxException("CORE_UNAVAILABLE", "This build has no Core to talk to.", "build Pryx from the main branch"));
}
