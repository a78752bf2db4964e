using System.Runtime.InteropServices;

namespace Pryx.Tui.Driver;

/// <summary>The console's calls on Windows.</summary>
internal static partial class WindowsCalls
{
    public const int StandardInput = -10;
    public const int StandardOutput = -11;
    public const uint WindowInput = 0x8;
    public const uint ExtendedFlags = 0x80;
    public const uint VirtualInput = 0x200;
    public const uint ProcessedOutput = 0x1;
    public const uint VirtualOutput = 0x4;
    public const uint NoAutoReturn = 0x8;
    public const ushort KeyRecord = 1;
    public const ushort SizeRecord = 4;

    /// <summary>INPUT_RECORD with what its KEY_EVENT_RECORD holds.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 20)]
    public struct InputRecord
    {
        [FieldOffset(0)]
        public ushort Kind;
        [FieldOffset(4)]
        public int IsDown;
        [FieldOffset(8)]
        public ushort Repeats;
        [FieldOffset(14)]
        public ushort Letter;
        [FieldOffset(16)]
        public uint Modifiers;
    }

    /// <summary>CONSOLE_SCREEN_BUFFER_INFO.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct BufferInfo
    {
        public short Width;
        public short Height;
        public short CursorX;
        public short CursorY;
        public ushort Attributes;
        public short Left;
        public short Top;
        public short Right;
        public short Bottom;
        public short MostWidth;
        public short MostHeight;
    }

    [LibraryImport("kernel32", SetLastError = true)]
    public static partial nint GetStdHandle(int which);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetConsoleMode(nint handle, out uint mode);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetConsoleMode(nint handle, uint mode);

    [LibraryImport("kernel32")]
    public static partial uint GetConsoleOutputCP();

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetConsoleOutputCP(uint codePage);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetConsoleScreenBufferInfo(nint handle, out BufferInfo info);

    [LibraryImport("kernel32", EntryPoint = "ReadConsoleInputW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool ReadConsoleInput(nint handle, [Out] InputRecord[] records, uint most, out uint count);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool WriteFile(nint handle, ReadOnlySpan<byte> bytes, uint count, out uint written, nint overlapped);

    [LibraryImport("kernel32", EntryPoint = "CreateEventW", SetLastError = true)]
    public static partial nint CreateEvent(nint security, [MarshalAs(UnmanagedType.Bool)] bool manualReset, [MarshalAs(UnmanagedType.Bool)] bool initialState, nint name);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetEvent(nint handle);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool CloseHandle(nint handle);

    [LibraryImport("kernel32", SetLastError = true)]
    public static partial uint WaitForMultipleObjects(uint count, nint[] handles, [MarshalAs(UnmanagedType.Bool)] bool waitAll, uint milliseconds);
}
