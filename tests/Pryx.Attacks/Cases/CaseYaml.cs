using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pryx.Attacks.Cases;

/// <summary>The nodes of one case file; whatever is not expected is an error with its line, for a misspelt word would be a case that shows nothing.</summary>
internal sealed class CaseYaml(string path)
{
    public YamlMappingNode Load(string text)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new CaseException($"{path}({e.Start.Line}): {e.Message}");
        }
        return yaml.Documents is [{ RootNode: YamlMappingNode root }] ? root : throw new CaseException($"{path}: one mapping is expected");
    }

    public CaseException Error(YamlNode node, string what) => new($"{path}({node.Start.Line}): {what}");

    public Dictionary<string, YamlNode> Keys(YamlNode node, params string[] known)
    {
        var found = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (var (key, value) in (node as YamlMappingNode ?? throw Error(node, "a mapping is expected")).Children)
        {
            var name = Text(key);
            if (known.Length > 0 && !known.Contains(name))
            {
                throw Error(key, $"'{name}' is unknown here; known are {string.Join(", ", known)}");
            }
            found[name] = value;
        }
        return found;
    }

    public string Text(YamlNode node) => (node as YamlScalarNode)?.Value ?? throw Error(node, "a text is expected");

    public bool Flag(YamlNode node) => Text(node) switch { "true" => true, "false" => false, _ => throw Error(node, "true or false is expected") };

    public IReadOnlyDictionary<string, string> Texts(YamlNode node) => Keys(node).ToDictionary(pair => pair.Key, pair => Text(pair.Value), StringComparer.Ordinal);

    public IReadOnlyList<YamlNode> List(YamlNode node) => (node as YamlSequenceNode)?.Children.ToList() ?? throw Error(node, "a list is expected");
}
