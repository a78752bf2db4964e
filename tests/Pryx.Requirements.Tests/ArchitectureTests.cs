using System.Text.RegularExpressions;
using System.Xml.Linq;
using Pryx.Testing;

namespace Pryx.Requirements.Tests;

/// <summary>Who may use whom: docs/architecture.md as far as a test can hold it.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> _projects = new()
    {
        ["Pryx.Protocol"] = [],
        ["Pryx.Agent"] = ["Pryx.Protocol"],
        ["Pryx.Providers"] = ["Pryx.Protocol"],
        ["Pryx.Core"] = ["Pryx.Protocol", "Pryx.Agent", "Pryx.Providers"],
        ["Pryx"] = ["Pryx.Protocol", "Pryx.Core"],
    };

    // Every slice may use the floor; the floor may use only what stands before it.
    private static readonly string[] _floor = ["Storage", "Configuration", "Secrets", "Events", "Tools", "Http"];

    private static readonly Dictionary<string, string[]> _slices = new()
    {
        ["Access"] = ["Audit"],
        ["Agents"] = ["Costs", "Files", "Processes", "Sandbox", "Sessions", "Skills", "Turns", "Workspaces"],
        ["Approvals"] = ["Audit", "Tracing"],
        ["Archive"] = ["Audit", "Sessions", "Turns"],
        ["Audit"] = [],
        ["Background"] = ["Files", "Processes", "Sandbox"],
        ["Backup"] = ["Audit"],
        ["Browser"] = ["Files", "Network", "Processes", "Sandbox", "Web"],
        ["Catalog"] = [],
        ["Checkpoints"] = ["Audit", "Files", "Processes", "Sessions"],
        ["Cloud"] = ["Audit"],
        ["Commands"] = ["Files", "Skills"],
        ["Conversations"] = ["Sessions", "Turns"],
        ["Costs"] = ["Audit"],
        ["Desktop"] = ["Processes"],
        ["Diagnostics"] = ["Files", "Processes", "Sandbox"],
        ["Dialogue"] = [],
        ["Files"] = [],
        ["Health"] = ["Logs"],
        ["Hooks"] = ["Audit", "Files", "Processes", "Sandbox"],
        ["Logs"] = ["Audit", "Metrics", "Turns"],
        ["Mcp"] = ["Approvals", "Audit", "Files", "Network", "OAuth", "Processes", "Sandbox", "Sessions", "Turns"],
        ["Memory"] = ["Audit", "Files", "Sessions", "Skills", "Workspaces"],
        ["Mentions"] = ["Files"],
        ["Metrics"] = [],
        ["Models"] = ["Audit", "Catalog", "Processes"],
        ["OAuth"] = ["Audit"],
        ["Planning"] = ["Approvals", "Audit", "Policies", "Sessions"],
        ["Policies"] = ["Approvals", "Audit", "Sessions"],
        ["Preferences"] = ["Audit"],
        ["Network"] = [],
        ["Processes"] = ["Files", "Network", "Sandbox"],
        ["Routing"] = ["Models"],
        ["Sandbox"] = ["Files", "Network"],
        ["Sessions"] = [],
        ["Setup"] = ["Audit", "Models", "Sessions"],
        ["Skills"] = ["Audit", "Files", "Network", "Processes", "Sandbox", "Web"],
        ["Streams"] = ["Approvals", "Audit", "Sessions", "Turns"],
        ["Telemetry"] = ["Audit", "Metrics", "Tracing"],
        ["Tracing"] = [],
        ["Turns"] = ["Approvals", "Audit", "Costs", "Hooks", "Planning", "Policies", "Routing", "Sessions", "Tracing", "Workspaces"],
        ["Web"] = ["Network", "Processes"],
        ["Workspaces"] = ["Audit", "Hooks", "Sessions"],
        // The composition: it sees everything, nothing sees it.
        ["Hosting"] = ["Access", "Agents", "Approvals", "Archive", "Audit", "Background", "Backup", "Browser", "Catalog", "Checkpoints", "Cloud", "Commands", "Conversations", "Costs", "Desktop", "Diagnostics", "Dialogue", "Files", "Health", "Hooks", "Logs", "Mcp", "Memory", "Mentions", "Metrics", "Models", "OAuth", "Planning", "Policies", "Preferences", "Processes", "Routing", "Sandbox", "Sessions", "Setup", "Skills", "Streams", "Telemetry", "Tracing", "Turns", "Web", "Workspaces"],
    };

    [Fact]
    public void Projects_use_only_those_below_them()
    {
        foreach (var path in Repository.Files("src", "*.csproj"))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            var used = XDocument.Load(path).Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));
            Assert.True(_projects.ContainsKey(name), $"{name} is not in the table: say what it may use.");
            Faults.None(used.Except(_projects[name]).Select(other => $"{name} uses {other}"));
        }
    }

    [Fact]
    [Requirement("P6", "one code path for commands")]
    public void The_executable_reaches_Core_only_where_it_hosts_it() =>
        Faults.None(Usings("src/Pryx").Where(use => use.Namespace.StartsWith("Pryx.Core", StringComparison.Ordinal) && use.Slice != "Host").Select(use => $"{use.File}: {use.Namespace}"));

    [Fact]
    public void The_terminal_library_could_stand_alone()
    {
        string[] library = ["Rendering", "Input", "Layout", "Widgets", "Driver"];
        var uses = library.SelectMany(folder => Usings($"src/Pryx/Tui/{folder}")).ToList();
        Assert.NotEmpty(uses);
        Faults.None(uses.Where(use => !use.Namespace.StartsWith("System", StringComparison.Ordinal) && !library.Any(folder => use.Namespace == $"Pryx.Tui.{folder}")).Select(use => $"{use.File}: {use.Namespace}"));
    }

    [Fact]
    public void The_engine_knows_neither_HTTP_nor_SQL() =>
        Faults.None(Usings("src/Pryx.Agent").Where(use => use.Namespace.StartsWith("System.Net.Http", StringComparison.Ordinal)
            || use.Namespace.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || use.Namespace.StartsWith("Microsoft.Data", StringComparison.Ordinal))
            .Select(use => $"{use.File}: {use.Namespace}"));

    [Fact]
    [Requirement("FR1.6", "every tool call evaluated")]
    public void Tools_are_invoked_only_where_the_call_has_been_judged() =>
        Assert.Equal(["src/Pryx.Agent/Tools/ToolCallRunner.cs"], Repository.Files("src", "*.cs").Where(path => ToolInvocation().IsMatch(File.ReadAllText(path)))
            .Select(path => Path.GetRelativePath(Repository.Path(), path).Replace('\\', '/')));

    [Fact]
    [Requirement("P6", "one configuration path")]
    public void Settings_are_read_from_the_environment_in_one_place() =>
        // The terminal's own variables (NO_COLOR, TERM, …) are no settings: src/Pryx/Host reads those.
        Assert.Equal(["src/Pryx.Core/Configuration/EnvironmentSettings.cs"], Repository.Files("src", "*.cs").Where(path => !path.Contains("/src/Pryx/Host/", StringComparison.Ordinal) && EnvironmentRead().IsMatch(File.ReadAllText(path)))
            .Select(path => Path.GetRelativePath(Repository.Path(), path).Replace('\\', '/')));

    [Fact]
    public void Slices_use_only_the_floor_and_the_slices_that_the_table_lists()
    {
        var edges = Usings("src/Pryx.Core").Where(use => use.Namespace.StartsWith("Pryx.Core.", StringComparison.Ordinal))
            .Select(use => (use.Slice, Other: use.Namespace.Split('.')[2], use.File)).Where(edge => edge.Slice != edge.Other).ToList();

        Assert.NotEmpty(edges);
        Faults.None(edges.Where(edge => !May(edge.Slice, edge.Other)).Select(edge => $"{edge.File}: {edge.Slice} uses {edge.Other}, which the table does not list"));
    }

    [Fact]
    public void The_table_lists_no_edge_that_nothing_uses()
    {
        var used = Usings("src/Pryx.Core").Where(use => use.Namespace.StartsWith("Pryx.Core.", StringComparison.Ordinal)).Select(use => (use.Slice, use.Namespace.Split('.')[2])).ToHashSet();
        Faults.None(_slices.Where(slice => slice.Key != "Hosting").SelectMany(slice => slice.Value.Select(other => (slice.Key, other)).Where(edge => !used.Contains(edge)))
            .Select(edge => $"{edge.Key} may use {edge.other} and does not"));
    }

    [Fact]
    public void The_table_has_no_cycles_and_places_every_folder()
    {
        var placed = new HashSet<string>(_floor);
        while (_slices.Keys.Except(placed).FirstOrDefault(slice => _slices[slice].All(placed.Contains)) is { } next)
        {
            placed.Add(next);
        }

        Faults.None(_slices.Keys.Except(placed).Select(slice => $"{slice} stands on itself, through {string.Join(", ", _slices[slice])}"));
        var folders = Directory.EnumerateDirectories(Repository.Path("src", "Pryx.Core")).Select(Path.GetFileName).Where(name => name is not ("bin" or "obj"));
        Faults.None(folders.Except(placed).Select(folder => $"Core/{folder} is not in the table"));
    }

    private static bool May(string slice, string other) => Array.IndexOf(_floor, slice) is >= 0 and var at
        ? Array.IndexOf(_floor, other) is >= 0 and var below && below < at
        : _floor.Contains(other) || (_slices.TryGetValue(slice, out var others) && others.Contains(other));

    /// <summary>The slice is the first folder below the project.</summary>
    private static IEnumerable<(string File, string Slice, string Namespace)> Usings(string project) =>
        from path in Repository.Files(project, "*.cs")
        let file = Path.GetRelativePath(Repository.Path(project), path)
        from match in Using().Matches(File.ReadAllText(path))
        select (file, file.Split(Path.DirectorySeparatorChar)[0], match.Groups[1].Value);

    // An invocation has its plan between the arguments and the context.
    [GeneratedRegex(@"\.InvokeAsync\([^)]*\bPlan\b")]
    private static partial Regex ToolInvocation();

    [GeneratedRegex(@"Environment\.GetEnvironmentVariable\(")]
    private static partial Regex EnvironmentRead();

    [GeneratedRegex(@"^(?:global )?using (?:static |\w+ = )?([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Using();
}
