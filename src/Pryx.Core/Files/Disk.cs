using System.Runtime.InteropServices;

namespace Pryx.Core.Files;

/// <summary>
/// Files by canonical path (see <see cref="WorkspacePath"/>). What was judged is what is touched: when any part of the path
/// became a symbolic link since it was resolved, the call fails. Only regular files are read or written.
/// Failures are <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> with a message for the model.
/// </summary>
public abstract class Disk
{
    /// <summary>The largest file that is held in memory at once, in bytes.</summary>
    public const int MaxFileBytes = 16 * 1024 * 1024;

    public static Disk Local { get; } =
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64
            ? new LinuxDisk()
            : new PortableDisk();

    /// <summary>What is at the path, without following a link there; null when nothing is.</summary>
    public abstract FileFacts? Look(string path);

    /// <exception cref="FileRefusedException">Not a regular file, larger than <paramref name="maxBytes"/>, or reached through a link.</exception>
    public abstract FileContent Read(string path, int maxBytes = MaxFileBytes);

    /// <summary>The entries of a folder in no order, without <c>.</c> and <c>..</c>.</summary>
    public abstract IReadOnlyList<FolderEntry> List(string path);

    /// <summary>
    /// Replaces or creates the file whole: a reader sees the old or the new content, never a part.
    /// Missing folders are made. The mode and, where the system lets us, the owner of an existing file are kept.
    /// </summary>
    /// <param name="expected">When given, the write fails if the file is no longer the one that was read.</param>
    /// <param name="mode">Permission bits for a new file; null for the usual ones.</param>
    public abstract void Write(string path, ReadOnlySpan<byte> content, FileStamp? expected = null, int? mode = null);

    /// <param name="expected">When given, the deletion fails if the file is no longer the one that was read.</param>
    public abstract void Delete(string path, FileStamp? expected = null);

    /// <summary>Makes the folder and those above it that are missing; one that is there stays as it is.</summary>
    public abstract void MakeFolder(string path);

    /// <summary>Removes an empty folder.</summary>
    public abstract void DeleteFolder(string path);

    protected static void RequireRegular(FileKind kind, string path)
    {
        if (kind != FileKind.Regular)
        {
            throw new FileRefusedException(kind switch
            {
                FileKind.Folder => $"{path} is a folder, not a file.",
                FileKind.Link => $"{path} became a symbolic link since it was checked; nothing was touched.",
                _ => $"{path} is a device, pipe or socket; only regular files are read and written.",
            });
        }
    }

    protected static void RequireExpected(FileFacts? found, string path, FileStamp? expected)
    {
        if (expected is { } stamp && (found?.Stamp ?? FileStamp.Absent) != stamp)
        {
            throw new FileRefusedException(
                stamp == FileStamp.Absent ? $"{path} exists already." : $"{path} was changed by somebody else meanwhile; read it again.");
        }
    }

    protected static FileRefusedException TooLarge(string path, long size, int maxBytes) =>
        new($"{path} is too large: {FileSize.Format(size)}, at most {FileSize.Format(maxBytes)} can be read at once.");
}

public enum FileKind { Regular, Folder, Link, Other }

/// <summary>Tells one state of a file from another.</summary>
public readonly record struct FileStamp(ulong Device, ulong Inode, long Size, long Modified)
{
    /// <summary>Stands for "there must be no file yet".</summary>
    public static FileStamp Absent { get; }
}

/// <param name="Size">Bytes.</param>
/// <param name="Mode">Permission bits.</param>
public sealed record FileFacts(FileKind Kind, long Size, int Mode, FileStamp Stamp);

public sealed record FileContent(byte[] Bytes, FileFacts Facts);

public readonly record struct FolderEntry(string Name, FileKind Kind);

/// <summary>The file is there, and is not one we touch.</summary>
public sealed class FileRefusedException(string message) : IOException(message);
