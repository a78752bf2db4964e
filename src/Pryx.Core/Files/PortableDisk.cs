using System.Security.Cryptography;

namespace Pryx.Core.Files;

/// <summary>
/// For macOS, Windows and other processors. There is no portable way to open without following links, so the path is
/// resolved again after opening and before renaming: that finds a swap that stays, and leaves a window for one that is
/// swapped back at once. The sandbox, not this class, is the wall against a hostile process on those systems.
/// </summary>
public sealed class PortableDisk : Disk
{
    public override FileFacts? Look(string path)
    {
        RequireUnmoved(path);
        FileSystemInfo info = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        return info.Exists || info.LinkTarget is not null ? Facts(info) : null;
    }

    public override FileContent Read(string path, int maxBytes = MaxFileBytes)
    {
        var facts = Look(path) ?? throw new FileNotFoundException($"no such file: {path}", path);
        RequireRegular(facts.Kind, path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        RequireUnmoved(path);
        if (stream.Length > maxBytes)
        {
            throw TooLarge(path, stream.Length, maxBytes);
        }
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new(bytes, facts);
    }

    public override IReadOnlyList<FolderEntry> List(string path)
    {
        RequireUnmoved(path);
        return [.. new DirectoryInfo(path).EnumerateFileSystemInfos().Select(info => new FolderEntry(info.Name, Facts(info).Kind))];
    }

    public override void Write(string path, ReadOnlySpan<byte> content, FileStamp? expected = null, int? mode = null)
    {
        var folder = Path.GetDirectoryName(path) ?? throw new FileRefusedException($"{path} is a folder, not a file.");
        RequireUnmoved(path);
        Directory.CreateDirectory(folder);
        var existing = RequireReplaceable(path, expected);
        var temporary = Path.Combine(folder, $".pryx-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }
            if (!OperatingSystem.IsWindows() && (existing?.Mode ?? mode) is { } bits)
            {
                File.SetUnixFileMode(temporary, (UnixFileMode)bits);
            }
            RequireUnmoved(path);
            RequireReplaceable(path, expected);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    public override void Delete(string path, FileStamp? expected = null)
    {
        if (RequireReplaceable(path, expected) is null)
        {
            throw new FileNotFoundException($"no such file: {path}", path);
        }
        File.Delete(path);
    }

    public override void MakeFolder(string path)
    {
        RequireUnmoved(path);
        Directory.CreateDirectory(path);
    }

    public override void DeleteFolder(string path)
    {
        RequireUnmoved(path);
        Directory.Delete(path, recursive: false);
    }

    private FileFacts? RequireReplaceable(string path, FileStamp? expected)
    {
        var existing = Look(path);
        RequireExpected(existing, path, expected);
        if (existing is not null)
        {
            RequireRegular(existing.Kind, path);
            // Replacing by rename asks nothing of the file itself: a read-only file must still refuse.
            using var probe = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        }
        return existing;
    }

    private static void RequireUnmoved(string path)
    {
        if (!string.Equals(WorkspacePath.Canonicalize(path), path, WorkspacePath.Comparison))
        {
            throw new FileRefusedException($"a part of {path} became a symbolic link since it was checked; nothing was touched.");
        }
    }

    private static FileFacts Facts(FileSystemInfo info)
    {
        var kind = info.LinkTarget is not null ? FileKind.Link
            : info is DirectoryInfo ? FileKind.Folder
            : (info.Attributes & (FileAttributes.Device | FileAttributes.ReparsePoint)) != 0 ? FileKind.Other
            : FileKind.Regular;
        var size = info is FileInfo { Exists: true } file && kind == FileKind.Regular ? file.Length : 0;
        var mode = OperatingSystem.IsWindows() ? 0 : (int)info.UnixFileMode;
        return new(kind, size, mode, new(1, 0, size, info.LastWriteTimeUtc.Ticks));
    }
}
