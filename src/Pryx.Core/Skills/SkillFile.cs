using System.Buffers;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pryx.Core.Skills;

/// <summary>Reads SKILL.md: YAML between two lines of <c>---</c>, then Markdown. Of a file on disk only as much as is asked for.</summary>
public static class SkillFile
{
    public const string Name = "SKILL.md";

    /// <summary>Bytes of the whole file.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>Bytes of what stands between the two lines.</summary>
    public const int MaxFrontmatter = 64 * 1024;

    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz-_");
    private static readonly UTF8Encoding Strict = new(false, true);

    /// <summary>The head of a file; its body is not read.</summary>
    /// <param name="path">Absolute.</param>
    public static (Skill? Skill, BrokenSkill? Broken) Open(string path, SkillOrigin origin)
    {
        var folder = Path.GetDirectoryName(path)!;
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
            if (stream.Length > MaxLength)
            {
                return (null, Broken(path, origin, 1, $"the file is larger than {MaxLength / 1024} KB"));
            }
            return Read(ReadHead(stream), folder, path, origin);
        }
        catch (DecoderFallbackException)
        {
            return (null, Broken(path, origin, 1, "it is not UTF-8 text"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, Broken(path, origin, 1, $"it can not be read ({e.Message})"));
        }
    }

    /// <param name="text">The whole file, or its beginning with all of the frontmatter.</param>
    public static (Skill? Skill, BrokenSkill? Broken) Read(string text, string folder, string path, SkillOrigin origin)
    {
        var (root, _, line, why) = ReadHead(text);
        if (root is null)
        {
            return (null, Broken(path, origin, line, why));
        }
        var head = new SkillHead(root);
        var title = head.Text("name") is { Length: > 0 } named ? named : Path.GetFileName(folder);
        return SkillName.IdOf(title) is { } id
            ? (head.ToSkill(id, title, origin, folder, path), null)
            : (null, Broken(path, origin, head.LineOf("name") + 1, $"name: 1 to 64 letters, digits, '-' and '_' are expected"));
    }

    /// <summary>The frontmatter of any such file, and what stands behind it; without a root, the line (from 1) that is wrong and why.</summary>
    internal static (YamlMappingNode? Root, string Body, int Line, string Why) ReadHead(string text)
    {
        if (Split(text) is not { } parts)
        {
            return Wrong(1, "the frontmatter is missing: the first line must be '---', and a line '---' must end it");
        }
        if (parts.Yaml.Length > MaxFrontmatter)
        {
            return Wrong(1, $"the frontmatter is larger than {MaxFrontmatter / 1024} KB");
        }
        if (YamlGuard.Refuse(parts.Yaml) is { } refused)
        {
            return Wrong(refused.Line + 1, refused.Why);
        }
        var (yaml, wrong) = Load(parts.Yaml);
        return wrong > 0 ? Wrong(wrong + 1, "the frontmatter is not valid YAML")
            : yaml.Documents is [{ RootNode: YamlMappingNode root }] ? (root, parts.Body, 0, "")
            : Wrong(2, "the frontmatter must be 'key: value' lines with name and description");

        static (YamlMappingNode?, string, int, string) Wrong(int line, string why) => (null, "", line, why);
    }

    /// <summary>Frontmatter as people write it, for other files that have one, too.</summary>
    /// <param name="text">Already looked at by <see cref="YamlGuard"/>.</param>
    /// <returns>Wrong: the line, from 1, where it is no YAML; 0 when it is.</returns>
    internal static (YamlStream Yaml, int Wrong) Load(string text)
    {
        var parsed = Parse(text);
        return parsed.Wrong > 0 && Parse(Repaired(text)) is { Wrong: 0 } repaired ? repaired : parsed;
    }

