using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pryx.Core.Files;

/// <summary>
/// The system calls of <see cref="LinuxDisk"/>. Numbers and flags are those of x86-64 and arm64; the variadic ones are called
/// with fixed arguments, which both ABIs pass the same way.
/// </summary>
internal static unsafe partial class LinuxCalls
{
    internal const int AtCurrent = -100;
    internal const int ReadOnly = 0, WriteOnly = 1, Create = 0x40, Exclusive = 0x80, NoTerminal = 0x100, NonBlocking = 0x800, CloseOnExec = 0x80000, PathOnly = 0x200000;
    internal const int Enoent = 2, Eintr = 4, Eperm = 1, Eacces = 13, Eexist = 17, Enotdir = 20, Eisdir = 21, Einval = 22, Etxtbsy = 26, Enospc = 28, Erofs = 30, Enametoolong = 36, Enosys = 38, Eloop = 40;

    private static readonly bool s_isArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    internal static readonly int Directory = s_isArm ? 0x4000 : 0x10000;
    internal static readonly int NoFollow = s_isArm ? 0x8000 : 0x20000;

    private const nint NumberOpenat2 = 437;
    private static readonly nint s_numberStatx = s_isArm ? 291 : 332;
    private static readonly nint s_numberGetdents = s_isArm ? 61 : 217;

    /// <summary>Opens an absolute path and fails with ELOOP when any component is a symbolic link.</summary>
    internal static SafeFileHandle? OpenWithoutLinks(string path, int flags)
    {
        var how = new OpenHow { Flags = (ulong)(uint)(flags | CloseOnExec), Resolve = 0x04 };
        return Handle((int)Openat2(NumberOpenat2, AtCurrent, path, &how, sizeof(OpenHow)));
    }

    /// <summary>Opens one name in a folder; a link there is not followed.</summary>
    internal static SafeFileHandle? OpenAt(SafeFileHandle folder, string name, int flags, int mode = 0) =>
        Handle(Openat(folder, name, flags | NoFollow | CloseOnExec, (uint)mode));

    internal static SafeFileHandle? OpenRoot() => Handle(Openat(AtCurrent, "/", PathOnly | Directory | CloseOnExec, 0));

    /// <summary>Facts about a name in a folder (not following a link), or about the handle itself for an empty name.</summary>
    internal static bool Stat(SafeFileHandle handle, string name, out Statx facts)
    {
        const int EmptyPath = 0x1000, SymlinkNoFollow = 0x100, BasicStats = 0x7ff;
        fixed (Statx* buffer = &facts)
        {
            return StatxCall(s_numberStatx, handle, name, EmptyPath | SymlinkNoFollow, BasicStats, buffer) == 0;
        }
    }

    internal static int ReadEntries(SafeFileHandle folder, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            return (int)Getdents(s_numberGetdents, folder, start, buffer.Length);
        }
    }

    /// <summary>The magic number of the file system behind the handle; 0 when unknown.</summary>
    internal static long FileSystemType(SafeFileHandle handle)
    {
        // f_type is the first word of struct statfs on 64-bit systems; the rest (120 bytes) is of no interest.
        var buffer = stackalloc long[32];
        return Fstatfs(handle, buffer) == 0 ? buffer[0] : 0;
    }

    /// <summary>Where a link leads, as it is written; null when it is none.</summary>
    internal static string? ReadLink(SafeFileHandle folder, string name)
    {
        Span<byte> buffer = stackalloc byte[4096];
        fixed (byte* to = buffer)
        {
            var length = (int)Readlinkat(folder, name, to, buffer.Length);
            return length < 0 ? null : System.Text.Encoding.UTF8.GetString(buffer[..length]);
        }
    }

    private static SafeFileHandle? Handle(int descriptor) => descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Openat2(nint number, nint folder, string path, OpenHow* how, nint size);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint StatxCall(nint number, SafeFileHandle folder, string path, nint flags, nint mask, Statx* buffer);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Getdents(nint number, SafeFileHandle folder, byte* buffer, nint size);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Openat(int folder, string name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Openat(SafeFileHandle folder, string name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MakeFolder(SafeFileHandle folder, string name, uint mode);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Rename(SafeFileHandle fromFolder, string from, SafeFileHandle toFolder, string to);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Unlink(SafeFileHandle folder, string name, int flags);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MakeLink(string target, SafeFileHandle folder, string name);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Readlinkat(SafeFileHandle folder, string name, byte* buffer, nint size);

    /// <summary>Follows links: only for paths below <c>/proc/self/fd</c>.</summary>
    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetModeOf(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    internal static partial int SetMode(SafeFileHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    internal static partial int SetOwner(SafeFileHandle file, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Sync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    private static partial int Fstatfs(SafeFileHandle file, long* buffer);

    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    /// <summary>struct statx of the kernel, the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct Statx
    {
        [FieldOffset(16)] public uint Names;
        [FieldOffset(20)] public uint User;
        [FieldOffset(24)] public uint Group;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public long Size;
        [FieldOffset(112)] public long ModifiedSeconds;
        [FieldOffset(120)] public uint ModifiedNanoseconds;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;

        public readonly FileFacts ToFacts() => new(
            (Mode & 0xF000) switch { 0x8000 => FileKind.Regular, 0x4000 => FileKind.Folder, 0xA000 => FileKind.Link, _ => FileKind.Other },
            Size,
            Mode & 0xFFF,
            new(((ulong)DeviceMajor << 32) | DeviceMinor, Inode, Size, (ModifiedSeconds * 1_000_000_000) + ModifiedNanoseconds));
    }
}
