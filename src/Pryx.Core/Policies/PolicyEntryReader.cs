using System.Globalization;
using Pryx.Agent.Policy.Documents;
using Pryx.Agent.Policy;
using Pryx.Protocol.Policies;
using YamlDotNet.RepresentationModel;

namespace Pryx.Core.Policies;

/// <summary>One element of <c>allowed</c>, <c>ask</c> or <c>denied</c>: a tool, or a tool with conditions.</summary>
internal sealed class PolicyEntryReader(List<PolicyProblem> problems, string list, Decision decision)
{
    private static readonly string[] Conditions = ["commands", "domains", "paths", "methods", "max_size", "larger_than", "arguments"];
    private static readonly string[] Keys = [.. Conditions, "unless", "reason"];

    /// <returns>Null when there is a problem with it.</returns>
    public PolicyEntry? Read(YamlNode element, int index)
    {
        var before = problems.Count;
        var (nameNode, body) = element switch
        {
            YamlScalarNode => (element, null),
            YamlMappingNode { Children: [var only] } => (only.Key, only.Value),
            _ => (null, null),
        };
        if ((nameNode as YamlScalarNode)?.Value is not { } text || ToolName.Parse(text) is not { } tool)
        {
            PolicyNodes.Add(problems, nameNode ?? element, $"tools.{list}: a tool's name is expected, such as filesystem.read, mcp.github.* or shell.exec: with conditions below it");
            return null;
        }
        var entry = new PolicyEntry(decision, $"{list}[{index}] (line {element.Start.Line})", tool, null, null);
        // "- shell.exec:" with nothing below it means the tool as a whole; so does a null.
        if (body is null or YamlScalarNode { Value: null or "" })
        {
            return entry;
        }
        if (PolicyNodes.Map(problems, body, text) is not { } map)
        {
            return null;
        }
        var keys = PolicyNodes.Keys(problems, map, "an entry", Keys);
        entry = entry with
        {
            Conditions = ReadConditions(keys),
            Unless = keys.TryGetValue("unless", out var unless) && PolicyNodes.Map(problems, unless, "unless") is { } exception
                ? ReadConditions(PolicyNodes.Keys(problems, exception, "unless", Conditions)) ?? Nothing(unless)
                : null,
            Reason = keys.TryGetValue("reason", out var reason) ? PolicyNodes.Scalar(problems, reason, "reason") : null,
        };
        return problems.Count == before ? entry : null;
    }

    private EntryConditions? Nothing(YamlNode node)
    {
        PolicyNodes.Add(problems, node, "unless: it names no condition");
        return null;
    }

    private EntryConditions? ReadConditions(Dictionary<string, YamlNode> keys)
    {
        var patterns = new EntryPatterns();
        Gather(keys, "commands", patterns.AddCommand);
        Gather(keys, "domains", patterns.AddDomain);
        Gather(keys, "paths", patterns.AddPath);
        Gather(keys, "methods", patterns.AddMethod);
        patterns.MaxSize = Size(keys, "max_size");
        patterns.LargerThan = Size(keys, "larger_than");
        if (keys.TryGetValue("arguments", out var arguments) && PolicyNodes.Map(problems, arguments, "arguments") is { } map)
        {
            foreach (var (name, pattern) in map.Children)
            {
                if ((name as YamlScalarNode)?.Value is { Length: > 0 } argument && PolicyNodes.Scalar(problems, pattern, $"arguments.{argument}") is { } text)
                {
                    patterns.AddArgument(argument, text);
                }
            }
        }
        return patterns.IsEmpty ? null : patterns.Build();
    }

    private void Gather(Dictionary<string, YamlNode> keys, string key, Func<string, string?> add)
    {
        if (!keys.TryGetValue(key, out var node))
        {
            return;
        }
        var any = false;
        foreach (var (element, text) in PolicyNodes.Texts(problems, node, key))
        {
            any = true;
            if (add(text) is { } error)
            {
                PolicyNodes.Add(problems, element, $"{key}: '{text}' can not be read: {error}");
            }
        }
        if (!any)
        {
            // An empty list would be no condition at all: the widest entry instead of the narrowest.
            PolicyNodes.Add(problems, node, $"{key}: at least one is expected");
        }
    }

    private long? Size(Dictionary<string, YamlNode> keys, string key)
    {
        if (!keys.TryGetValue(key, out var node) || PolicyNodes.Scalar(problems, node, key) is not { } text)
        {
            return null;
        }
        var unit = text.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end && end < 0 ? "" : text[end..].Trim().ToUpperInvariant();
        var factor = unit switch { "" or "B" => 1L, "KB" or "K" => 1_000, "MB" or "M" => 1_000_000, "GB" or "G" => 1_000_000_000, _ => 0 };
        if (factor > 0 && long.TryParse(end < 0 ? text : text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue / factor)
        {
            return number * factor;
        }
        PolicyNodes.Add(problems, node, $"{key}: a size is expected, such as 500KB or 10MB");
        return null;
    }
}
