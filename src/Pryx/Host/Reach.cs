using Pryx.Core.Configuration;
using Pryx.Protocol.Client;

namespace Pryx.Host;

/// <summary>Which Pryx a command reaches: the one whose data directory the environment names. Tests name one of their own.</summary>
internal sealed class Reach(Settings settings)
{
    public static Reach OfProcess { get; } = new(Settings.OfProcess);

    /// <summary>Pryx's own folder; absolute.</summary>
    public string Data => PryxPaths.From(settings).Data;

    /// <summary>The user's home; absolute.</summary>
    public string Home => PryxPaths.From(settings).Home;

    /// <summary>Pryx has never stored anything for this user.</summary>
    public bool IsNew => !File.Exists(settings.FromEnvironment("PRYX_DB_PATH") ?? PryxPaths.From(settings).Database);

    /// <summary>The routes of the running daemon, else of a gateway inside this process.</summary>
    public Task<ApiConnection> OpenApiAsync(Action<string> onWarning, string workingDirectory, CancellationToken cancellationToken) => ApiConnection.OpenAsync(settings, onWarning, workingDirectory, cancellationToken);

    /// <summary>The daemon's routes; null when none runs.</summary>
    public Task<ApiConnection?> OpenDaemonAsync(CancellationToken cancellationToken) => ApiConnection.OpenDaemonAsync(settings, cancellationToken);

    public Task<IPryxClient> ConnectAsync(ConnectOptions options, Action<string> onWarning, CancellationToken cancellationToken) => CoreConnection.ConnectAsync(settings, options, onWarning, cancellationToken);

    public ConfigFile ConfigFile(Action<string> onWarning) => new(settings, onWarning);

    /// <summary>A variable of the environment; null when it is not set.</summary>
    public string? Variable(string name) => settings.FromEnvironment(name);
}
