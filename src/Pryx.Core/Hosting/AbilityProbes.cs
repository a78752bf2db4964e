using Pryx.Core.Health.Doctoring;
using Pryx.Core.Mcp;
using Pryx.Core.Mcp.Connections;
using Pryx.Protocol.Mcp;

namespace Pryx.Core.Hosting;

/// <summary>What <c>pryx doctor</c> looks at of that which a user has added: MCP servers and skills.</summary>
internal static class AbilityProbes
{
    private static readonly TimeSpan ServerPatience = TimeSpan.FromSeconds(8);

    /// <summary>Connects the enabled servers that are not connected; one that is missing is a warning, since all else goes on without it.</summary>
    public static DoctorProbe Servers(PryxCore core) => new("mcp", async cancellationToken =>
    {
        if (!core.Config.Bool("mcp_enabled"))
        {
            return DoctorWord.Ok("mcp", "switched off: mcp_enabled is false");
        }
        var desk = core.Abilities.Mcp;
        var problems = desk.Definitions.For(null).Problems;
        if (Enabled(desk).Count > 0)
        {
            try
            {
                await desk.ToolsAsync(null, refreshes: false, trustedWorkspace: null, cancellationToken).WaitAsync(ServerPatience, TimeProvider.System, cancellationToken);
            }
            catch (TimeoutException)
            {
                // What they have come to by now is told.
            }
        }
        var servers = Enabled(desk);
        if (servers.Count == 0 && problems.Count == 0)
        {
            return DoctorWord.Ok("mcp", "no server is configured");
        }
        var detail = string.Join("; ", problems.Concat(servers.Select(static one => one.Status.State == McpStates.Connected
            ? $"{one.Server.Name}: {one.Tools ?? 0} tools"
            : $"{one.Server.Name}: {one.Status.State}{(one.Status.Error is { } error ? $" ({error.TrimEnd('.')})" : "")}")));
        var fixes = servers.Where(static one => one.Status.State != McpStates.Connected)
            .Select(static one => $"pryx mcp {(one.Status.State == McpStates.NeedsAuth ? "auth" : "logs")} {one.Server.Name}").ToList();
        return fixes.Count > 0 ? DoctorWord.Warn("mcp", detail, string.Join("; ", fixes))
            : problems.Count > 0 ? DoctorWord.Warn("mcp", detail, "correct what it names, then: pryx mcp list")
            : DoctorWord.Ok("mcp", detail);
    });

    /// <summary>Skills that can not be read, and those that are switched on and lack something here.</summary>
    public static DoctorProbe Skills(PryxCore core) => new("skills", cancellationToken =>
    {
        var listing = core.Abilities.Skills.List(null, cancellationToken);
        var lacking = listing.Skills.Where(static skill => skill.IsEnabled && !skill.IsEligible).ToList();
        List<string> findings = [.. listing.Broken.Select(static broken => broken.ToString()), .. lacking.Select(static skill => $"{skill.Skill.Id}: {string.Join(", ", skill.Missing)}")];
        if (listing.Warning is { } warning)
        {
            findings.Insert(0, warning);
        }
        var usable = listing.Skills.Count(static skill => skill.IsUsable);
        return Task.FromResult(findings.Count == 0
            ? DoctorWord.Ok("skills", $"{usable} of {listing.Skills.Count} in use")
            : DoctorWord.Warn("skills", string.Join("; ", findings), lacking.Count > 0 ? $"pryx skills info {lacking[0].Skill.Id}" : "correct the file, then: pryx skills list"));
    });

    private static List<(McpServer Server, McpStatus Status, int? Tools)> Enabled(McpDesk desk) =>
        [.. desk.List(null).Where(static one => one.Server.IsEnabled && one.Server.Transport != McpTransport.Bundled)];
}
