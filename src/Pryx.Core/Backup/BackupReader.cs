using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Backup;

/// <summary>
/// Reads a backup that may be cut, changed or made to do harm: only what its manifest names is taken, once, as a plain file below one
/// folder, no larger than it says, and only if its hash is the one it says.
/// </summary>
internal sealed class BackupReader(string path)
{
    /// <summary>Bytes a file may unpack to whatever it says of itself; beyond that no more than <see cref="MostGrowth"/> times its size.</summary>
    private const long AlwaysFine = 256L * 1024 * 1024;

    /// <summary>Text and databases shrink to a tenth, seldom to a hundredth; a bomb to a thousandth.</summary>
    private const int MostGrowth = 200;
    private const int MostFiles = 1_000_000;

    /// <summary>What is in it, after all of it was read and found whole.</summary>
    /// <param name="target">A new folder to unpack into; null only looks.</param>
    /// <exception cref="PryxException">BACKUP_NOT_FOUND, BACKUP_DAMAGED, BACKUP_REFUSED; STORAGE_… of the target.</exception>
    public async Task<BackupManifest> ReadAsync(string? target, CancellationToken cancellationToken)
    {
        await using var file = Open();
        await using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        try
        {
            await using var tar = new TarReader(unpacked);
            var manifest = await ReadManifestAsync(tar, file.Length, cancellationToken);
            var waiting = manifest.Files.ToDictionary(static file => file.Path, StringComparer.Ordinal);
            while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                {
                    throw BackupErrors.Hostile(path, $"'{Shown(entry.Name)}' is a link or a device, and a backup has only files");
                }
                if (!waiting.Remove(entry.Name, out var known))
                {
                    throw BackupErrors.Hostile(path, $"'{Shown(entry.Name)}' is not in its list, or twice");
                }
                await TakeAsync(entry, known, target, cancellationToken);
            }
            return waiting.Count == 0 ? manifest : throw BackupErrors.Damaged(path, $"{waiting.Count} files of its list are missing, such as {Shown(waiting.Keys.First())}");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or JsonException or ArgumentException)
        {
            throw BackupErrors.Damaged(path, $"it can not be read to its end ({e.Message})", e);
        }
    }

    /// <summary>What it says of itself, without the rest being read: for lists.</summary>
    /// <exception cref="PryxException">As of <see cref="ReadAsync"/>.</exception>
    public async Task<BackupManifest> PeekAsync(CancellationToken cancellationToken)
    {
        await using var file = Open();
        await using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        try
        {
            await using var tar = new TarReader(unpacked);
            return await ReadManifestAsync(tar, file.Length, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or JsonException or ArgumentException)
        {
            throw BackupErrors.Damaged(path, $"it can not be read ({e.Message})", e);
        }
    }

    private FileStream Open()
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PryxException("BACKUP_NOT_FOUND", $"There is no file {path}.", "pryx backup list", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new PryxException("BACKUP_UNREADABLE", $"{path} may not be read.", "name a file that you may read", e);
        }
    }

    private async Task<BackupManifest> ReadManifestAsync(TarReader tar, long size, CancellationToken cancellationToken)
    {
        var first = await tar.GetNextEntryAsync(copyData: false, cancellationToken);
        if (first is not { Name: BackupManifest.Name, EntryType: TarEntryType.RegularFile, DataStream: { } stream, Length: <= BackupManifest.MaxBytes })
        {
            throw BackupErrors.Damaged(path, "it does not begin with a list of what is in it");
        }
        var bytes = new byte[first.Length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        var manifest = BackupManifest.Read(bytes);
        if (manifest.Format > BackupManifest.KnownFormat)
        {
            throw BackupErrors.TooNew(path, manifest.Schema, Migrations.Embedded.Newest);
        }
        var total = 0L;
        foreach (var file in manifest.Files)
        {
            if (!IsBelow(file.Path) || file.Bytes < 0 || (file.Path is not (BackupManifest.Database or BackupManifest.Secrets) && !BackupContents.Holds(file.Path.Split('/')[0], withSessions: true)))
            {
                throw BackupErrors.Hostile(path, $"'{Shown(file.Path)}' does not belong into a backup");
            }
            total = checked(total + file.Bytes);
        }
        if (manifest.Files.Count > MostFiles || (total > AlwaysFine && total / MostGrowth > size))
        {
            throw BackupErrors.Hostile(path, $"it would unpack to {total:N0} bytes in {manifest.Files.Count:N0} files");
        }
        return manifest;
    }

    private async Task TakeAsync(TarEntry entry, BackedUpFile known, string? target, CancellationToken cancellationToken)
    {
        if (entry.Length != known.Bytes)
        {
            throw BackupErrors.Damaged(path, $"'{Shown(known.Path)}' has another size than its list says");
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = target is null ? null : Create(Path.Combine(target, known.Path));
        var buffer = new byte[128 * 1024];
        for (int read; entry.DataStream is { } content && (read = await content.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
            if (file is not null)
            {
                await WriteAsync(file, buffer.AsMemory(0, read), target!, cancellationToken);
            }
        }
        if (!string.Equals(Convert.ToHexStringLower(hash.GetHashAndReset()), known.Sha256, StringComparison.Ordinal))
        {
            throw BackupErrors.Damaged(path, $"'{Shown(known.Path)}' is not what was backed up");
        }
        file?.Flush(flushToDisk: true);
    }

    // A full disk while unpacking is no damage of the backup.
    private static async Task WriteAsync(FileStream file, ReadOnlyMemory<byte> bytes, string target, CancellationToken cancellationToken)
    {
        try
        {
            await file.WriteAsync(bytes, cancellationToken);
        }
        catch (IOException e)
        {
            throw StorageErrors.Translate(e, target);
        }
    }

    private static FileStream Create(string file)
    {
        DatabaseFile.CreatePrivateDirectory(Path.GetDirectoryName(file)!);
        return PrivateFile.Create(file);
    }

    private static bool IsBelow(string name) => name.Length is > 0 and <= 1024 && !name.Contains('\\', StringComparison.Ordinal) && !name.Contains('\0', StringComparison.Ordinal) && !name.Contains(':', StringComparison.Ordinal)
        && name.Split('/').All(static part => part is not ("" or "." or ".."));

    private static string Shown(string name) => new([.. name.Take(100).Select(static letter => char.IsControl(letter) ? '?' : letter)]);
}
