using System.Runtime.Versioning;
using Pryx.Core.Configuration;
using Pryx.Protocol.Health;

namespace Pryx.Core.Health.Doctoring;

/// <summary>The data directory is its owner's alone (0700), and so are the files in it that hold something (0600).</summary>
public static class PermissionProbe
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public static DoctorProbe Of(PryxPaths paths) => DoctorProbe.Of("permissions", () => Look(paths)) with { FixAsync = _ => Task.Run(() => Close(paths), CancellationToken.None) };

    private static DoctorCheck Look(PryxPaths paths)
    {
        if (OperatingSystem.IsWindows())
        {
            return DoctorWord.Ok("permissions", "the folder's own access list counts here");
        }
        return Open(paths) is { Count: > 0 } open
            ? DoctorWord.Fail("permissions", $"others on this machine can open {string.Join(", ", open)}", "pryx doctor --fix")
            : DoctorWord.Ok("permissions", $"{paths.Data} is yours alone");
    }

    private static void Close(PryxPaths paths)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        foreach (var path in Open(paths))
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) & ~Others);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static List<string> Open(PryxPaths paths)
    {
        string[] places = [paths.Data, paths.Config, paths.ConfigJson, paths.Database, paths.CoreToken, paths.SecretReferences, paths.Vault, paths.VaultKey, paths.McpServers, paths.Logs, paths.ToolOutput];
        return [.. places.Where(IsOpen)];
    }

    [UnsupportedOSPlatform("windows")]
    private static bool IsOpen(string path) => Path.Exists(path) && (File.GetUnixFileMode(path) & Others) != 0;
}
