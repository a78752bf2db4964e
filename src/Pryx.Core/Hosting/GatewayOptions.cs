using System.Net;

namespace Pryx.Core.Hosting;

/// <summary>How a gateway is reached.</summary>
public sealed record GatewayOptions
{
    /// <summary>Tried in turn until one can be bound; empty for pipes only.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints { get; init; } = [];

    /// <summary>False: everybody who can connect may do everything. Loopback only.</summary>
    public bool HasAuthentication { get; init; } = true;

    /// <summary>For the headers of a request, and until its body must come at a steady rate.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Also answers inside this process, without a socket (<see cref="Gateway.CreateHttp"/>).</summary>
    public bool HasPipes { get; init; }

    /// <summary>The folder of sessions that name none: the server's working directory.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The supervisor's process; null without one.</summary>
    public int? HostPid { get; init; }

    /// <summary>Told of every request; null: nobody asks whether the gateway is used.</summary>
    public UseWatch? Use { get; init; }
}
