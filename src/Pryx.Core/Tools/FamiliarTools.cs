using Pryx.Agent.Tools;

namespace Pryx.Core.Tools;

/// <summary>Our tools by the names that people have written into files for other agents, and those names for our tools.</summary>
public static class FamiliarTools
{
    /// <summary>By lower case; several of ours where the other agent's one tool does it all.</summary>
    private static readonly Dictionary<string, string[]> _ours = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Read"] = ["read_file"],
        ["NotebookRead"] = ["read_file"],
        ["Write"] = ["write_file", "mkdir"],
        ["Edit"] = ["edit_file", "apply_patch"],
        ["MultiEdit"] = ["edit_file", "apply_patch"],
        ["NotebookEdit"] = ["edit_file"],
        ["Patch"] = ["apply_patch"],
        ["Bash"] = ["shell_exec"],
        ["Glob"] = ["glob"],
        ["Grep"] = ["grep"],
        ["LS"] = ["list_dir"],
        ["List"] = ["list_dir"],
        ["WebFetch"] = ["http_request"],
        ["WebSearch"] = ["web_search"],
        ["TodoWrite"] = ["update_plan"],
        ["TodoRead"] = ["update_plan"],
        ["AskUserQuestion"] = ["ask_user"],
        ["Question"] = ["ask_user"],
        ["Task"] = ["task"],
        ["Agent"] = ["task"],
        ["Skill"] = ["skill"],
    };

    private static readonly Dictionary<string, string> _theirs = new(StringComparer.Ordinal)
    {
        ["read_file"] = "Read",
        ["write_file"] = "Write",
        ["edit_file"] = "Edit",
        ["apply_patch"] = "MultiEdit",
        ["shell_exec"] = "Bash",
        ["glob"] = "Glob",
        ["grep"] = "Grep",
        ["list_dir"] = "LS",
        ["http_request"] = "WebFetch",
        ["web_search"] = "WebSearch",
        ["update_plan"] = "TodoWrite",
        ["ask_user"] = "AskUserQuestion",
        ["task"] = "Task",
        ["skill"] = "Skill",
    };

    /// <summary>What Claude Code calls a tool that does the same; our own name where there is none.</summary>
    public static string TheirsOf(ToolDefinition definition)
    {
        if (_theirs.GetValueOrDefault(definition.WireName) is { } familiar)
        {
            return familiar;
        }
        return definition.PolicyName.Split('.') is ["mcp", var server, .. { Length: > 0 } tool] ? $"mcp__{server}__{string.Join('.', tool)}" : definition.WireName;
    }

    /// <summary>Whether a name in a list means the tool: its wire or policy name, an alias, another agent's name, <c>mcp__server</c> for all of a server's, <c>*</c>.</summary>
    public static bool Means(string name, ToolDefinition definition)
    {
        name = name.Trim();
        return name == "*"
            || Is(name, definition.WireName) || Is(name, definition.PolicyName) || definition.Aliases.Any(alias => Is(name, alias))
            || (_ours.TryGetValue(name, out var ours) && ours.Contains(definition.WireName))
            || MeansServer(name, definition.PolicyName);
    }

    private static bool MeansServer(string name, string policyName)
    {
        if (!name.StartsWith("mcp", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        var dotted = name.Replace("__", ".", StringComparison.Ordinal).TrimEnd('*').TrimEnd('.');
        return Is(dotted, policyName) || (dotted.Contains('.', StringComparison.Ordinal) && policyName.StartsWith(dotted + ".", StringComparison.OrdinalIgnoreCase) && dotted.AsSpan().Count('.') == 1);
    }

    private static bool Is(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
