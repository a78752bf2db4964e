using System.Globalization;
using Pryx.Core.Storage;

namespace Pryx.Core.Health.Doctoring;

/// <summary>What the machine gives: programs, disk, clock.</summary>
public static class MachineProbes
{
    private const long Scarce = 100L << 20;
    private const long Tight = 1L << 30;

    // Nothing of this is needed; each makes more possible.
    private static readonly (string Program, string For)[] Useful = [("git", "work in repositories"), ("bwrap", "the strong sandbox"), ("node", "MCP servers from npm"), ("python3", "MCP servers and skills in Python")];

    /// <param name="find">Where a program is; null for nowhere.</param>
    public static DoctorProbe Dependencies(Func<string, string?> find) => DoctorProbe.Of("dependencies", () =>
    {
        var missing = Useful.Where(useful => find(useful.Program) is null && (useful.Program != "bwrap" || OperatingSystem.IsLinux())).ToList();
        return DoctorWord.Ok("dependencies", missing.Count == 0
            ? $"all there: {string.Join(", ", Useful.Select(static useful => useful.Program))}"
            : $"none is needed; not installed: {string.Join(", ", missing.Select(static useful => $"{useful.Program} ({useful.For})"))}");
    });

    public static DoctorProbe Disk(string folder) => DoctorProbe.Of("disk", () =>
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        var text = string.Create(CultureInfo.InvariantCulture, $"{free / (double)(1 << 30):0.0} GB free for {folder}");
        return free < Scarce ? DoctorWord.Fail("disk", text, "make room: without it nothing can be stored, and no message is taken on; pryx session list --json shows what could go")
            : free < Tight ? DoctorWord.Warn("disk", text, "make room soon")
            : DoctorWord.Ok("disk", text);
    });

    // Grants, tokens and questions expire by it: one that was set back makes them live on.
    public static DoctorProbe Clock(Database database, TimeProvider time) => new("clock", async cancellationToken =>
    {
        var now = time.GetUtcNow();
        var last = await database.ReadAsync(static connection => connection.Text("SELECT created_at FROM events ORDER BY version DESC LIMIT 1"), cancellationToken);
        return last is not null && Sql.ParseTime(last) is var newest && newest > now + TimeSpan.FromMinutes(5)
            ? DoctorWord.Warn("clock", $"it says {now:yyyy-MM-dd HH:mm} UTC, but something was stored at {newest:yyyy-MM-dd HH:mm}", "set the clock: grants and tokens expire by it")
            : DoctorWord.Ok("clock", $"{now:yyyy-MM-dd HH:mm} UTC");
    });
}
