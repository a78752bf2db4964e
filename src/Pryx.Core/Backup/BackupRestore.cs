using System.Globalization;
using Microsoft.Data.Sqlite;
using Pryx.Core.Configuration;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Backup;

/// <param name="Aside">Where what was there before is now; null when there was nothing.</param>
/// <param name="Secrets">To be put into the keychain, by name.</param>
public sealed record RestoredBackup(string Version, int Files, string? Aside, IReadOnlyDictionary<string, string> Secrets);

/// <summary>
/// Puts a backup in the place of what is there, while nobody uses it: first all of it is unpacked beside and checked, then what is there
/// moves aside, then the new moves in. What is of this machine – its token, its vault, its caches – stays.
/// </summary>
public sealed class BackupRestore(PryxPaths paths, TimeProvider time)
{
    /// <param name="file">Absolute.</param>
    /// <param name="passphrase">Of its secrets; null leaves them in it.</param>
    /// <exception cref="PryxException">BACKUP_…, PASSPHRASE_WRONG, STORAGE_…: all is as it was.</exception>
    public async Task<RestoredBackup> RunAsync(string file, string? passphrase, CancellationToken cancellationToken)
    {
        paths.Create();
        using var held = await DatabaseLock.TakeAsync(paths.Database, cancellationToken);
        if (!held.IsAlone)
        {
            throw new PryxException("BACKUP_IN_USE", "Another Pryx has the database open.", "let it end, or stop it: pryx uninstall-service, or Ctrl-C where pryx serve runs");
        }
        var stage = Path.Combine(paths.Data, $"restoring-{Guid.NewGuid():N}");
        try
        {
            DatabaseFile.CreatePrivateDirectory(stage);
            var manifest = await new BackupReader(file).ReadAsync(stage, cancellationToken);
            Check(file, manifest, stage);
            var sealedSecrets = Path.Combine(stage, BackupManifest.Secrets);
            var secrets = passphrase is not null && File.Exists(sealedSecrets) ? BackupSecrets.Open(await File.ReadAllBytesAsync(sealedSecrets, cancellationToken), passphrase) : new Dictionary<string, string>();
            File.Delete(sealedSecrets);
            cancellationToken.ThrowIfCancellationRequested();
            return new(manifest.Version, manifest.Files.Count, Swap(stage, manifest), secrets);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageErrors.Translate(e, paths.Data);
        }
        finally
        {
            if (Directory.Exists(stage))
            {
                Directory.Delete(stage, recursive: true);
            }
        }
    }

    /// <summary>Whether a file could be restored here; all of it is read.</summary>
    /// <returns>Null when it could; else why not.</returns>
    internal static PryxException? Fit(string file, BackupManifest manifest) =>
        manifest.Schema > Migrations.Embedded.Newest ? BackupErrors.TooNew(file, manifest.Schema, Migrations.Embedded.Newest) : null;

    private static void Check(string file, BackupManifest manifest, string stage)
    {
        if (Fit(file, manifest) is { } trouble)
        {
            throw trouble;
        }
        if (!manifest.HasDatabase)
        {
            return;
        }
        SqliteLibrary.Prepare();
        var path = Path.Combine(stage, BackupManifest.Database);
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
            connection.Open();
            // What the list says of the schema is what somebody wrote there; what counts is what the file says.
            var schema = Migrations.VersionOf(connection);
            if (schema > Migrations.Embedded.Newest)
            {
                throw BackupErrors.TooNew(file, schema, Migrations.Embedded.Newest);
            }
            if (connection.Text("PRAGMA quick_check(1)") is not "ok" and var found)
            {
                throw BackupErrors.Damaged(file, $"its database is broken ({found})");
            }
        }
        catch (SqliteException e)
        {
            throw BackupErrors.Damaged(file, $"its database can not be read ({e.Message})", e);
        }
    }

    // Names of one folder: each step is a rename, and what has moved is moved back when one fails.
    private string? Swap(string stage, BackupManifest manifest)
    {
        var aside = Path.Combine(paths.Data, $"before-restore-{time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}-{Guid.NewGuid().ToString("N")[..4]}");
        var moved = new Stack<(string From, string To)>();
        try
        {
            DatabaseFile.CreatePrivateDirectory(aside);
            foreach (var entry in Directory.EnumerateFileSystemEntries(paths.Data).ToList())
            {
                var name = Path.GetFileName(entry);
                var isDatabase = name is BackupManifest.Database or BackupManifest.Database + "-wal" or BackupManifest.Database + "-shm";
                if (manifest.HasDatabase ? isDatabase || BackupContents.Holds(name, withSessions: true) : BackupContents.Holds(name, withSessions: false))
                {
                    Move(entry, Path.Combine(aside, name));
                }
            }
            foreach (var entry in Directory.EnumerateFileSystemEntries(stage).ToList())
            {
                Move(entry, Path.Combine(paths.Data, Path.GetFileName(entry)));
            }
        }
        catch
        {
            while (moved.TryPop(out var step))
            {
                Directory.Move(step.To, step.From);
            }
            Directory.Delete(aside);
            throw;
        }
        if (Directory.EnumerateFileSystemEntries(aside).Any())
        {
            return aside;
        }
        Directory.Delete(aside);
        return null;

        void Move(string from, string to)
        {
            Directory.Move(from, to); // Of a file, too.
            moved.Push((from, to));
        }
    }
}
