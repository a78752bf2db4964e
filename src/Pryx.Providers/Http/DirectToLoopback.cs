using System.Net;

namespace Pryx.Providers.Http;

/// <summary>The proxy of the environment, except for servers on this machine: a proxy elsewhere has another loopback, and what is local stays local without NO_PROXY.</summary>
internal sealed class DirectToLoopback : IWebProxy
{
    // Asked each time: reading the environment waits for the first call.
    private static IWebProxy Outside => HttpClient.DefaultProxy;

    public ICredentials? Credentials { get => Outside.Credentials; set => Outside.Credentials = value; }

    public Uri? GetProxy(Uri destination) => destination.IsLoopback ? null : Outside.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback || Outside.IsBypassed(host);
}
