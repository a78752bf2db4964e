using Pryx.Protocol.Policies;
using YamlDotNet.RepresentationModel;

namespace Pryx.Core.Policies;

/// <summary>Parts of a policy file, each either what is expected or a problem with its place.</summary>
internal static class PolicyNodes
{
    public static void Add(List<PolicyProblem> problems, YamlNode node, string message) => problems.Add(new(Math.Max(1, node.Start.Line), Math.Max(1, node.Start.Column), message));

    /// <param name="quiet">True when the unknown keys were reported before.</param>
    public static Dictionary<string, YamlNode> Keys(List<PolicyProblem> problems, YamlMappingNode map, string what, string[] known, bool quiet = false)
    {
        var found = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (var (keyNode, value) in map.Children)
        {
            var key = (keyNode as YamlScalarNode)?.Value;
            if (key is not null && known.Contains(key, StringComparer.Ordinal))
            {
                found[key] = value;
            }
            else if (!quiet)
            {
                Add(problems, keyNode, $"'{key ?? "?"}' is no key of {what}; they are {string.Join(", ", known)}");
            }
        }
        return found;
    }

    public static string? Scalar(List<PolicyProblem> problems, YamlNode node, string what)
    {
        if (node is YamlScalarNode { Value: { Length: > 0 } value })
        {
            return value;
        }
        Add(problems, node, $"{what}: a text is expected");
        return null;
    }

    public static YamlMappingNode? Map(List<PolicyProblem> problems, YamlNode node, string what)
    {
        if (node is YamlMappingNode map)
        {
            return map;
        }
        Add(problems, node, $"{what}: 'key: value' lines are expected");
        return null;
    }

    public static IReadOnlyList<YamlNode>? List(List<PolicyProblem> problems, YamlNode node, string what)
    {
        switch (node)
        {
            case YamlSequenceNode list:
                return [.. list.Children];
            case YamlScalarNode { Value: null or "" }:
                return [];
            default:
                Add(problems, node, $"{what}: a list is expected, one '- ' a line");
                return null;
        }
    }

    /// <summary>A list of texts, or one text alone.</summary>
    public static IEnumerable<(YamlNode Node, string Text)> Texts(List<PolicyProblem> problems, YamlNode node, string what)
    {
        foreach (var element in node is YamlSequenceNode list ? list.Children : [node])
        {
            if (Scalar(problems, element, what) is { } text)
            {
                yield return (element, text);
            }
        }
    }
}
