using System.Globalization;
using Pryx.Agent.Policy.Documents;
using Pryx.Agent.Policy;
using Pryx.Core.Configuration;
using Pryx.Core.Sessions;
using Pryx.Protocol.Policies;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pryx.Core.Policies;

/// <summary>
/// Reads a policy file (PRD §10.1.1). It is read whole or not at all: an unknown key is a problem, not a note, because a rule that was
/// misspelt must not be a rule that is absent.
/// </summary>
/// <param name="home">Canonical; what <c>~</c> stands for.</param>
public sealed class PolicyYaml(string home)
{
    /// <summary>In bytes of the file.</summary>
    public const int MaxLength = 1_000_000;

    private static readonly string[] TopKeys = ["name", "description", "workspace", "tools", "rate_limits", "approval", "tests"];
    private readonly List<PolicyProblem> _problems = [];

    /// <summary>All that is wrong with the text; empty when the document counts.</summary>
    public IReadOnlyList<PolicyProblem> Problems => _problems;

    /// <param name="ifNameless">The file's name, for a document without one.</param>
    /// <returns>Null when there are problems.</returns>
    public PolicyDocument? Read(string text, string ifNameless)
    {
        _problems.Clear();
        if (Root(text) is not { } root)
        {
            return null;
        }
        var known = Keys(root, "a policy", TopKeys);
        var document = new PolicyDocument(ifNameless) { Description = Text(known, "description") };
        if (known.TryGetValue("name", out var nameNode) && Scalar(nameNode, "name") is { } name)
        {
            if (name.Length is 0 or > 64 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            {
                Add(nameNode, "name: letters, digits, '-', '_' and '.' are expected, at most 64");
            }
            else if (PolicyModes.TryParse(name, out _))
            {
                Add(nameNode, $"name: '{name}' is a mode's; choose another");
            }
            document = document with { Name = name };
        }
        document = ReadWorkspace(known, document);
        document = document with { Entries = ReadTools(known), Examples = ReadExamples(known) };
        document = ReadRates(known, document);
        document = ReadApproval(known, document);
        return _problems.Count == 0 ? document : null;
    }

    private YamlMappingNode? Root(string text)
    {
        if (text.Length > MaxLength)
        {
            _problems.Add(new(1, 1, $"the file is larger than {MaxLength:N0} bytes"));
            return null;
        }
        if (PolicyDepth.FindTooDeep(text) is { } deep)
        {
            _problems.Add(new(deep, 1, "nested too deeply"));
            return null;
        }
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            _problems.Add(new(e.Start.Line, e.Start.Column, "not valid YAML"));
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException)
        {
            // What the parser throws in a text it has lost its way in.
            _problems.Add(new(text.AsSpan().Count('\n') + 1, 1, "not valid YAML"));
            return null;
        }
        switch (yaml.Documents)
        {
            case [{ RootNode: YamlMappingNode map }]:
                return map;
            case [{ RootNode: var other }]:
                Add(other, "a list of 'key: value' is expected, beginning with 'name:'");
                return null;
            case []:
                _problems.Add(new(1, 1, "the file is empty; it begins with 'name:'"));
                return null;
            default:
                Add(yaml.Documents[1].RootNode, "one policy a file is expected: leave out what follows '---'");
                return null;
        }
    }

    private PolicyDocument ReadWorkspace(Dictionary<string, YamlNode> known, PolicyDocument document)
    {
        if (!known.TryGetValue("workspace", out var node) || Map(node, "workspace") is not { } map)
        {
            return document;
        }
        var keys = Keys(map, "workspace", ["root", "allow_outside"]);
        if (keys.TryGetValue("root", out var rootNode) && Scalar(rootNode, "workspace.root") is { } text)
        {
            var path = PryxPaths.Expand(text, home);
            if (!Path.IsPathFullyQualified(path))
            {
                Add(rootNode, "workspace.root: an absolute path is expected, or one below ~");
            }
            else
            {
                document = document with { Root = CanonicalPath.Of(Path.GetFullPath(path)) };
            }
        }
        return keys.TryGetValue("allow_outside", out var outside) && Flag(outside, "workspace.allow_outside") is { } allowed ? document with { AllowOutside = allowed } : document;
    }

