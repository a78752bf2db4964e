using Pryx.Agent.Tools;
using Pryx.Protocol.Errors;

namespace Pryx.Agent.Policy;

/// <summary>The narrowest rule in which calls of one shape come together.</summary>
public static class NarrowRule
{
    /// <param name="shape">What "always" on their cards would have granted: the rule is never wider.</param>
    /// <param name="calls">At least one, all of this shape.</param>
    /// <returns>Null where nothing narrow covers them all.</returns>
    public static ToolRule? Of(string shape, IReadOnlyList<PolicyRequest> calls)
    {
        foreach (var text in Candidates(shape, calls))
        {
            if (TryParse(text) is { } rule && calls.All(call => MeetsItsPoint(rule, call)))
            {
                return rule;
            }
        }
        return null;
    }

    // A call may touch more than the rule speaks of; the policy judges that by itself.
    private static bool MeetsItsPoint(ToolRule rule, PolicyRequest call) =>
        call.Plan.Accesses.Count == 0 ? rule.Covers(call, null, "") : call.Plan.Accesses.Any(access => rule.Covers(call, access, ""));

    private static IEnumerable<string> Candidates(string shape, IReadOnlyList<PolicyRequest> calls)
    {
        var colon = shape.IndexOf(':', StringComparison.Ordinal);
        var (tool, pattern) = colon < 0 ? (shape, "") : (shape[..colon], shape[(colon + 1)..]);
        if (shape == ToolRule.Folder || tool.EndsWith('*') || pattern is "*" or "**")
        {
            yield break;
        }
        if (colon > 0)
        {
            foreach (var text in tool switch
            {
                PolicyTools.Shell => OfCommands(pattern, Targets(calls, AccessKind.Execute)),
                PolicyTools.Http => OfHosts(pattern, calls),
                _ when PolicyTools.IsFileTool(tool) => OfPaths(pattern, [.. calls.SelectMany(static call => call.Plan.Accesses).Select(static access => access.Target)], calls[0].Workspace),
                _ => [],
            })
            {
                yield return $"{tool}:{text}";
            }
        }
        // Whoever is asked which methods are meant gets those that were used, never all.
        if (tool != PolicyTools.Http)
        {
            yield return shape;
        }
    }

    private static List<string> Targets(IReadOnlyList<PolicyRequest> calls, AccessKind kind) =>
        [.. calls.SelectMany(static call => call.Plan.Accesses).Where(access => access.Kind == kind).Select(static access => access.Target.Trim())];

    // The command itself where it is always the same; else the words they begin with, as many as can be.
    private static IEnumerable<string> OfCommands(string pattern, List<string> commands)
    {
        if (commands.Count == 0)
        {
            yield break;
        }
        if (commands.Distinct(StringComparer.Ordinal).Count() == 1 && !commands[0].EndsWith('*'))
        {
            yield return commands[0];
        }
        var common = WordsOf(commands[0]);
        foreach (var command in commands.Skip(1))
        {
            var words = WordsOf(command);
            common = [.. common.TakeWhile((word, i) => i < words.Count && words[i] == word)];
        }
        var plain = common.TakeWhile(static word => word.AsSpan().IndexOfAnyExcept(Plain) < 0).ToList();
        for (var count = plain.Count; count >= WordsOf(pattern.TrimEnd('*', ' ')).Count; count--)
        {
            yield return string.Join(' ', plain.Take(count)) + "*";
        }
    }

    private static IEnumerable<string> OfHosts(string pattern, IReadOnlyList<PolicyRequest> calls)
    {
        var methods = calls.SelectMany(static call => call.Plan.Accesses).Select(static access => access.Method?.ToUpperInvariant()).Distinct().Order(StringComparer.Ordinal).ToList();
        if (!methods.Contains(null) && methods.Count > 0)
        {
            yield return $"{string.Join(',', methods)} {pattern}";
        }
    }

    private static IEnumerable<string> OfPaths(string pattern, IReadOnlyList<string> paths, string workspace)
    {
        var relative = paths.Select(path => PathText.IsWithin(path, workspace, PathText.Comparison) ? path[workspace.TrimEnd('/').Length..].TrimStart('/') : path).ToList();
        if (relative.Distinct(StringComparer.Ordinal).Count() == 1)
        {
            yield return relative[0];
        }
        var folders = relative.Select(static path => path[..(path.LastIndexOf('/') + 1)]).Distinct(StringComparer.Ordinal).ToList();
        var extensions = relative.Select(Path.GetExtension).Distinct(StringComparer.Ordinal).ToList();
        if (pattern.EndsWith("/**", StringComparison.Ordinal) && folders is [{ Length: > 1 } folder] && extensions is [{ Length: > 1 } extension])
        {
            yield return $"{folder}*{extension}";
        }
    }

    private static List<string> WordsOf(string command)
    {
        var words = new List<string>();
        var reader = new CommandWords(command);
        while (reader.Next(out var word))
        {
            words.Add(word.ToString());
        }
        return words;
    }

    private static ToolRule? TryParse(string text)
    {
        try
        {
            return ToolRule.ParseGrant(text);
        }
        catch (PryxException)
        {
            return null;
        }
    }

    private static readonly System.Buffers.SearchValues<char> Plain =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/-+@%=,");
}
