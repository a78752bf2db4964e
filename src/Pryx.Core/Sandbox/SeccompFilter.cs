using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pryx.Core.Sandbox;

/// <summary>
/// A system call filter as the kernel takes it (classic BPF). It refuses what a build, a test or a script never needs and what has
/// opened sandboxes before: new namespaces, mounts, kernel modules, key rings, other people's descriptors, typing into the terminal, programs that
/// run with their owner's rights.
/// </summary>
internal static class SeccompFilter
{
    private const ushort LoadWord = 0x20, JumpIfEqual = 0x15, JumpIfAtLeast = 0x35, JumpIfAnyBit = 0x45, Return = 0x06;
    private const uint Allow = 0x7fff0000, KillProcess = 0x80000000, ErrorCode = 0x00050000;
    private const uint NotPermitted = 1, NoSuchCall = 38, NoSuchFamily = 97;

    // Offsets in struct seccomp_data; the machines we know are little-endian, an argument's low half comes first.
    private const uint NumberOffset = 0, ArchitectureOffset = 4, FirstArgument = 16, SecondArgument = 24, ThirdArgument = 32, FourthArgument = 40;

    /// <summary>CLONE_NEWTIME, _NEWNS, _NEWCGROUP, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET.</summary>
    private const uint NewNamespaces = 0x7E020080;

    // CLONE_NEWTIME shares its bit with clone's exit signal, where it means nothing.
    private const uint NewNamespacesOfClone = 0x7E020000;
    private const uint TypeIntoTerminal = 0x5412, TerminalOfConsole = 0x541C;

    /// <summary>S_ISUID: whoever runs such a file has the rights of whoever made it, outside of the sandbox.</summary>
    private const uint RunsAsOwner = 0x800;

    /// <summary>O_CREAT and O_TMPFILE: only then is there a mode.</summary>
    private const uint Creates = 0x40 | 0x400000;

    /// <param name="Modes">Calls that give a file its mode, each with the place of the mode among the arguments, and of the flags for those that only sometimes make one (0 for none).</param>
    private sealed record Machine(uint Architecture, uint CloneCall, uint Unshare, uint IoControl, uint Socket, (uint Call, uint Mode, uint Flags)[] Modes, uint[] Refused);

    // The same order on both: mount, umount2, pivot_root, chroot, acct, settimeofday, adjtimex, clock_settime, clock_adjtime, setns,
    // kexec_load, kexec_file_load, init_module, delete_module, finit_module, open_by_handle_at, bpf, userfaultfd, perf_event_open,
    // add_key, request_key, keyctl, syslog, vhangup, swapon, swapoff, reboot, sethostname, setdomainname, quotactl, nfsservctl,
    // lookup_dcookie, fanotify_init; then on x64 only iopl, ioperm, uselib, ustat, sysfs, _sysctl, modify_ldt.
    private static readonly Machine X64 = new(
        0xC000003E, 56, 272, 16, 41,
        // chmod, fchmod, fchmodat, fchmodat2, creat, mknod, mknodat, open, openat
        [(90, SecondArgument, 0), (91, SecondArgument, 0), (268, ThirdArgument, 0), (452, ThirdArgument, 0), (85, SecondArgument, 0), (133, SecondArgument, 0), (259, ThirdArgument, 0), (2, ThirdArgument, SecondArgument), (257, FourthArgument, ThirdArgument)],
        [165, 166, 155, 161, 163, 164, 159, 227, 305, 308, 246, 320, 175, 176, 313, 304, 321, 323, 298, 248, 249, 250, 103, 153, 167, 168, 169, 170, 171, 179, 180, 212, 300, 172, 173, 134, 136, 139, 156, 154]);

    private static readonly Machine Arm64 = new(
        0xC00000B7, 220, 97, 29, 198,
        [(52, SecondArgument, 0), (53, ThirdArgument, 0), (452, ThirdArgument, 0), (33, ThirdArgument, 0), (56, FourthArgument, ThirdArgument)],
        [40, 39, 41, 51, 89, 170, 171, 112, 266, 268, 104, 294, 105, 106, 273, 265, 280, 282, 241, 217, 218, 219, 116, 58, 224, 225, 142, 161, 162, 60, 42, 18, 262]);

