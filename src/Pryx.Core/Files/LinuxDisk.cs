using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Pryx.Core.Files;

/// <summary>
/// Opens by <c>openat2(2)</c> with RESOLVE_NO_SYMLINKS, or one component at a time with O_NOFOLLOW where the kernel or a
/// seccomp filter refuses that. Writing and deleting go through the descriptor of the parent folder, so that swapping a
/// folder for a link afterwards changes nothing.
/// </summary>
/// <param name="walksComponents">Leaves <c>openat2</c> out.</param>
public sealed class LinuxDisk(bool walksComponents = false) : Disk
{
    public override FileFacts? Look(string path)
    {
        if (path == "/")
        {
            return new(FileKind.Folder, 0, 0, default);
        }
        using var folder = TryOpenFolder(Parent(path), create: false);
        if (folder is null)
        {
            return Marshal.GetLastPInvokeError() is LinuxCalls.Enoent or LinuxCalls.Enotdir ? null : throw Failure(path);
        }
        return Look(folder, Path.GetFileName(path), path)?.ToFacts();
    }

    public override FileContent Read(string path, int maxBytes = MaxFileBytes)
    {
        // The kind is asked on a descriptor that opens nothing: opening a device can have effects, opening a FIFO can block.
        using (var look = OpenBeneath(path, LinuxCalls.PathOnly) ?? throw Failure(path))
        {
            RequireRegular(look, path);
        }
        using var file = OpenBeneath(path, LinuxCalls.ReadOnly | LinuxCalls.NonBlocking | LinuxCalls.NoTerminal) ?? throw Failure(path);
        var facts = RequireRegular(file, path).ToFacts();
        if (LinuxCalls.FileSystemType(file) is 0x9fa0 or 0x62656572)
        {
            // Files of proc and sysfs call themselves regular; they are windows into the kernel and other processes.
            throw new FileRefusedException($"{path} belongs to the kernel's own file system, which file tools do not read.");
        }
        if (facts.Size > maxBytes)
        {
            throw TooLarge(path, facts.Size, maxBytes);
        }
        return new(ReadAll(file, path, facts.Size, maxBytes), facts);
    }

