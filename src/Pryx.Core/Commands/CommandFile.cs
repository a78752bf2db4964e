using System.Text;
using System.Text.RegularExpressions;
using Pryx.Core.Skills;
using YamlDotNet.RepresentationModel;

namespace Pryx.Core.Commands;

/// <summary>Reads a command's file: Markdown, with YAML between two lines of dashes before it where it has something to say of itself.</summary>
internal static partial class CommandFile
{
    /// <summary>Bytes.</summary>
    public const int MaxLength = 64 * 1024;

    private static readonly UTF8Encoding Strict = new(false, true);

    public static (CustomCommand? Command, string? Trouble) Read(string name, CommandOrigin origin, string path)
    {
        string text;
        try
        {
            if (new FileInfo(path).Length > MaxLength)
            {
                return (null, $"the file is larger than {MaxLength / 1024} KB");
            }
            text = Strict.GetString(File.ReadAllBytes(path)).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            return (null, "it is not UTF-8 text");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"it can not be read ({e.Message})");
        }
        if (SkillFile.Split(text) is not { } parts)
        {
            return (new(name, origin, path, Body(text)) { Description = FirstLine(text) }, null);
        }
        var yamlText = Hint().Replace(parts.Yaml, static match => $"{match.Groups["key"].Value}'{match.Groups["hint"].Value.Replace("'", "''", StringComparison.Ordinal)}'");
        if (YamlGuard.Refuse(yamlText) is { } refused)
        {
            return (null, $"line {refused.Line + 1}: {refused.Why}");
        }
        var (yaml, wrong) = SkillFile.Load(yamlText);
        if (wrong > 0)
        {
            return (null, $"line {wrong + 1}: the frontmatter is not valid YAML");
        }
        var head = yaml.Documents is [{ RootNode: YamlMappingNode map }] ? map : new YamlMappingNode();
        return (new(name, origin, path, Body(parts.Body))
        {
            Description = Text(head, "description") ?? FirstLine(parts.Body),
            ArgumentHint = Text(head, "argument-hint"),
            AllowedTools = Tools(Child(head, "allowed-tools") ?? Child(head, "allowed_tools")),
            Model = Text(head, "model"),
            Agent = Text(head, "agent"),
        }, null);
    }

    private static string Body(string text) => HiddenText.Visible(text.Replace("\r\n", "\n", StringComparison.Ordinal)).Trim();

    private static string? FirstLine(string text) =>
        text.Split('\n').Select(static line => line.Trim().TrimStart('#').Trim()).FirstOrDefault(static line => line.Length > 0) is { } line ? HiddenText.Line(line, 100) : null;

    private static YamlNode? Child(YamlMappingNode map, string key) =>
        map.Children.FirstOrDefault(pair => pair.Key is YamlScalarNode { Value: { } name } && name.Equals(key, StringComparison.OrdinalIgnoreCase)).Value;

    private static string? Text(YamlMappingNode map, string key) => Child(map, key) is YamlScalarNode { Value: { Length: > 0 } text } ? HiddenText.Line(text, 300) : null;

    // "[file] [depth]" is how a hint is written, and no YAML.
    [GeneratedRegex(@"^(?<key>argument-hint:\s*)(?<hint>[\[<].*?)\s*$", RegexOptions.Multiline)]
    private static partial Regex Hint();

    // Commas within parentheses belong to a tool's pattern.
    private static List<string>? Tools(YamlNode? node) => node switch
    {
        null => null,
        YamlSequenceNode list => [.. list.Children.OfType<YamlScalarNode>().Select(static one => one.Value?.Trim() ?? "").Where(static one => one.Length > 0)],
        YamlScalarNode { Value: { } text } => Split(text),
        _ => [],
    };

    private static List<string> Split(string text)
    {
        var (parts, depth, from) = (new List<string>(), 0, 0);
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (depth == 0 && text[i] is ',' or ' ' && depth == 0))
            {
                if (text[from..i].Trim() is { Length: > 0 } part)
                {
                    parts.Add(part);
                }
                from = i + 1;
                continue;
            }
            depth += text[i] == '(' ? 1 : text[i] == ')' && depth > 0 ? -1 : 0;
        }
        return parts;
    }
}
