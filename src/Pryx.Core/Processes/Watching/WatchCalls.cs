using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pryx.Core.Processes.Watching;

/// <summary>The system calls of a watch.</summary>
internal static unsafe partial class WatchCalls
{
    internal const int Eintr = 4, Enoent = 2, Enotdir = 20;
    private const int SetNoNewPrivileges = 38, FilterMode = 1, NewListener = 8, WaitKillable = 32, ActionAvailable = 2;
    private const nint IsValid = 0x40082102, SetFlags = 0x40082104;
    private static readonly nint Receive = unchecked((nint)0xC0502100L), Send = unchecked((nint)0xC0182101L);
    private const uint NotifyAction = 0x7fc00000;

    private static readonly bool s_isArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    private static readonly nint s_seccomp = s_isArm ? 277 : 317;
    private static readonly nint s_readMemory = s_isArm ? 270 : 310;

    /// <summary>The kernel asks a listener, and lets the call go on afterwards (5.5 and newer).</summary>
    internal static bool IsSupported()
    {
        var action = NotifyAction;
        return Seccomp(s_seccomp, ActionAvailable, 0, &action) == 0;
    }

    /// <summary>For the calling thread and what it starts.</summary>
    internal static SafeFileHandle? Install(byte[] filter)
    {
        if (Control(SetNoNewPrivileges, 1, 0, 0, 0) != 0)
        {
            return null;
        }
        fixed (byte* instructions = filter)
        {
            var program = new FilterProgram { Length = (ushort)(filter.Length / 8), Instructions = (nint)instructions };
            // Without the second flag a signal (Go sends them all the time) makes the caller ask again and again.
            var descriptor = (int)Seccomp(s_seccomp, FilterMode, NewListener | WaitKillable, &program);
            descriptor = descriptor >= 0 ? descriptor : (int)Seccomp(s_seccomp, FilterMode, NewListener, &program);
            if (descriptor < 0)
            {
                return null;
            }
            var listener = new SafeFileHandle(descriptor, ownsHandle: true);
            _ = Control(listener, SetFlags, 1); // Both sides on one processor: the other one waits anyway. Newer than 6.6.
            return listener;
        }
    }

    /// <returns>False when there is none any more, with the error in <see cref="Marshal.GetLastPInvokeError"/>.</returns>
    internal static bool TryReceive(SafeFileHandle listener, out Notification notification)
    {
        notification = default; // The kernel wants it empty.
        fixed (Notification* at = &notification)
        {
            return Control(listener, Receive, (nint)at) == 0;
        }
    }

    /// <summary>The call goes on as if nobody had looked.</summary>
    internal static void GoOn(SafeFileHandle listener, ulong id)
    {
        var answer = new Answer { Id = id, Flags = 1 };
        _ = Control(listener, Send, (nint)(&answer)); // Who was killed meanwhile needs no answer.
    }

    /// <summary>What was read about the caller was read about the caller: it still waits.</summary>
    internal static bool StillWaits(SafeFileHandle listener, ulong id) => Control(listener, IsValid, (nint)(&id)) == 0;

    /// <returns>False when all who could ask are gone.</returns>
    internal static bool WaitFor(SafeFileHandle listener)
    {
        while (true)
        {
            var poll = new PollEntry { Descriptor = (int)listener.DangerousGetHandle(), Wanted = 1 };
            var ready = Poll(&poll, 1, -1);
            if (ready < 0 && Marshal.GetLastPInvokeError() == Eintr)
            {
                continue;
            }
            return ready > 0 && (poll.Found & 1) != 0;
        }
    }

    /// <summary>Text up to its NUL from another process; null when it can not be read.</summary>
    internal static int ReadText(uint process, ulong address, Span<byte> buffer)
    {
        fixed (byte* to = buffer)
        {
            // Page by page: what lies behind the text may not be readable.
            var first = (nint)Math.Min((ulong)buffer.Length, 4096 - (address & 4095));
            var local = new Vector { Base = (nint)to, Length = buffer.Length };
            var remote = stackalloc Vector[2];
            remote[0] = new() { Base = (nint)address, Length = first };
            remote[1] = new() { Base = (nint)address + first, Length = buffer.Length - first };
            var read = (int)ReadMemory(s_readMemory, (int)process, &local, 1, remote, first == buffer.Length ? 1 : 2, 0);
            return read <= 0 ? -1 : buffer[..read].IndexOf((byte)0);
        }
    }

    /// <summary>The number at an address; null when it can not be read.</summary>
    internal static ulong? ReadNumber(uint process, ulong address)
    {
        ulong value;
        var local = new Vector { Base = (nint)(&value), Length = 8 };
        var remote = new Vector { Base = (nint)address, Length = 8 };
        return ReadMemory(s_readMemory, (int)process, &local, 1, &remote, 1, 0) == 8 ? value : null;
    }

    /// <summary>An absolute path as the process behind <paramref name="root"/> sees it; links are followed within its root, also the last one unless told otherwise.</summary>
    internal static SafeFileHandle? OpenIn(SafeFileHandle root, string path, bool isFolder)
    {
        const ulong PathOnly = 0x200000, CloseOnExec = 0x80000, NoMagicLinks = 0x02, InRoot = 0x10;
        var how = new OpenHow { Flags = PathOnly | CloseOnExec | (isFolder ? s_isArm ? 0x4000ul : 0x10000ul : 0), Resolve = NoMagicLinks | InRoot };
        return Handle((int)Openat2(437, root, path, &how, sizeof(OpenHow)));
    }

    internal static SafeFileHandle? OpenPath(string path) => Handle(Open(path, 0x200000 | 0x80000));

    /// <returns>Bytes; negative when it is no link.</returns>
    internal static int ReadLink(SafeFileHandle folder, string name, Span<byte> buffer)
    {
        fixed (byte* to = buffer)
        {
            return (int)Readlinkat(folder, name, to, buffer.Length);
        }
    }

    /// <returns>Bytes; negative when it is no link.</returns>
    internal static int ReadLink(string path, Span<byte> buffer)
    {
        fixed (byte* to = buffer)
        {
            return (int)Readlink(path, to, buffer.Length);
        }
    }

    private static SafeFileHandle? Handle(int descriptor) => descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);

    [StructLayout(LayoutKind.Sequential)]
    internal struct Notification
    {
        public ulong Id;
        public uint Process;
        public uint Flags;
        public int Call;
        public uint Architecture;
        public ulong Instruction;
        public ulong First, Second, Third, Fourth, Fifth, Sixth;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Answer
    {
        public ulong Id;
        public long Value;
        public int Error;
        public uint Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public nint Instructions;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Wanted, Found;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Vector
    {
        public nint Base;
        public nint Length;
    }

    private struct OpenHow
    {
        public ulong Flags, Mode, Resolve;
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nint second, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Seccomp(nint number, nint operation, nint flags, void* arguments);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint ReadMemory(nint number, nint process, Vector* local, nint localCount, Vector* remote, nint remoteCount, nint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Openat2(nint number, SafeFileHandle folder, string path, OpenHow* how, nint size);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle descriptor, nint request, nint argument);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollEntry* entries, nint count, int timeout);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Readlinkat(SafeFileHandle folder, string name, byte* buffer, nint size);

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Readlink(string path, byte* buffer, nint size);
}
