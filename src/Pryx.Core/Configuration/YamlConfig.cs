using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pryx.Core.Configuration;

/// <summary>Reads config.yaml. Kept apart so that a start without the file never loads the YAML library.</summary>
internal static class YamlConfig
{
    /// <summary>On a scalar that is written as a number.</summary>
    internal static readonly TagName NumberTag = new("tag:yaml.org,2002:float");

    public static void Read(string path, ConfigReport report)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            report.Warnings.Add($"{path} can not be read ({e.Message}); the defaults are used.");
            return;
        }
        TryReadText(text, report, path);
    }

    /// <summary>False when it is not YAML, or no map: the report then says where.</summary>
    internal static bool TryReadText(string text, ConfigReport report, string path = "config.yaml")
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            // The parser's message may quote the line, and the line may hold a token.
            return NotYaml(e.Start.Line);
        }
        catch (InvalidOperationException)
        {
            // What the parser throws at the end of a text it has lost its way in.
            return NotYaml(text.AsSpan().TrimEnd('\n').Count('\n') + 1);
        }
        if (yaml.Documents.Count == 0 || yaml.Documents[0].RootNode is YamlScalarNode { Value: null or "" })
        {
            return true;
        }
        if (yaml.Documents[0].RootNode is not YamlMappingNode root)
        {
            report.Warnings.Add($"{path} line {yaml.Documents[0].RootNode.Start.Line}: it must be a list of 'key: value'; the defaults are used and the file is left as it is.");
            return false;
        }
        ReadBlock(root, "", path, report);
        return true;

        bool NotYaml(long line)
        {
            report.Warnings.Add($"{path} line {line}{KeyAt(text, line)}: not valid YAML; the defaults are used and the file is left as it is.");
            return false;
        }
    }

    private static void ReadBlock(YamlMappingNode block, string prefix, string path, ConfigReport report)
    {
        foreach (var (keyNode, value) in block.Children)
        {
            var name = prefix + ((keyNode as YamlScalarNode)?.Value ?? "?");
            var where = $"{path} line {keyNode.Start.Line}";
            var key = ConfigKeys.Find(Snake(name));
            switch (key, value)
            {
                case (null, YamlMappingNode nested) when prefix.Length == 0:
                    ReadBlock(nested, name + "_", path, report);
                    break;
                case (null, _):
                    report.Notes.Add($"{where}: unknown key '{name}' was ignored.");
                    break;
                case ({ Kind: ConfigKind.List }, YamlSequenceNode list) when list.Children.All(child => child is YamlScalarNode):
                    report.AddRaw(key, string.Join('\n', list.Children.Select(child => ((YamlScalarNode)child).Value)), ConfigSource.Yaml);
                    break;
                case ({ Kind: ConfigKind.Map }, YamlMappingNode map):
                    report.AddRaw(key, ToJson(MapFields.Checked(key, map, path, report)), ConfigSource.Yaml);
                    break;
                // A key without a value keeps its default.
                case (_, YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" }):
                    break;
                case (_, YamlScalarNode scalar):
                    report.Add(key, scalar.Value ?? "", ConfigSource.Yaml, where);
                    break;
                default:
                    report.Warnings.Add($"{where}: {key.Name} must be {key.Expected}; it was ignored.");
                    break;
            }
        }
    }

    /// <summary>extraDirs and extra_dirs are one key.</summary>
    internal static string Snake(string name)
    {
        var snake = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsAsciiLetterUpper(name[i]) && i > 0 && char.IsAsciiLetterLower(name[i - 1]))
            {
                snake.Append('_');
            }
            snake.Append(char.ToLowerInvariant(name[i]));
        }
        return snake.ToString();
    }

    private static string KeyAt(string text, long line)
    {
        var lines = text.Split('\n');
        for (var i = (int)Math.Min(line, lines.Length) - 1; i >= 0; i--)
        {
            var colon = lines[i].IndexOf(':', StringComparison.Ordinal);
            var key = colon > 0 ? lines[i][..colon].Trim() : "";
            if (key.Length is > 0 and <= 64 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'))
            {
                return $" (near '{key}')";
            }
        }
        return "";
    }

    private static string ToJson(YamlNode node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, node);
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, YamlNode node)
    {
        switch (node)
        {
            case YamlMappingNode map:
                writer.WriteStartObject();
                foreach (var (key, value) in map.Children)
                {
                    writer.WritePropertyName((key as YamlScalarNode)?.Value ?? "");
                    Write(writer, value);
                }
                writer.WriteEndObject();
                break;
            case YamlSequenceNode list:
                writer.WriteStartArray();
                foreach (var value in list.Children)
                {
                    Write(writer, value);
                }
                writer.WriteEndArray();
                break;
            case YamlScalarNode { Value: { } number } scalar when scalar.Tag == NumberTag:
                writer.WriteNumberValue(decimal.Parse(number, CultureInfo.InvariantCulture));
                break;
            case YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } scalar:
                writer.WriteBooleanValue(scalar.Value == "true");
                break;
            case YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" }:
                writer.WriteNullValue();
                break;
            default:
                writer.WriteStringValue((node as YamlScalarNode)?.Value);
                break;
        }
    }
}
