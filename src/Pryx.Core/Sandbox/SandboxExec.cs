using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Pryx.Core.Sandbox;

/// <summary>
/// This executable as the thing between: it restricts the thread it runs on and becomes the command. Whatever can not be restricted ends
/// it before the command has run.
/// </summary>
public static partial class SandboxExec
{
    /// <summary>Hidden; followed by the number of the descriptor with the rules.</summary>
    public const string Argument = "__sandbox-exec";

    /// <summary>Not the command's: a sandbox that could not be set up.</summary>
    public const int FailureCode = 125;

    // Root keeps what it needs to work on other people's files, and nothing else of its powers: chown, dac_override, fowner, fsetid.
    private const uint RootKeeps = 1 << 0 | 1 << 1 | 1 << 3 | 1 << 4;

    private const int SetNoNewPrivileges = 38, SetSeccomp = 22, DropFromBounds = 24, FilterMode = 2;
    private const int SignalPipe = 13, CloseOnExecRange = 4;
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public static bool IsAsked(string[] args) => args is [Argument, _];

    /// <summary>Returns only when it failed.</summary>
    public static int Run(string[] args)
    {
        try
        {
            var (rules, environment, words) = Read(int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture));
            Restrict(rules);
            var error = Become(words, environment);
            return Fail($"{words[0]} could not be started: {new Win32Exception(error).Message}");
        }
        catch (Exception e) // The edge: nothing may go on from here.
        {
            return Fail(e.Message);
        }
    }

    private static int Fail(string why)
    {
        Console.Error.WriteLine($"pryx-sandbox: {why}; nothing was run");
        return FailureCode;
    }

    private static (List<(string, Landlock.Access)> Rules, List<string> Environment, List<string> Words) Read(int descriptor)
    {
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        var bytes = new byte[RandomAccess.GetLength(handle)];
        for (var read = 0; read < bytes.Length;)
        {
            read += RandomAccess.Read(handle, bytes.AsSpan(read), read) is > 0 and var count ? count : throw new IOException("the rules are cut off");
        }
        // Names without contents: a program that lists a folder on its way must not fail for it.
        List<(string, Landlock.Access)> rules = [("/", Landlock.Access.ReadDirectory)];
        List<string> environment = [], words = [];
        foreach (var line in Encoding.UTF8.GetString(bytes).Split('\0', StringSplitOptions.None).SkipLast(1))
        {
            switch (line[0])
            {
                case 'W': rules.Add((line[1..], Landlock.Access.Write)); break;
                case 'R': rules.Add((line[1..], Landlock.Access.Read | Landlock.Access.ReadDirectory)); break;
                case 'E': environment.Add(line[1..]); break;
                case 'A': words.Add(line[1..]); break;
                default: throw new IOException("the rules can not be read");
            }
        }
        return (rules, environment, words);
    }

    private static unsafe void Restrict(IEnumerable<(string, Landlock.Access)> rules)
    {
        DropPrivileges();
        Check(Control(SetNoNewPrivileges, 1, 0, 0, 0), "no_new_privs");
        Landlock.Restrict(rules);
        Check((int)CloseRange(436, 3, uint.MaxValue, CloseOnExecRange), "close_range");
        // The runtime ignores it, and what is ignored stays so over execve.
        _ = Signal(SignalPipe, nint.Zero);
        var filter = SeccompFilter.Build(allowsSockets: false);
        fixed (byte* instructions = filter)
        {
            var program = new FilterProgram((ushort)(filter.Length / 8), (nint)instructions);
            Check(Control(SetSeccomp, FilterMode, (nint)(&program), 0, 0), "seccomp");
        }
    }

    private static unsafe void DropPrivileges()
    {
        var keeps = Environment.IsPrivilegedProcess ? RootKeeps : 0;
        for (var capability = 0; capability < 64; capability++)
        {
            if ((keeps >> capability & 1) == 0 || capability >= 32)
            {
                _ = Control(DropFromBounds, capability, 0, 0, 0); // Who may not drop has nothing to drop.
            }
        }
        var header = stackalloc uint[2] { 0x20080522, 0 };
        // Effective, permitted, inheritable; then the upper half of each.
        var sets = stackalloc uint[6] { keeps, keeps, keeps, 0, 0, 0 };
        if (Environment.IsPrivilegedProcess)
        {
            Check((int)SetCapabilities(IsArm ? 91 : 126, (nint)header, (nint)sets), "capset");
        }
    }

    private static int Become(List<string> words, List<string> environment)
    {
        var argv = Strings(words);
        var envp = Strings(environment);
        _ = Execute(words[0], argv, envp);
        return Marshal.GetLastPInvokeError();
    }

    private static nint[] Strings(List<string> texts) => [.. texts.Select(Marshal.StringToCoTaskMemUTF8), 0];

    private static void Check(int result, string what)
    {
        if (result != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{what}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct FilterProgram(ushort Length, nint Instructions);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nint second, nint third, nint fourth, nint fifth);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint CloseRange(nint number, nint first, uint last, nint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SetCapabilities(nint number, nint header, nint sets);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint action);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, nint[] argv, nint[] envp);
}
