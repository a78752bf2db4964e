using Pryx.Core.Backup;

namespace Pryx.Core.Hosting;

/// <summary>A backup in the place of what is there, while no daemon runs and none can start.</summary>
public static class Restoration
{
    /// <param name="file">Absolute.</param>
    /// <param name="passphrase">Of its secrets, which go into the keychain; null leaves them in it.</param>
    /// <exception cref="Protocol.Errors.PryxException">ALREADY_RUNNING, BACKUP_…, PASSPHRASE_WRONG, STORAGE_…: nothing was changed.</exception>
    public static async Task<RestoredBackup> RunAsync(CoreOptions options, string file, string? passphrase, CancellationToken cancellationToken)
    {
        options.Paths.Create();
        RestoredBackup restored;
        using (await DaemonLock.TakeAsync(options.Paths, cancellationToken))
        {
            restored = await new BackupRestore(options.Paths, options.Time).RunAsync(file, passphrase, cancellationToken);
        }
        await using var core = new PryxCore(options);
        foreach (var (name, value) in restored.Secrets)
        {
            await core.Secrets.SetAsync(name, value, cancellationToken);
        }
        return restored;
    }

    /// <summary>Takes every key and token of this Pryx out of the keychain.</summary>
    /// <returns>How many there were.</returns>
    public static async Task<int> ForgetSecretsAsync(CoreOptions options, CancellationToken cancellationToken)
    {
        await using var core = new PryxCore(options);
        var names = await core.Secrets.ListAsync(cancellationToken);
        foreach (var name in names)
        {
            await core.Secrets.DeleteAsync(name, cancellationToken);
        }
        return names.Count;
    }
}
