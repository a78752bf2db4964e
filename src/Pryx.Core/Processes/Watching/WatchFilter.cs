using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pryx.Core.Processes.Watching;

/// <summary>
/// The filter that hands every system call that changes files to a listener, and lets all others pass. Calls on descriptors (write,
/// ftruncate, mmap) need none: the descriptor was opened for writing, and that was seen.
/// </summary>
internal static class WatchFilter
{
    private const ushort LoadWord = 0x20, JumpIfEqual = 0x15, JumpIfAnyBit = 0x45, Return = 0x06;
    private const uint NumberOffset = 0, ArchitectureOffset = 4, Allow = 0x7fff0000, Notify = 0x7fc00000;

    /// <summary>O_WRONLY, O_RDWR, O_CREAT, O_TRUNC.</summary>
    internal const uint Writes = 0x1 | 0x2 | 0x40 | 0x200;

    /// <summary>The calls by their numbers here.</summary>
    internal static IReadOnlyDictionary<int, WatchedCall> Calls { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Arm64() : X64();

    private static uint Machine => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0xC00000B7 : 0xC000003E;

    public static byte[] Build()
    {
        var program = new List<byte>();
        void Add(ushort code, uint value, byte ifTrue = 0, byte ifFalse = 0)
        {
            Span<byte> instruction = stackalloc byte[8];
            BinaryPrimitives.WriteUInt16LittleEndian(instruction, code);
            instruction[2] = ifTrue;
            instruction[3] = ifFalse;
            BinaryPrimitives.WriteUInt32LittleEndian(instruction[4..], value);
            program.AddRange(instruction);
        }

        // Calls of another instruction set have other numbers; the sandbox ends who makes them.
        Add(LoadWord, ArchitectureOffset);
        Add(JumpIfEqual, Machine, 1, 0);
        Add(Return, Allow);
        Add(LoadWord, NumberOffset);
        foreach (var (number, call) in Calls)
        {
            if (call is WatchedCall.Open or WatchedCall.OpenAt)
            {
                Add(JumpIfEqual, (uint)number, 0, 4);
                Add(LoadWord, call == WatchedCall.Open ? 24u : 32u); // The second or third argument, its lower half.
                Add(JumpIfAnyBit, Writes, 0, 1);
                Add(Return, Notify);
                Add(Return, Allow);
            }
            else
            {
                Add(JumpIfEqual, (uint)number, 0, 1);
                Add(Return, Notify);
            }
        }
        Add(Return, Allow);
        return [.. program];
    }

    private static Dictionary<int, WatchedCall> X64() => new()
    {
        [257] = WatchedCall.OpenAt, [2] = WatchedCall.Open, [437] = WatchedCall.OpenAt2, [85] = WatchedCall.Create, [76] = WatchedCall.Truncate,
        [87] = WatchedCall.Unlink, [84] = WatchedCall.Unlink, [263] = WatchedCall.UnlinkAt,
        [82] = WatchedCall.Rename, [264] = WatchedCall.RenameAt, [316] = WatchedCall.RenameAt,
        [83] = WatchedCall.Make, [133] = WatchedCall.Make, [258] = WatchedCall.MakeAt, [259] = WatchedCall.MakeAt,
        [86] = WatchedCall.Link, [265] = WatchedCall.LinkAt, [88] = WatchedCall.Link, [266] = WatchedCall.SymlinkAt,
        [90] = WatchedCall.Mode, [91] = WatchedCall.ModeOfDescriptor, [268] = WatchedCall.ModeAt, [452] = WatchedCall.ModeAt,
        [92] = WatchedCall.Mode, [93] = WatchedCall.ModeOfDescriptor, [94] = WatchedCall.Mode, [260] = WatchedCall.ModeAt,
    };

    private static Dictionary<int, WatchedCall> Arm64() => new()
    {
        [56] = WatchedCall.OpenAt, [437] = WatchedCall.OpenAt2, [45] = WatchedCall.Truncate, [35] = WatchedCall.UnlinkAt,
        [38] = WatchedCall.RenameAt, [276] = WatchedCall.RenameAt, [34] = WatchedCall.MakeAt, [33] = WatchedCall.MakeAt,
        [37] = WatchedCall.LinkAt, [36] = WatchedCall.SymlinkAt, [52] = WatchedCall.ModeOfDescriptor, [53] = WatchedCall.ModeAt, [452] = WatchedCall.ModeAt,
        [55] = WatchedCall.ModeOfDescriptor, [54] = WatchedCall.ModeAt,
    };
}

/// <summary>Calls by where their paths stand among the arguments.</summary>
internal enum WatchedCall
{
    Open, OpenAt, OpenAt2, Create, Truncate, Unlink, UnlinkAt, Rename, RenameAt, Make, MakeAt, Link, LinkAt, SymlinkAt, Mode, ModeAt, ModeOfDescriptor,
}
