using System.Formats.Tar;
using System.IO.Compression;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Skills;

/// <summary>Unpacks an archive of strangers: plain files and folders below one folder, and not too many of them. Anything else refuses all of it.</summary>
internal static class SkillArchive
{
    public const int MaxEntries = 2_000;

    /// <summary>Bytes, unpacked.</summary>
    public const long MaxBytes = 50L * 1024 * 1024;

    public static bool IsArchive(string name) => name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) || IsTar(name);

    /// <param name="target">Exists, and is empty.</param>
    /// <exception cref="PryxException">SKILL_ARCHIVE: it is none, or is not harmless.</exception>
    public static async Task UnpackAsync(Stream archive, string name, string target, CancellationToken cancellationToken)
    {
        try
        {
            if (IsTar(name))
            {
                await using var plain = new GZipStream(archive, CompressionMode.Decompress, leaveOpen: true);
                await UntarAsync(plain, new Room(target), cancellationToken);
            }
            else
            {
                await UnzipAsync(archive, new Room(target), cancellationToken);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or NotSupportedException)
        {
            throw Refused($"it can not be read ({e.Message})");
        }
    }

    private static bool IsTar(string name) => name.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase);

    private static async Task UntarAsync(Stream stream, Room room, CancellationToken cancellationToken)
    {
        await using var tar = new TarReader(stream, leaveOpen: true);
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            switch (entry.EntryType)
            {
                case TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes or TarEntryType.ExtendedAttributes:
                    room.Count();
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                    await room.WriteAsync(entry.Name, entry.DataStream ?? Stream.Null, (entry.Mode & UnixFileMode.UserExecute) != 0, cancellationToken);
                    break;
                default:
                    throw Refused($"'{HiddenText.Line(entry.Name, 100)}' is a link or a device, and a skill has only files");
            }
        }
    }

    private static async Task UnzipAsync(Stream stream, Room room, CancellationToken cancellationToken)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        foreach (var entry in zip.Entries)
        {
            // The upper half holds what Unix says of the file; a link there is one for whoever honours it.
            var mode = entry.ExternalAttributes >> 16;
            if ((mode & 0xF000) is not (0 or 0x8000 or 0x4000))
            {
                throw Refused($"'{HiddenText.Line(entry.FullName, 100)}' is a link or a device, and a skill has only files");
            }
            if (entry.FullName.EndsWith('/'))
            {
                room.Count();
                continue;
            }
            await using var content = entry.Open();
            await room.WriteAsync(entry.FullName, content, (mode & 0x40) != 0, cancellationToken);
        }
    }

    private static PryxException Refused(string why) => new("SKILL_ARCHIVE", $"The archive was not unpacked: {why}.", "ask whoever made it for an archive of plain files, or install from a folder");

    /// <summary>What may still be written.</summary>
    private sealed class Room(string target)
    {
        private int _entries;
        private long _bytes;

        public void Count()
        {
            if (++_entries > MaxEntries)
            {
                throw Refused($"it has more than {MaxEntries:N0} entries");
            }
        }

        public async Task WriteAsync(string name, Stream content, bool isExecutable, CancellationToken cancellationToken)
        {
            Count();
            var parts = name.Replace('\\', '/').Split('/');
            if (Path.IsPathRooted(name) || parts.Any(static part => part is ".." || part.Contains(':', StringComparison.Ordinal) || part.Contains('\0', StringComparison.Ordinal)))
            {
                throw Refused($"'{HiddenText.Line(name, 100)}' would be written outside of its folder");
            }
            var path = Path.Combine(target, Path.Combine([.. parts.Where(static part => part is not ("" or "."))]));
            if (path == target || parts.Contains(".git"))
            {
                return;
            }
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            // Never over what is there: a second entry of one name would replace what the first was looked at for.
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            var buffer = new byte[64 * 1024];
            for (int read; (read = await content.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                if ((_bytes += read) > MaxBytes)
                {
                    throw Refused($"it holds more than {MaxBytes >> 20} MB");
                }
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
            if (isExecutable && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }
}
