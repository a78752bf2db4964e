using System.Text;

namespace Pryx.Core.Sandbox;

/// <summary>
/// The strongest level on Linux: <c>bwrap</c> with namespaces of its own for mounts, processes, IPC, host name and network, no new
/// privileges and a system call filter. What is hidden is not there, rather than refused.
/// </summary>
/// <param name="Program">The path of bwrap.</param>
/// <param name="KeepsRoot">
/// True for root without a user namespace: there root loses all privileges but those it needs to work on other people's files, as root is
/// used to; in a user namespace it would be a stranger to them.
/// </param>
/// <param name="EmptyFile">A file of ours that is empty and stays so; covers hidden files.</param>
internal sealed record Bubblewrap(string Program, bool KeepsRoot, string EmptyFile)
{
    private static readonly string[] RootKeeps = ["CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_CHOWN", "CAP_FSETID"];

    // Root may write there without any capability, for the files are root's and no namespace makes them others; bwrap looks only at the folders.
    private static readonly string[] KernelSettings = ["/proc/sys", "/proc/sysrq-trigger", "/proc/acpi", "/proc/scsi", "/proc/fs", "/proc/driver"];

    /// <param name="command">What runs as the first process of the namespace.</param>
    public SandboxedCommand Wrap(SandboxRequest request, IEnumerable<string> command)
    {
        var filter = MemoryFile.Of(SeccompFilter.Build(allowsSockets: true));
        var options = MemoryFile.Of(Encoding.UTF8.GetBytes(string.Concat(Options(request, filter.DangerousGetHandle()).Select(word => word + '\0'))));
        return new(
            [Program, "--args", $"{options.DangerousGetHandle()}", "--", .. command],
            new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" },
            [filter, options]);
    }

    private List<string> Options(SandboxRequest request, nint filter)
    {
        List<string> options =
        [
            "--die-with-parent", "--new-session", "--as-pid-1",
            "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
            .. KeepsRoot ? RootKeeps.SelectMany(capability => (string[])["--cap-add", capability]).Prepend("ALL").Prepend("--cap-drop") : ["--unshare-user", "--cap-drop", "ALL"],
            .. request.Profile.Network == NetworkAccess.Full ? (string[])[] : ["--unshare-net"],
            "--seccomp", $"{filter}",
            "--ro-bind", "/", "/",
            "--dev", "/dev",
            "--proc", "/proc",
            .. KernelSettings.Where(Path.Exists).SelectMany(path => (string[])["--ro-bind", path, path]),
        ];
        AddTemporaryFolders(options, request.Profile.TemporaryFolder);
        var hiddenFolders = new List<string>();
        foreach (var mount in Mount.Of(request.Profile))
        {
            if (mount.Kind != MountKind.Hidden)
            {
                options.AddRange([mount.Kind == MountKind.Writable ? "--bind" : "--ro-bind", mount.Path, mount.Path]);
            }
            else if (Directory.Exists(mount.Path))
            {
                options.AddRange(["--perms", "0555", "--tmpfs", mount.Path]);
                hiddenFolders.Add(mount.Path);
            }
            else
            {
                options.AddRange(["--ro-bind", EmptyFile, mount.Path]);
            }
        }
        if (request.Profile.ProxySocket is { } socket)
        {
            options.AddRange(["--ro-bind", socket, socket]);
        }
        foreach (var folder in hiddenFolders)
        {
            // Last, for the mounts inside need their places made; then writing there says no instead of losing what was written.
            options.AddRange(["--remount-ro", folder]);
        }
        options.AddRange(["--chdir", request.WorkingDirectory, "--clearenv"]);
        foreach (var (name, value) in request.Environment)
        {
            options.AddRange(["--setenv", name, value]);
        }
        return options;
    }

    private static void AddTemporaryFolders(List<string> options, string? own)
    {
        foreach (var folder in (ReadOnlySpan<string>)["/tmp", "/var/tmp"])
        {
            if (Directory.Exists(folder) && new DirectoryInfo(folder).LinkTarget is null)
            {
                options.AddRange(own is null ? ["--perms", "1777", "--tmpfs", folder] : ["--bind", own, folder]);
            }
        }
    }
}
