using Pryx.Core.Backup;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
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

    /// <summary>Puts a backup in the place of what is there. No daemon may run.</summary>
    /// <exception cref="Pryx.Protocol.Errors.PryxException">BACKUP_…, ALREADY_RUNNING, STORAGE_…: nothing was changed.</exception>
    public Task<RestoredBackup> RestoreAsync(string file, string? passphrase, Action<string> onWarning, CancellationToken cancellationToken) => Restoration.RunAsync(Options(onWarning), file, passphrase, cancellationToken);

    /// <summary>Takes every key and token of this Pryx out of the keychain; returns how many there were.</summary>
    public Task<int> ForgetSecretsAsync(Action<string> onWarning, CancellationToken cancellationToken) => Restoration.ForgetSecretsAsync(Options(onWarning), cancellationToken);

    /// <summary>A variable of the environment; null when it is not set.</summary>
    public string? Variable(string name) => settings.FromEnvironment(name);

    private CoreOptions Options(Action<string> onWarning) => new() { Executable = OwnExecutable.Command, Paths = PryxPaths.From(settings), Settings = settings, OnWarning = onWarning };
}