    public override IReadOnlyList<FolderEntry> List(string path)
    {
        using var folder = OpenBeneath(path, LinuxCalls.ReadOnly | LinuxCalls.Directory) ?? throw Failure(path);
        var entries = new List<FolderEntry>();
        var buffer = new byte[32 * 1024];
        while (true)
        {
            var length = LinuxCalls.ReadEntries(folder, buffer);
            if (length < 0)
            {
                throw Failure(path);
            }
            if (length == 0)
            {
                return entries;
            }
            // struct linux_dirent64: inode (8), offset (8), record length (2), type (1), name to the NUL.
            for (var at = 0; at < length;)
            {
                var record = buffer.AsSpan(at, BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at + 16)));
                var name = Encoding.UTF8.GetString(record[19..(19 + record[19..].IndexOf((byte)0))]);
                if (name is not ("." or ".."))
                {
                    entries.Add(new(name, Kind(record[18], folder, name)));
                }
                at += record.Length;
            }
        }
    }

    public override void Write(string path, ReadOnlySpan<byte> content, FileStamp? expected = null, int? mode = null)
    {
        using var folder = TryOpenFolder(Parent(path), create: true) ?? throw Failure(path);
        var name = Path.GetFileName(path);
        var existing = RequireReplaceable(folder, name, path, expected);
        var temporary = $".pryx-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}.tmp";
        var creationMode = existing is null && mode is null ? 0x1B6 /* 0666, narrowed by umask */ : 0x180 /* 0600 until the right mode is known */;
        using (var file = LinuxCalls.OpenAt(folder, temporary, LinuxCalls.WriteOnly | LinuxCalls.Create | LinuxCalls.Exclusive, creationMode) ?? throw Failure(path))
        {
            try
            {
                RandomAccess.Write(file, content, 0);
                KeepOwnerAndMode(file, existing, mode, path);
                if (LinuxCalls.Sync(file) != 0)
                {
                    throw Failure(path);
                }
                RequireReplaceable(folder, name, path, expected);
                if (LinuxCalls.Rename(folder, temporary, folder, name) != 0)
                {
                    throw Failure(path);
                }
            }
            catch
            {
                _ = LinuxCalls.Unlink(folder, temporary, 0);
                throw;
            }
        }
        SyncFolder(folder);
    }

    public override void Delete(string path, FileStamp? expected = null)
    {
        using var folder = TryOpenFolder(Parent(path), create: false) ?? throw Failure(path);
        var name = Path.GetFileName(path);
        if (RequireReplaceable(folder, name, path, expected) is null)
        {
            throw new FileNotFoundException($"no such file: {path}", path);
        }
        if (LinuxCalls.Unlink(folder, name, 0) != 0)
        {
            throw Failure(path);
        }
        SyncFolder(folder);
    }

    public override void MakeFolder(string path)
    {
        using var folder = TryOpenFolder(path, create: true) ?? throw Failure(path);
    }

    public override void DeleteFolder(string path)
    {
        const int RemoveFolder = 0x200;
        using var folder = TryOpenFolder(Parent(path), create: false) ?? throw Failure(path);
        if (LinuxCalls.Unlink(folder, Path.GetFileName(path), RemoveFolder) != 0)
        {
            throw Failure(path);
        }
        SyncFolder(folder);
    }

    private SafeFileHandle? OpenBeneath(string path, int flags)
    {
        if (!walksComponents)
        {
            var file = LinuxCalls.OpenWithoutLinks(path, flags);
            if (file is not null || Marshal.GetLastPInvokeError() is not (LinuxCalls.Enosys or LinuxCalls.Eperm))
            {
                return file;
            }
        }
        if (path == "/")
        {
            return LinuxCalls.OpenRoot();
        }
        using var folder = TryOpenFolder(Parent(path), create: false);
        return folder is null ? null : LinuxCalls.OpenAt(folder, Path.GetFileName(path), flags);
    }

    /// <summary>Null with the error left in <see cref="Marshal.GetLastPInvokeError"/>.</summary>
    private SafeFileHandle? TryOpenFolder(string path, bool create)
    {
        var flags = LinuxCalls.PathOnly | LinuxCalls.Directory;
        if (!walksComponents)
        {
            var found = LinuxCalls.OpenWithoutLinks(path, flags);
            var error = Marshal.GetLastPInvokeError();
            if (found is not null || !(error is LinuxCalls.Enosys or LinuxCalls.Eperm || (error == LinuxCalls.Enoent && create)))
            {
                return found;
            }
        }
        var folder = LinuxCalls.OpenRoot();
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (folder is null)
            {
                return null;
            }
            var next = LinuxCalls.OpenAt(folder, name, flags);
            if (next is null && create && Marshal.GetLastPInvokeError() == LinuxCalls.Enoent
                && (LinuxCalls.MakeFolder(folder, name, 0x1FF /* 0777, narrowed by umask */) == 0 || Marshal.GetLastPInvokeError() == LinuxCalls.Eexist))
            {
                next = LinuxCalls.OpenAt(folder, name, flags);
            }
            var error = Marshal.GetLastPInvokeError();
            folder.Dispose();
            Marshal.SetLastPInvokeError(error);
            folder = next;
        }
        return folder;
    }

    private static LinuxCalls.Statx? Look(SafeFileHandle folder, string name, string path) =>
        LinuxCalls.Stat(folder, name, out var facts) ? facts
        : Marshal.GetLastPInvokeError() is LinuxCalls.Enoent ? null
        : throw Failure(path);

    private static LinuxCalls.Statx RequireRegular(SafeFileHandle file, string path)
    {
        if (!LinuxCalls.Stat(file, "", out var facts))
        {
            throw Failure(path);
        }
        RequireRegular(facts.ToFacts().Kind, path);
        return facts;
    }

    /// <summary>Null when nothing is there and nothing was expected.</summary>
    private static LinuxCalls.Statx? RequireReplaceable(SafeFileHandle folder, string name, string path, FileStamp? expected)
    {
        var existing = Look(folder, name, path);
        RequireExpected(existing?.ToFacts(), path, expected);
        if (existing is null)
        {
            return null;
        }
        RequireRegular(existing.Value.ToFacts().Kind, path);
        // Renaming over a file asks nothing of the file itself: without this a read-only file would be replaced. Nothing is truncated.
        using var probe = LinuxCalls.OpenAt(folder, name, LinuxCalls.WriteOnly | LinuxCalls.NonBlocking | LinuxCalls.NoTerminal);
        return probe is not null || Marshal.GetLastPInvokeError() is LinuxCalls.Etxtbsy or LinuxCalls.Enoent ? existing : throw Failure(path);
    }

    private static void KeepOwnerAndMode(SafeFileHandle file, LinuxCalls.Statx? existing, int? mode, string path)
    {
        if (existing is { } old)
        {
            // Only root may give files away; for anybody else a changed owner is the price of replacing whole.
            _ = LinuxCalls.SetOwner(file, old.User, old.Group);
            mode = old.Mode & 0xFFF;
        }
        if (mode is not null && LinuxCalls.SetMode(file, (uint)mode) != 0)
        {
            throw Failure(path);
        }
    }

    private static void SyncFolder(SafeFileHandle folder)
    {
        // A folder that may be searched but not read can not be synced; the rename is then only as durable as the file system makes it.
        using var readable = LinuxCalls.OpenAt(folder, ".", LinuxCalls.ReadOnly | LinuxCalls.Directory);
        if (readable is not null)
        {
            _ = LinuxCalls.Sync(readable);
        }
    }

    private static byte[] ReadAll(SafeFileHandle file, string path, long size, int maxBytes)
    {
        var bytes = new byte[size];
        var length = 0;
        while (true)
        {
            if (length == bytes.Length)
            {
                // One byte more than stated tells whether the file grew meanwhile.
                Array.Resize(ref bytes, Math.Min(maxBytes + 1, Math.Max(bytes.Length + 1, bytes.Length + (bytes.Length / 2))));
            }
            var read = RandomAccess.Read(file, bytes.AsSpan(length), length);
            if (read == 0)
            {
                Array.Resize(ref bytes, length);
                return bytes;
            }
            length += read;
            if (length > maxBytes)
            {
                throw TooLarge(path, length, maxBytes);
            }
        }
    }

    private static FileKind Kind(byte type, SafeFileHandle folder, string name) => type switch
    {
        8 => FileKind.Regular,
        4 => FileKind.Folder,
        10 => FileKind.Link,
        // Some file systems do not say.
        0 => LinuxCalls.Stat(folder, name, out var facts) ? facts.ToFacts().Kind : FileKind.Other,
        _ => FileKind.Other,
    };

    private static string Parent(string path) => Path.GetDirectoryName(path) ?? throw new FileRefusedException($"{path} is a folder, not a file.");

    private static Exception Failure(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return error switch
        {
            LinuxCalls.Enoent => new FileNotFoundException($"no such file: {path}", path),
            LinuxCalls.Eloop => new FileRefusedException($"a part of {path} became a symbolic link since it was checked; nothing was touched."),
            LinuxCalls.Enotdir => new FileRefusedException($"a part of {path} is not a folder (or became a symbolic link since it was checked)."),
            LinuxCalls.Eisdir => new FileRefusedException($"{path} is a folder, not a file."),
            LinuxCalls.Eacces or LinuxCalls.Eperm => new UnauthorizedAccessException($"permission denied: {path}"),
            LinuxCalls.Erofs => new UnauthorizedAccessException($"the file system is read-only: {path}"),
            LinuxCalls.Enospc => new IOException($"the disk is full: {path}"),
            LinuxCalls.Enametoolong => new IOException($"the name is too long: {path}"),
            _ => new IOException($"{Marshal.GetPInvokeErrorMessage(error)}: {path}"),
        };
    }
}