    private List<PolicyEntry> ReadTools(Dictionary<string, YamlNode> known)
    {
        var entries = new List<PolicyEntry>();
        if (!known.TryGetValue("tools", out var node) || Map(node, "tools") is not { } map)
        {
            return entries;
        }
        foreach (var (list, decision) in (ReadOnlySpan<(string, Decision)>)[("allowed", Decision.Allow), ("ask", Decision.Ask), ("denied", Decision.Deny)])
        {
            var keys = Keys(map, "tools", ["allowed", "ask", "denied"], quiet: decision != Decision.Allow);
            if (keys.TryGetValue(list, out var found) && List(found, $"tools.{list}") is { } elements)
            {
                var reader = new PolicyEntryReader(_problems, list, decision);
                entries.AddRange(elements.Select(reader.Read).OfType<PolicyEntry>());
            }
        }
        return entries;
    }

    private PolicyDocument ReadRates(Dictionary<string, YamlNode> known, PolicyDocument document)
    {
        if (!known.TryGetValue("rate_limits", out var node) || Map(node, "rate_limits") is not { } map)
        {
            return document;
        }
        var keys = Keys(map, "rate_limits", ["requests_per_minute", "tool_calls_per_minute"]);
        return document with
        {
            RequestsPerMinute = keys.TryGetValue("requests_per_minute", out var requests) ? Count(requests, "rate_limits.requests_per_minute") : null,
            ToolCallsPerMinute = keys.TryGetValue("tool_calls_per_minute", out var calls) ? Count(calls, "rate_limits.tool_calls_per_minute") : null,
        };
    }

    private PolicyDocument ReadApproval(Dictionary<string, YamlNode> known, PolicyDocument document)
    {
        if (!known.TryGetValue("approval", out var node) || Map(node, "approval") is not { } map)
        {
            return document;
        }
        var keys = Keys(map, "approval", ["timeout", "default"]);
        if (keys.TryGetValue("default", out var silence) && Scalar(silence, "approval.default") is { } word && word != "deny")
        {
            Add(silence, "approval.default: only 'deny' is possible: nobody's silence allows anything");
        }
        if (keys.TryGetValue("timeout", out var timeout) && Scalar(timeout, "approval.timeout") is { } text)
        {
            if (ConfigDuration.TryParse(text, out var duration) && duration > TimeSpan.Zero)
            {
                return document with { ApprovalTimeout = duration };
            }
            Add(timeout, "approval.timeout: a duration is expected, such as 30s, 5m or 2h");
        }
        return document;
    }

    private List<PolicyExample> ReadExamples(Dictionary<string, YamlNode> known)
    {
        var examples = new List<PolicyExample>();
        if (!known.TryGetValue("tests", out var node) || List(node, "tests") is not { } list)
        {
            return examples;
        }
        foreach (var element in list)
        {
            if (Map(element, "tests") is not { } map)
            {
                continue;
            }
            var keys = Keys(map, "a test", ["tool", "args", "command", "path", "url", "expect"]);
            if (PolicyExampleReader.Read(keys, out var problem) is { } example)
            {
                examples.Add(example with { Line = (int)element.Start.Line });
            }
            else
            {
                Add(element, problem);
            }
        }
        return examples;
    }

    private Dictionary<string, YamlNode> Keys(YamlMappingNode map, string what, string[] known, bool quiet = false) => PolicyNodes.Keys(_problems, map, what, known, quiet);

    private void Add(YamlNode node, string message) => PolicyNodes.Add(_problems, node, message);

    private string? Text(Dictionary<string, YamlNode> known, string name) => known.TryGetValue(name, out var node) ? Scalar(node, name) : null;

    private string? Scalar(YamlNode node, string what) => PolicyNodes.Scalar(_problems, node, what);

    private YamlMappingNode? Map(YamlNode node, string what) => PolicyNodes.Map(_problems, node, what);

    private IReadOnlyList<YamlNode>? List(YamlNode node, string what) => PolicyNodes.List(_problems, node, what);

    private bool? Flag(YamlNode node, string what)
    {
        switch (Scalar(node, what))
        {
            case "true":
                return true;
            case "false":
                return false;
            case null:
                return null;
            default:
                Add(node, $"{what}: true or false is expected");
                return null;
        }
    }

    private int? Count(YamlNode node, string what)
    {
        if (Scalar(node, what) is not { } text)
        {
            return null;
        }
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            return number;
        }
        Add(node, $"{what}: a whole number above 0 is expected");
        return null;
    }
}
