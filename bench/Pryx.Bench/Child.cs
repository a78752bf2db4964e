using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Pryx.Bench;

/// <summary>What one run of a whole process showed.</summary>
/// <param name="Elapsed">From just before it was started until it had ended.</param>
/// <param name="MarkAt">The time of the read that completed the marker on standard output; null when it never came.</param>
internal sealed record Run(int ExitCode, TimeSpan Elapsed, DateTimeOffset? MarkAt, string Stdout, string Stderr);

/// <summary>
/// Starts a process with posix_spawn and waits for it on the calling thread: .NET's Process hands output and exit through the
/// thread pool, which adds more than some of the budgets allow. Linux and macOS.
/// </summary>
internal sealed partial class Child
{
    private readonly int _pid, _stdout;
    private readonly string _stderrFile = Path.GetTempFileName();
    private readonly long _started;

    public Child(IReadOnlyList<string> command, string folder, IReadOnlyDictionary<string, string> environment)
    {
        var ends = new int[2];
        Check(Pipe(ends), "pipe");
        _stdout = ends[0];
        // Larger than the opaque struct of either system.
        var actions = Marshal.AllocHGlobal(1024);
        var argv = Strings(command);
        var variables = Strings(environment.Select(pair => $"{pair.Key}={pair.Value}"));
        try
        {
            CheckError(InitActions(actions), "posix_spawn_file_actions_init");
            CheckError(AddOpen(actions, 0, "/dev/null", 0, 0), "addopen");
            CheckError(AddDuplicate(actions, ends[1], 1), "adddup2");
            CheckError(AddOpen(actions, 2, _stderrFile, 1, 0), "addopen");
            CheckError(AddClose(actions, ends[0]), "addclose");
            CheckError(AddClose(actions, ends[1]), "addclose");
            CheckError(AddChangeDirectory(actions, folder), "addchdir");
            _started = TimeProvider.System.GetTimestamp();
            CheckError(Spawn(out _pid, command[0], actions, 0, argv, variables), command[0]);
        }
        finally
        {
            _ = Close(ends[1]);
            _ = DestroyActions(actions);
            Marshal.FreeHGlobal(actions);
            foreach (var text in argv.Concat(variables))
            {
                Marshal.FreeCoTaskMem(text);
            }
        }
    }

    public int Pid => _pid;

    /// <summary>Reads standard output to its end and waits for the process.</summary>
    /// <param name="marker">Text whose arrival on standard output is timed.</param>
    public Run Wait(string? marker = null)
    {
        var output = new List<byte>();
        var mark = marker is null ? null : Encoding.UTF8.GetBytes(marker);
        DateTimeOffset? markAt = null;
        var buffer = new byte[64 * 1024];
        while (Read(_stdout, buffer, buffer.Length) is > 0 and var count)
        {
            var now = TimeProvider.System.GetUtcNow();
            output.AddRange(buffer.AsSpan(0, (int)count));
            if (markAt is null && mark is not null && CollectionsMarshal.AsSpan(output).IndexOf(mark) >= 0)
            {
                markAt = now;
            }
        }
        _ = Close(_stdout);
        int status;
        while (WaitPid(_pid, out status, 0) < 0 && Marshal.GetLastPInvokeError() == 4)
        {
        }
        var elapsed = TimeProvider.System.GetElapsedTime(_started);
        var stderr = File.ReadAllText(_stderrFile);
        File.Delete(_stderrFile);
        return new((status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f), elapsed, markAt, Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(output)), stderr);
    }

    /// <summary>Asks it to end, waits until it has, and gives what it wrote to standard error.</summary>
    public string Terminate()
    {
        _ = Kill(_pid, 15);
        while (WaitPid(_pid, out _, 0) < 0 && Marshal.GetLastPInvokeError() == 4)
        {
        }
        _ = Close(_stdout);
        var stderr = File.ReadAllText(_stderrFile);
        File.Delete(_stderrFile);
        return stderr;
    }

    private static nint[] Strings(IEnumerable<string> texts) => [.. texts.Select(Marshal.StringToCoTaskMemUTF8), 0];

    private static void Check(int result, string what)
    {
        if (result < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), what);
        }
    }

    private static void CheckError(int error, string what)
    {
        if (error != 0)
        {
            throw new Win32Exception(error, what);
        }
    }

    [LibraryImport("libc", EntryPoint = "pipe", SetLastError = true)]
    private static partial int Pipe([Out] int[] ends);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int file, byte[] buffer, nint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitPid(int pid, out int status, int options);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int InitActions(nint actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddOpen(nint actions, int file, string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate(nint actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclose")]
    private static partial int AddClose(nint actions, int file);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddChangeDirectory(nint actions, string path);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int DestroyActions(nint actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Spawn(out int pid, string file, nint actions, nint attributes, nint[] arguments, nint[] environment);
}