    // Newer calls have one number everywhere: open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr, quotactl_fd, open_tree_attr.
    private static readonly uint[] RefusedEverywhere = [428, 429, 430, 431, 432, 433, 442, 443, 467];

    // io_uring does what it is told past every filter; clone3 and openat2 hide their flags from them, and libraries fall back to clone and openat.
    private static readonly uint[] Missing = [425, 426, 427, 435, 437];

    private static readonly uint[] LocalFamilies = [1 /* unix */, 2 /* inet */, 10 /* inet6 */, 16 /* netlink */];

    public static bool IsSupported => RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <param name="allowsSockets">False refuses every socket; a pair of connected ones stays.</param>
    public static byte[] Build(bool allowsSockets)
    {
        var machine = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => X64,
            Architecture.Arm64 => Arm64,
            var other => throw new PlatformNotSupportedException($"There is no system call filter for {other}."),
        };
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
        void Refuse(uint call, uint error)
        {
            Add(JumpIfEqual, call, 0, 1);
            Add(Return, ErrorCode | error);
        }

        Add(LoadWord, ArchitectureOffset);
        Add(JumpIfEqual, machine.Architecture, 1, 0);
        Add(Return, KillProcess); // Another instruction set has other numbers for the same calls.
        Add(LoadWord, NumberOffset);
        if (machine == X64)
        {
            Add(JumpIfAtLeast, 0x40000000, 0, 1); // The x32 numbers are a second door to the same calls.
            Add(Return, ErrorCode | NoSuchCall);
        }
        foreach (var call in machine.Refused.Concat(RefusedEverywhere))
        {
            Refuse(call, NotPermitted);
        }
        foreach (var call in Missing)
        {
            Refuse(call, NoSuchCall);
        }
        if (!allowsSockets)
        {
            Refuse(machine.Socket, NotPermitted);
        }

        // Four instructions each: not this call, jump over them.
        Add(JumpIfEqual, machine.CloneCall, 0, 4);
        Add(LoadWord, FirstArgument);
        Add(JumpIfAnyBit, NewNamespacesOfClone, 0, 1);
        Add(Return, ErrorCode | NotPermitted);
        Add(Return, Allow);

        foreach (var (call, mode, flags) in machine.Modes)
        {
            Add(JumpIfEqual, call, 0, (byte)(flags == 0 ? 4 : 6));
            if (flags != 0)
            {
                Add(LoadWord, flags);
                Add(JumpIfAnyBit, Creates, 0, 3);
            }
            Add(LoadWord, mode);
            Add(JumpIfAnyBit, RunsAsOwner, 0, 1);
            Add(Return, ErrorCode | NotPermitted);
            Add(Return, Allow);
        }

        Add(JumpIfEqual, machine.Unshare, 0, 4);
        Add(LoadWord, FirstArgument);
        Add(JumpIfAnyBit, NewNamespaces, 0, 1);
        Add(Return, ErrorCode | NotPermitted);
        Add(Return, Allow);

        Add(JumpIfEqual, machine.IoControl, 0, 5);
        Add(LoadWord, SecondArgument);
        Add(JumpIfEqual, TypeIntoTerminal, 1, 0);
        Add(JumpIfEqual, TerminalOfConsole, 0, 1);
        Add(Return, ErrorCode | NotPermitted);
        Add(Return, Allow);

        if (allowsSockets)
        {
            // Others, such as vsock to the hypervisor, know no network namespace.
            Add(JumpIfEqual, machine.Socket, 0, (byte)(LocalFamilies.Length + 2));
            Add(LoadWord, FirstArgument);
            for (var i = 0; i < LocalFamilies.Length; i++)
            {
                Add(JumpIfEqual, LocalFamilies[i], (byte)(LocalFamilies.Length - i), 0);
            }
            Add(Return, ErrorCode | NoSuchFamily);
        }
        Add(Return, Allow);
        return [.. program];
    }
}
