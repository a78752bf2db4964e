using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Pryx.Core.Configuration;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Backup;

/// <summary>
/// Writes one file with everything in it. The database is copied by SQLite itself, on one snapshot, so that a daemon may go on writing; the
/// file appears under its name only when all of it is on the disk.
/// </summary>
internal sealed class BackupWriter(PryxPaths paths, Database database, string version)
{
    /// <param name="target">Absolute.</param>
    /// <param name="sealedSecrets">Of <see cref="BackupSecrets"/>; null to leave them out.</param>
    /// <exception cref="PryxException">BACKUP_EXISTS; STORAGE_… when the disk is full or may not be written: nothing is left behind.</exception>
    public async Task<BackupManifest> WriteAsync(string target, bool withSessions, byte[]? sealedSecrets, CancellationToken cancellationToken)
    {
        if (Path.Exists(target))
        {
            throw new PryxException("BACKUP_EXISTS", $"There is something at {target} already.", "name another file");
        }
        var parent = Path.GetDirectoryName(target)!;
        var partial = $"{target}.{Guid.NewGuid():N}.tmp";
        var copy = $"{target}.{Guid.NewGuid():N}.db.tmp";
        try
        {
            if (!Directory.Exists(parent))
            {
                DatabaseFile.CreatePrivateDirectory(parent);
            }
            var schema = withSessions ? await database.CopyAsync(copy, cancellationToken) : 0;
            var manifest = await WriteAsync(partial, schema, withSessions ? copy : null, sealedSecrets, withSessions, cancellationToken);
            File.Move(partial, target, overwrite: false);
            return manifest;
        }
        catch (Exception e) when (StorageErrors.Translate(e, target) is PryxException clear && clear != e)
        {
            throw clear;
        }
        finally
        {
            File.Delete(partial);
            File.Delete(copy);
        }
    }

    private async Task<BackupManifest> WriteAsync(string partial, int schema, string? copy, byte[]? sealedSecrets, bool withSessions, CancellationToken cancellationToken)
    {
        var sources = new List<(string Name, byte[]? Bytes, string? File)>();
        if (sealedSecrets is not null)
        {
            sources.Add((BackupManifest.Secrets, sealedSecrets, null));
        }
        foreach (var name in BackupContents.Of(paths, withSessions))
        {
            sources.Add((name, null, Path.Combine(paths.Data, name)));
        }
        if (copy is not null)
        {
            sources.Add((BackupManifest.Database, null, copy));
        }
        var files = new List<BackedUpFile>();
        foreach (var (name, bytes, file) in sources)
        {
            if (bytes is not null)
            {
                files.Add(new(name, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes))));
                continue;
            }
            await using var content = Open(file!);
            files.Add(new(name, content.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken))));
        }
        var manifest = new BackupManifest(BackupManifest.KnownFormat, version, schema, database.Time.GetUtcNow(), files);
        await using var target = PrivateFile.Create(partial);
        await using (var packed = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
        await using (var tar = new TarWriter(packed, TarEntryFormat.Pax, leaveOpen: true))
        {
            await AddAsync(tar, BackupManifest.Name, new MemoryStream(manifest.ToJson()), manifest.CreatedAt, cancellationToken);
            foreach (var ((name, bytes, file), known) in sources.Zip(files))
            {
                await using Stream content = bytes is not null ? new MemoryStream(bytes) : Open(file!);
                if (content.Length != known.Bytes)
                {
                    throw new PryxException("BACKUP_CHANGED", $"{name} was changed while it was copied.", "try again");
                }
                await AddAsync(tar, name, content, manifest.CreatedAt, cancellationToken);
            }
        }
        target.Flush(flushToDisk: true);
        return manifest;
    }

    private static FileStream Open(string file) => new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private static Task AddAsync(TarWriter tar, string name, Stream content, DateTimeOffset time, CancellationToken cancellationToken) =>
        tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite, ModificationTime = time }, cancellationToken);
}
