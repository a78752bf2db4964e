using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pryx.Core.Sandbox;

/// <summary>The kernel's Landlock, by system call: a set of folders and what may be done below them; everything else is refused.</summary>
internal static partial class Landlock
{
    private const int CreateRuleset = 444, AddRule = 445, RestrictSelf = 446; // The same on x64 and arm64.
    private const uint AskVersion = 1;
    private const int PathBeneath = 1;
    private const int OpenPathOnly = 0x200000, CloseOnExec = 0x80000;

    [Flags]
    public enum Access : ulong
    {
        None = 0,
        Execute = 1 << 0,
        WriteFile = 1 << 1,
        ReadFile = 1 << 2,
        ReadDirectory = 1 << 3,
        Truncate = 1 << 14,
        ControlDevice = 1 << 15,

        /// <summary>Removing and making entries of every kind, and moving them between folders.</summary>
        ChangeEntries = 0b11_1111_1111_0000,
        Read = Execute | ReadFile,
        Write = Read | ReadDirectory | WriteFile | Truncate | ChangeEntries | ControlDevice,
        OfFiles = Execute | WriteFile | ReadFile | Truncate | ControlDevice,
    }

    // Abstract Unix sockets, and signals to processes outside.
    private const ulong ScopeAll = 3;

    /// <summary>0 where the kernel has none.</summary>
    public static int Version => OperatingSystem.IsLinux() ? Math.Max(0, (int)Create(CreateRuleset, nint.Zero, 0, AskVersion)) : 0;

    /// <summary>Restricts the calling thread and what it executes, for good. Needs no_new_privs.</summary>
    /// <exception cref="Win32Exception">The kernel refused; the thread is as it was.</exception>
    public static void Restrict(IEnumerable<(string Path, Access Access)> rules)
    {
        var version = Version;
        var handled = Access.Write;
        // What an older kernel does not know can not be limited: moving between folders is refused there, truncating is not.
        handled &= version >= 5 ? handled : ~Access.ControlDevice;
        handled &= version >= 3 ? handled : ~Access.Truncate;
        handled &= version >= 2 ? handled : (Access)~(1UL << 13);
        var attributes = new Ruleset((ulong)handled, 0, version >= 6 ? ScopeAll : 0);
        var ruleset = (int)CreateSet(CreateRuleset, in attributes, (nuint)(version >= 6 ? 24 : version >= 4 ? 16 : 8), 0);
        if (ruleset < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "landlock_create_ruleset");
        }
        using var handle = new SafeFileHandle(ruleset, ownsHandle: true);
        foreach (var (path, wanted) in rules)
        {
            Allow(ruleset, path, wanted & handled);
        }
        if (RestrictThread(RestrictSelf, ruleset, 0) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "landlock_restrict_self");
        }
    }

    private static void Allow(int ruleset, string path, Access access)
    {
        var descriptor = Open(path, OpenPathOnly | CloseOnExec);
        if (descriptor < 0)
        {
            return; // What is not there, or not ours, needs no permission.
        }
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        var rule = new Beneath((ulong)(Directory.Exists(path) ? access : access & Access.OfFiles), descriptor);
        if (AddPath(AddRule, ruleset, PathBeneath, in rule, 0) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"landlock_add_rule for {path}");
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Ruleset(ulong Files, ulong Network, ulong Scoped);

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private readonly record struct Beneath(ulong Access, int Parent);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Create(nint number, nint attributes, nuint size, uint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint CreateSet(nint number, in Ruleset attributes, nuint size, uint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint AddPath(nint number, nint ruleset, nint kind, in Beneath rule, uint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint RestrictThread(nint number, nint ruleset, uint flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