    // The parser's message may quote the line, and the line may hold a token: only its number is kept.
    private static (YamlStream Yaml, int Wrong) Parse(string text)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
            return (yaml, 0);
        }
        catch (YamlException e)
        {
            return (yaml, (int)Math.Clamp(e.Start.Line, 1, MaxLength));
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException)
        {
            // What the parser throws in a text it has lost its way in.
            return (yaml, text.AsSpan().Count('\n') + 1);
        }
    }

    // Others' agents read "description: Use it for: this" as it was meant, though it is no YAML.
    private static string Repaired(string text) => string.Join('\n', text.Split('\n').Select(static line =>
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        var isPlain = colon > 0 && line.AsSpan(0, colon).IndexOfAnyExcept(KeyCharacters) < 0 && line[(colon + 2)..].TrimStart() is [not ('"' or '\'' or '[' or '{' or '|' or '>'), ..];
        return isPlain ? $"{line[..colon]}: '{line[(colon + 2)..].Trim().Replace("'", "''", StringComparison.Ordinal)}'" : line;
    }));

    /// <summary>What stands behind the frontmatter, as it is written; empty when there is nothing.</summary>
    /// <exception cref="IOException">It is gone, too large, or no text.</exception>
    public static async Task<string> ReadBodyAsync(string path, CancellationToken cancellationToken)
    {
        var info = new FileInfo(path);
        if (info.Length > MaxLength)
        {
            throw new IOException($"{path} is larger than {MaxLength / 1024} KB.");
        }
        var text = await File.ReadAllTextAsync(path, Encoding.UTF8, cancellationToken);
        return Split(text)?.Body ?? "";
    }

    /// <summary>Null when the text has no frontmatter.</summary>
    public static (string Yaml, string Body)? Split(string text)
    {
        var start = text.StartsWith('\uFEFF') ? 1 : 0;
        if (LineAt(text, start) is not { } first || first.Line.TrimEnd() is not "---")
        {
            return null;
        }
        for (var at = first.Next; at < text.Length;)
        {
            var (line, next) = LineAt(text, at)!.Value;
            if (line.TrimEnd() is "---" or "...")
            {
                return (text[first.Next..at].Replace("\r\n", "\n", StringComparison.Ordinal), text[next..].Replace("\r\n", "\n", StringComparison.Ordinal));
            }
            at = next;
        }
        return null;
    }

    private static (string Line, int Next)? LineAt(string text, int at)
    {
        if (at >= text.Length)
        {
            return null;
        }
        var end = text.IndexOf('\n', at);
        return end < 0 ? (text[at..], text.Length) : (text[at..end], end + 1);
    }

    // Grows until the second line of dashes is there: a body may be long and is not wanted.
    private static string ReadHead(FileStream stream)
    {
        var length = (int)stream.Length;
        var buffer = new byte[Math.Min(length, 4096)];
        var read = 0;
        while (true)
        {
            var more = stream.Read(buffer, read, buffer.Length - read);
            read += more;
            var end = EndOfHead(buffer.AsSpan(0, read));
            if (end > 0 || more == 0 || read >= MaxFrontmatter + 64)
            {
                return Strict.GetString(buffer.AsSpan(0, end > 0 ? end : LastWhole(buffer.AsSpan(0, read), read < length)));
            }
            if (read == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(Math.Max(length, 1), buffer.Length * 4));
                if (read == buffer.Length)
                {
                    return Strict.GetString(buffer.AsSpan(0, read));
                }
            }
        }
    }

    private static int EndOfHead(ReadOnlySpan<byte> bytes)
    {
        var from = bytes.IndexOf((byte)'\n');
        while (from >= 0)
        {
            var at = bytes[(from + 1)..].IndexOf("---"u8);
            if (at < 0)
            {
                return 0;
            }
            at += from + 1;
            var line = bytes[at..].IndexOf((byte)'\n');
            if (bytes[at - 1] == '\n' && line >= 0)
            {
                return at + line + 1;
            }
            from = at + 2;
        }
        return 0;
    }

    // Not in the middle of a character, where the rest of the file is not read.
    private static int LastWhole(ReadOnlySpan<byte> bytes, bool isCut)
    {
        var end = bytes.Length;
        while (isCut && end > 0 && (bytes[end - 1] & 0xC0) == 0x80)
        {
            end--;
        }
        return isCut && end > 0 && bytes[end - 1] >= 0xC0 ? end - 1 : end;
    }

    private static BrokenSkill Broken(string path, SkillOrigin origin, int line, string message) =>
        new(SkillName.IdOf(Path.GetFileName(Path.GetDirectoryName(path)) ?? "") ?? "unknown", origin, path, line, message);
}
