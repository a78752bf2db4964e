using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Core.Secrets;

namespace Pryx.Core.Hosting;

/// <summary>
/// <c>pryx-core</c>: the gateway with its sockets and everything that only one process of a data directory does, such as going on with
/// turns whose process died.
/// </summary>
public sealed class Daemon : IAsyncDisposable
{
    private readonly PryxCore _core;
    private readonly Gateway _gateway;

    private Daemon(PryxCore core, Gateway gateway) => (_core, _gateway) = (core, gateway);

    public Uri Url => _gateway.Url!;

    /// <summary>Answers when it returns, and is announced in <c>runtime.port</c> and <c>metadata.json</c>.</summary>
    public static async Task<Daemon> StartAsync(CoreOptions options, GatewayOptions gateway, CancellationToken cancellationToken)
    {
        var core = new PryxCore(options);
        var store = await core.StoreAsync(cancellationToken);
        store.Owner.CleanUp();
        var daemon = new Daemon(core, await Gateway.StartAsync(core, gateway, cancellationToken));
        daemon.Announce();
        var turns = await core.TurnsAsync(cancellationToken);
        await turns.RecoverAsync(cancellationToken);
        await core.Agents(store, gateway.WorkingDirectory).RecoverAsync(cancellationToken);
        return daemon;
    }

    /// <summary>Closes streams, suspends turns, ends their tools, removes the announcement.</summary>
    public async ValueTask DisposeAsync()
    {
        File.Delete(_core.Options.Paths.RuntimePort);
        File.Delete(_core.Options.Paths.Metadata);
        await _gateway.DisposeAsync();
        await _core.DisposeAsync();
    }

    private void Announce()
    {
        var paths = _core.Options.Paths;
        var metadata = new Metadata(Url.ToString().TrimEnd('/'), Url.Port, Environment.ProcessId, null, Product.Version, _core.Options.Time.GetUtcNow());
        PrivateFile.Replace(paths.Metadata, JsonSerializer.SerializeToUtf8Bytes(metadata, MetadataJson.Default.Metadata));
        // Last: whoever sees the port finds the rest.
        PrivateFile.Replace(paths.RuntimePort, Encoding.ASCII.GetBytes(Url.Port.ToString(CultureInfo.InvariantCulture)));
    }
}

/// <summary><c>metadata.json</c>: the daemon that runs on this data directory.</summary>
/// <param name="HostPid">The supervisor's; null without one.</param>
public sealed record Metadata(string Url, int Port, int Pid, int? HostPid, string Version, DateTimeOffset StartedAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Metadata))]
internal sealed partial class MetadataJson : JsonSerializerContext;
