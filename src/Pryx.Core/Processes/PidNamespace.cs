namespace Pryx.Core.Processes;

/// <summary>
/// The command in front of a command that puts it into its own PID namespace. Nothing else takes down a tool that forks twice, calls
/// setsid and ignores TERM, and nothing else does it when this process is killed first.
/// </summary>
internal sealed record PidNamespace(IReadOnlyList<string> Prefix)
{
    /// <summary>
    /// The first process of the namespace. The command must not be it: the kernel hides signals from process 1, so a program that ends
    /// itself by a signal would live on. It takes TERM itself only to keep the namespace open until the rest had time to clean up
    /// (whoever ends the tree follows with KILL). Its own complaints ("Killed") are not the command's.
    /// </summary>
    private const string Init = """
        trap stopping=1 TERM
        exec 3>&2 2>/dev/null
        (exec "$@" 2>&3 3>&-)
        code=$?
        exec 3>&-
        [ "$stopping" ] && exec >/dev/null && while kill -0 -1; do sleep 0.02; done
        exit $code
        """;

    public IEnumerable<string> Wrap(IEnumerable<string> command) => [.. Prefix, .. UnderInit(command)];

    /// <summary>The command below a first process as this one; for a namespace that somebody else makes.</summary>
    public static IEnumerable<string> UnderInit(IEnumerable<string> command) => ["/bin/sh", "-c", Init, "pryx-init", .. command];

    /// <summary>Tries what the system has, cheapest first, by really running something in it; null when none works.</summary>
    public static async Task<PidNamespace?> ProbeAsync()
    {
        if (!OperatingSystem.IsLinux() || Find("unshare") is not { } unshare)
        {
            return null;
        }
        // Core dying must take the namespace along; without setpriv only our own ending of trees is left.
        string[] dieWithUs = Find("setpriv") is { } setpriv ? [setpriv, "--pdeathsig", "KILL"] : [];
        string[] space = ["--pid", "--fork", "--kill-child=KILL", "--mount-proc"];
        // Root in a container often may not make a namespace by itself, but may inside a user namespace.
        string[] own = [.. dieWithUs, unshare, "--user", "--map-current-user", .. space];
        string[][] candidates = Environment.IsPrivilegedProcess ? [[.. dieWithUs, unshare, .. space], own] : [own];
        foreach (var candidate in candidates)
        {
            var found = new PidNamespace(candidate);
            if (await found.WorksAsync().ConfigureAwait(false))
            {
                return found;
            }
        }
        return null;
    }

    private async Task<bool> WorksAsync() =>
        (await ProbeRun.RunAsync([.. Wrap(["/bin/sh", "-c", "exit 42"])], null, []).ConfigureAwait(false)).ExitCode == 42;

    private static readonly string[] Folders = ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/", "/run/current-system/sw/bin/"];

    private static string? Find(string tool) =>
        Folders.Select(folder => folder + tool).FirstOrDefault(File.Exists);
}
