using System.Text.Json;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Backup;

/// <summary>Finds what other tools, and an unpacked export, keep where.</summary>
internal static class ImportSource
{
    private static readonly JsonDocumentOptions _tolerant = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Claude Code: ~/.claude.json and ~/.claude.</summary>
    public static ImportPlan Claude(string home)
    {
        var troubles = new List<string>();
        var servers = Servers(Path.Combine(home, ".claude.json"), troubles);
        servers.AddRange(Servers(Path.Combine(home, ".claude", "settings.json"), troubles));
        var folder = Path.Combine(home, ".claude");
        return new($"Claude Code ({folder})", [.. Skills(folder, "skills"), .. Markdown(folder, "agents", "agent"), .. Markdown(folder, "commands", "command"), .. OneFile(folder, "CLAUDE.md", "memory", "CLAUDE.md")], servers) { Troubles = troubles };
    }

    /// <summary>OpenClaw, also under its earlier names: openclaw.json, skills of the user and of the workspace.</summary>
    public static ImportPlan OpenClaw(string home)
    {
        var troubles = new List<string>();
        var folder = ((string[])[".openclaw", ".clawdbot", ".moltbot"]).Select(name => Path.Combine(home, name)).FirstOrDefault(Directory.Exists) ?? Path.Combine(home, ".openclaw");
        var servers = ((string[])["openclaw.json", "clawdbot.json", "moltbot.json", "mcp.json"]).SelectMany(name => Servers(Path.Combine(folder, name), troubles)).ToList();
        return new($"OpenClaw ({folder})", [.. Skills(folder, "skills"), .. Skills(folder, Path.Combine("workspace", "skills")), .. Markdown(folder, "agents", "agent"), .. Markdown(folder, "commands", "command"), .. OneFile(Path.Combine(folder, "workspace"), "MEMORY.md", "memory", "MEMORY.md")], servers) { Troubles = troubles };
    }

    /// <summary>A folder in the shape of a data directory, such as an unpacked export.</summary>
    public static ImportPlan Pryx(string folder, string from)
    {
        var troubles = new List<string>();
        var servers = Servers(Path.Combine(folder, "mcp", "servers.json"), troubles);
        return new(from,
        [
            .. Skills(folder, "skills"), .. Markdown(folder, "agents", "agent"), .. Markdown(folder, "commands", "command"),
            .. Files(folder, "policies", "*.yaml", "policy"), .. OneFile(folder, "config.yaml", "settings", "config.yaml"), .. OneFile(folder, "skills.yaml", "settings", "skills.yaml"),
            .. OneFile(folder, "hooks.json", "settings", "hooks.json"), .. OneFile(folder, "MEMORY.md", "memory", "MEMORY.md"),
        ], servers) { Troubles = troubles };
    }

    private static IEnumerable<OfferedFiles> Skills(string folder, string below) =>
        Directory.Exists(Path.Combine(folder, below))
            ? Directory.EnumerateDirectories(Path.Combine(folder, below)).Where(static skill => File.Exists(Path.Combine(skill, "SKILL.md")) && new DirectoryInfo(skill).LinkTarget is null).Order(StringComparer.Ordinal)
                .Select(static skill => new OfferedFiles("skill", Path.GetFileName(skill), $"skills/{Path.GetFileName(skill)}", skill))
            : [];

    private static IEnumerable<OfferedFiles> Markdown(string folder, string below, string kind) => Files(folder, below, "*.md", kind);

    private static IEnumerable<OfferedFiles> Files(string folder, string below, string pattern, string kind)
    {
        var root = Path.Combine(folder, below);
        return Directory.Exists(root)
            ? Directory.EnumerateFiles(root, pattern, new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Order(StringComparer.Ordinal)
                .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/')).Select(name => new OfferedFiles(kind, Path.ChangeExtension(name, null), $"{below}/{name}", Path.Combine(root, name)))
            : [];
    }

    private static IEnumerable<OfferedFiles> OneFile(string folder, string name, string kind, string target) =>
        new FileInfo(Path.Combine(folder, name)) is { Exists: true, LinkTarget: null } file ? [new(kind, target, target, file.FullName)] : [];

    // mcpServers, servers, or mcp.servers, as each of them has it.
    private static List<OfferedServer> Servers(string file, List<string> troubles)
    {
        if (!File.Exists(file))
        {
            return [];
        }
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file), _tolerant);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return [];
            }
            foreach (var name in (ReadOnlySpan<string>)["mcpServers", "servers", "mcp"])
            {
                if (root.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.Object)
                {
                    var servers = name == "mcp" && found.TryGetProperty("servers", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : found;
                    return [.. servers.EnumerateObject().Where(static server => server.Value.ValueKind == JsonValueKind.Object).Select(static server => new OfferedServer(server.Name, server.Value.Clone()))];
                }
            }
            return [];
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            troubles.Add($"{file} can not be read ({e.Message}); its servers are left out");
            return [];
        }
    }

    /// <exception cref="PryxException">IMPORT_NOTHING.</exception>
    public static ImportPlan OrNothing(ImportPlan plan) =>
        plan is { Files: [], Servers: [], Troubles: [], Secrets.Count: 0 } ? throw new PryxException("IMPORT_NOTHING", $"{plan.From} has nothing to take over.", "name a file of pryx export, a folder, claude or openclaw") : plan;
}
