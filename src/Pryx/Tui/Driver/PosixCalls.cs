using System.Runtime.InteropServices;

namespace Pryx.Tui.Driver;

/// <summary>The C library's calls for terminals, on Linux and macOS.</summary>
internal static partial class PosixCalls
{
    public const int AfterOutput = 1; // TCSADRAIN
    public const int AfterOutputDroppingInput = 2; // TCSAFLUSH
    public const short CanRead = 1;
    public const short CanWrite = 4;
    public const int Interrupted = 4; // EINTR

    // EAGAIN and SIGSTOP have other numbers on macOS.
    public static readonly int TryAgain = OperatingSystem.IsMacOS() ? 35 : 11;
    public static readonly int StopSignal = OperatingSystem.IsMacOS() ? 17 : 19;
    private static readonly nuint _getSize = OperatingSystem.IsMacOS() ? 0x40087468u : 0x5413u;

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFile
    {
        public int File;
        public short Events;
        public short Happened;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }

    public static (int Width, int Height) SizeOf(int file)
    {
        var size = default(WindowSize);
        // ioctl takes any number of arguments, and Apple's processors find those on the stack, behind eight registers.
        var isStack = OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        var result = isStack ? ControlOnStack(file, _getSize, 0, 0, 0, 0, 0, 0, ref size) : Control(file, _getSize, ref size);
        return result == 0 ? (size.Columns, size.Rows) : (0, 0);
    }

    // The structure is different everywhere; larger than any of them is enough, for only the C library looks into it.
    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    public static partial int GetAttributes(int file, [Out] byte[] attributes);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    public static partial int SetAttributes(int file, int when, byte[] attributes);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    public static partial void MakeRaw([In, Out] byte[] attributes);

    [LibraryImport("libc", EntryPoint = "isatty")]
    public static partial int IsTerminal(int file);

    [LibraryImport("libc", EntryPoint = "pipe", SetLastError = true)]
    public static partial int Pipe([Out] int[] files);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll([In, Out] PollFile[] files, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int file, [Out] byte[] buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int file, ReadOnlySpan<byte> buffer, nint count);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "getsid")]
    public static partial int SessionOf(int process);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    public static partial int Group();

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int file, nuint request, ref WindowSize size);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int ControlOnStack(int file, nuint request, nint a, nint b, nint c, nint d, nint e, nint f, ref WindowSize size);
}
