using Pryx.Agent.Policy;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Commands;

/// <summary>The names that commands of other agents use for tools, as rules of ours.</summary>
internal static class AllowedTools
{
    private static readonly Dictionary<string, string[]> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Bash"] = [PolicyTools.Shell], ["BashOutput"] = ["process.*"], ["KillShell"] = ["process.*"],
        ["Read"] = ["filesystem.read", "filesystem.list"], ["NotebookRead"] = ["filesystem.read"], ["LS"] = ["filesystem.list"],
        ["Glob"] = ["filesystem.glob", "filesystem.list"], ["Grep"] = ["filesystem.grep"],
        ["Write"] = ["filesystem.write"], ["Edit"] = ["filesystem.edit"], ["MultiEdit"] = ["filesystem.edit"], ["NotebookEdit"] = ["filesystem.edit"],
        ["WebFetch"] = [PolicyTools.Http], ["WebSearch"] = [PolicyTools.Search], ["Task"] = ["agent.*"],
        ["TodoWrite"] = [], ["TodoRead"] = [], ["SlashCommand"] = [], ["ExitPlanMode"] = [],
    };

    /// <summary>One word of <c>allowed-tools</c> as rules; <c>Bash(git diff:*)</c> is <c>shell.exec:git diff*</c>.</summary>
    /// <returns>Null: it is no tool that there is, and allows nothing.</returns>
    public static IReadOnlyList<string>? RulesOf(string word)
    {
        var open = word.IndexOf('(', StringComparison.Ordinal);
        var (name, pattern) = open > 0 && word.EndsWith(')') ? (word[..open].Trim(), word[(open + 1)..^1].Trim()) : (word.Trim(), "");
        if (name == "*")
        {
            return ["*"];
        }
        if (Names.TryGetValue(name, out var tools))
        {
            var rules = tools.Select(tool => Narrow(tool, pattern)).ToList();
            return rules.TrueForAll(IsRule) ? rules : null;
        }
        var own = name.StartsWith("mcp__", StringComparison.OrdinalIgnoreCase) ? name.Replace("__", ".", StringComparison.Ordinal) : name;
        own = own.StartsWith("mcp.", StringComparison.OrdinalIgnoreCase) && own.Count(static c => c == '.') == 1 ? own + ".*" : own;
        return own.Contains('.', StringComparison.Ordinal) && IsRule(own) ? [own] : null;
    }

    private static string Narrow(string tool, string pattern)
    {
        if (pattern.Length == 0 || pattern == "*" || tool.EndsWith('*'))
        {
            return tool;
        }
        // There the words before the colon are how the command begins.
        pattern = tool == PolicyTools.Shell && pattern.EndsWith(":*", StringComparison.Ordinal) ? pattern[..^2] + "*" : pattern;
        pattern = tool == PolicyTools.Http && pattern.StartsWith("domain:", StringComparison.OrdinalIgnoreCase) ? pattern[7..] : pattern;
        return $"{tool}:{pattern}";
    }

    private static bool IsRule(string text)
    {
        try
        {
            ToolRule.Parse(text);
            return true;
        }
        catch (PryxException)
        {
            return false;
        }
    }
}
