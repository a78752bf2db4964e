using System.Text;

namespace Pryx.Core.Sandbox;

/// <summary>
/// The level below bubblewrap: this executable started again restricts itself and becomes the command. Landlock can only allow, whole
/// folders at a time. So what lies in a writable folder can not be protected (it is put back afterwards) nor hidden,
/// names stay visible where contents do not, and /tmp is the child's own folder only by TMPDIR.
/// </summary>
internal sealed record LandlockCommand(IReadOnlyList<string> Helper)
{
    private static readonly string[] Devices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/pts", "/dev/shm"];

    public SandboxedCommand Wrap(SandboxRequest request)
    {
        if (request.Profile.Network != NetworkAccess.None)
        {
            throw new SandboxException("This sandbox (Landlock) has no network to give; the command needs bubblewrap, or to run outside the sandbox.");
        }
        var environment = new Dictionary<string, string>(request.Environment);
        if (request.Profile.TemporaryFolder is { } own)
        {
            environment["TMPDIR"] = own;
            SandboxEnvironment.PutCaches(environment, own);
        }
        var lines = Rules(request.Profile).Select(rule => $"{(rule.Writes ? 'W' : 'R')}{rule.Path}")
            .Concat(environment.Select(pair => $"E{pair.Key}={pair.Value}")).Concat(request.Words.Select(word => $"A{word}"));
        var file = MemoryFile.Of(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + '\0'))));
        // The helper's own environment is ours: the command's LD_PRELOAD must not run before the restrictions do.
        return new([.. Helper, SandboxExec.Argument, $"{file.DangerousGetHandle()}"], OuterEnvironment(), [file]);
    }

    private static Dictionary<string, string> OuterEnvironment()
    {
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = "/usr/bin:/bin",
            ["DOTNET_EnableDiagnostics"] = "0",
            ["DOTNET_TieredPGO"] = "0",
            ["DOTNET_gcConcurrent"] = "0",
        };
        // Where an installed runtime lies, when this program does not bring its own.
        if (Path.GetDirectoryName(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory().TrimEnd('/')) is { } shared
            && Path.GetFileName(shared) == "Microsoft.NETCore.App" && Path.GetDirectoryName(Path.GetDirectoryName(shared)) is { } root)
        {
            environment["DOTNET_ROOT"] = root;
        }
        return environment;
    }

    /// <summary>The folders that together are everything but the hidden ones: from a folder with something hidden below it, each entry for itself.</summary>
    internal static List<(string Path, bool Writes)> Rules(SandboxProfile profile)
    {
        var rules = new List<(string, bool)>();
        var hidden = profile.Hidden.Append("/dev").ToList();
        void Allow(string path)
        {
            if (hidden.Contains(path))
            {
                return;
            }
            if (!hidden.Any(other => Mount.IsBelow(other, path)))
            {
                rules.Add((path, false));
                return;
            }
            foreach (var entry in Entries(path))
            {
                Allow(entry);
            }
        }
        Allow("/");
        foreach (var path in profile.Visible.Where(path => path != "/"))
        {
            Allow(path);
        }
        rules.AddRange(Devices.Where(Path.Exists).Select(path => (path, true)));
        rules.AddRange(profile.Writable.Where(path => path != "/").Concat(profile.TemporaryFolder is { } own ? [own] : []).Select(path => (path, true)));
        return rules;
    }

    private static IEnumerable<string> Entries(string folder)
    {
        try
        {
            // A link is no place of its own: what counts is where it leads.
            return [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(entry => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint)).Select(entry => entry.FullName)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
