using System.Globalization;
using System.Text;
using Pryx.Protocol.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Pryx.Core.Configuration;

/// <summary>One value changed in the text of a config.yaml; every other byte stays.</summary>
internal static class YamlEdit
{
    // What another reader of the file would take for something else than a text.
    private static readonly string[] Reserved = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"];

    /// <param name="value">Canonical, of the key's kind.</param>
    /// <param name="path">For the error text.</param>
    /// <exception cref="PryxException">CONFIG_UNREADABLE: the file can not be changed without damage.</exception>
    public static string Set(string text, ConfigKey key, string value, string path)
    {
        var before = Read(text) ?? throw Unreadable(path, "it is not a YAML list of 'key: value'");
        var root = Root(text);
        var written = Written(key, value);
        var changed = root is not null && Find(root, "", key) is { } found ? Replaced(text, found.Key, found.Value, written)
            : (text.Length == 0 || text.EndsWith('\n') ? text : text + "\n") + $"{key.Name}: {written}\n";
        // Read again: what was edited must say the new value, and everything else what it said before.
        before[key.Name] = new(value, ConfigSource.Yaml);
        return Read(changed) is { } after && after.Count == before.Count && after.All(entry => before.TryGetValue(entry.Key, out var same) && same == entry.Value)
            ? changed
            : throw Unreadable(path, $"{key.Name} can not be changed in it without changing more");
    }

    // The last one counts when a key is there twice, flat and in a block.
    private static KeyValuePair<YamlNode, YamlNode>? Find(YamlMappingNode block, string prefix, ConfigKey key)
    {
        KeyValuePair<YamlNode, YamlNode>? found = null;
        foreach (var entry in block.Children)
        {
            var name = prefix + ((entry.Key as YamlScalarNode)?.Value ?? "?");
            var known = ConfigKeys.Find(YamlConfig.Snake(name));
            if (known == key)
            {
                found = entry;
            }
            else if (known is null && prefix.Length == 0 && entry.Value is YamlMappingNode nested && Find(nested, name + "_", key) is { } inside)
            {
                found = inside;
            }
        }
        return found;
    }

    private static string Replaced(string text, YamlNode key, YamlNode value, string written)
    {
        var colon = text.IndexOf(':', (int)key.End.Index);
        var lineEnd = text.IndexOf('\n', colon);
        lineEnd = lineEnd < 0 ? text.Length : lineEnd;
        var start = (int)value.Start.Index;
        var end = EndOf(value, text);
        if (end > start && start < lineEnd && value is not YamlScalarNode { Style: ScalarStyle.Literal or ScalarStyle.Folded })
        {
            return text[..start] + written + text[end..];
        }
        // Nothing behind the colon, or what there is begins on a later line: the new value goes beside the key, a comment there stays.
        var rest = value is YamlScalarNode { Style: ScalarStyle.Literal or ScalarStyle.Folded } ? "" : text[(colon + 1)..lineEnd].TrimEnd();
        var tail = end > lineEnd ? text[end..].TrimStart('\r') : text[lineEnd..];
        return text[..(colon + 1)] + " " + written + rest + (tail.Length == 0 || tail[0] is '\n' or '\r' ? "" : "\n") + tail;
    }

    // Where a block ends its mark is already that of the next thing, with the comments between them; a [list]'s mark is its first bracket.
    private static int EndOf(YamlNode node, string text) => node switch
    {
        YamlSequenceNode { Style: SequenceStyle.Flow } list => Closing(text, list.Children is [.., var last] ? EndOf(last, text) : (int)list.Start.Index + 1, ']'),
        YamlMappingNode { Style: MappingStyle.Flow } map => Closing(text, map.Children.Count > 0 ? EndOf(map.Children.Last().Value, text) : (int)map.Start.Index + 1, '}'),
        YamlSequenceNode { Children: [.., var last] } => EndOf(last, text),
        YamlMappingNode map when map.Children.Count > 0 => EndOf(map.Children.Last().Value, text),
        _ => (int)node.End.Index,
    };

    /// <param name="at">Behind the last element: from here to the bracket there are only spaces, a comma and comments.</param>
    private static int Closing(string text, int at, char bracket)
    {
        while (at < text.Length && text[at] != bracket)
        {
            at = text[at] == '#' && text.IndexOf('\n', at) is >= 0 and var line ? line : at + 1;
        }
        return Math.Min(at + 1, text.Length);
    }

    private static string Written(ConfigKey key, string value) => key.Kind switch
    {
        ConfigKind.List => value.Length == 0 ? "[]" : $"[{string.Join(", ", value.Split('\n').Select(Scalar))}]",
        ConfigKind.Text or ConfigKind.Duration => Scalar(value),
        _ => value,
    };

    private static string Scalar(string value)
    {
        var isPlain = value.Length > 0 && char.IsAsciiLetter(value[0]) && value.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/')
            && !Reserved.Contains(value.ToLowerInvariant());
        if (isPlain)
        {
            return value;
        }
        var quoted = new StringBuilder("\"");
        foreach (var c in value)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\t' => "\\t",
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => c.ToString(),
            });
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>What the text says of the keys we know; null when it is no map.</summary>
    private static Dictionary<string, ConfigValue>? Read(string text)
    {
        var report = new ConfigReport();
        return YamlConfig.TryReadText(text, report) ? report.Values : null;
    }

    private static YamlMappingNode? Root(string text)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        return yaml.Documents.Count == 0 ? null : yaml.Documents[0].RootNode as YamlMappingNode;
    }

    private static PryxException Unreadable(string path, string why) =>
        new("CONFIG_UNREADABLE", $"{path} was left as it is: {why}.", "correct it in an editor, or move it away; 'pryx doctor' names the line");
}
