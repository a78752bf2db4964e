namespace Pryx.Core.Skills;

/// <summary>Looks at YAML before the parser does: it recurses, and expands what stands in few bytes into many. No skill needs either.</summary>
internal static class YamlGuard
{
    private const int MaxFlow = 16;
    private const int MaxIndent = 64;

    /// <returns>The line, from 1, and why; null when the text may be parsed.</returns>
    public static (int Line, string Why)? Refuse(string yaml)
    {
        var (line, flow) = (0, 0);
        foreach (var text in yaml.Split('\n'))
        {
            line++;
            var content = text.AsSpan().TrimStart(" ");
            if (text.Length - content.Length > MaxIndent || LeadingMarks(content) > MaxFlow)
            {
                return (line, "the frontmatter is nested too deeply");
            }
            var quote = '\0';
            for (var i = 0; i < content.Length; i++)
            {
                var c = content[i];
                if (quote != '\0')
                {
                    quote = c == quote ? '\0' : quote;
                    continue;
                }
                var isStart = i == 0 || content[i - 1] is ' ' or '[' or ',' or '{' or '-';
                switch (c)
                {
                    case '"' or '\'' when isStart:
                        quote = c;
                        break;
                    case '[' or '{':
                        flow++;
                        break;
                    case ']' or '}':
                        flow = Math.Max(0, flow - 1);
                        break;
                    // Only where YAML would read a value: "&" within a sentence is a sign like any other.
                    case '&' or '*' when (i == 0 || content[..i].TrimEnd() is [.., ':' or '-' or '[' or ','] or []) && i + 1 < content.Length && char.IsAsciiLetterOrDigit(content[i + 1]):
                        return (line, "anchors and aliases (& and *) have no place in a frontmatter");
                    default:
                        break;
                }
                if (flow > MaxFlow)
                {
                    return (line, "the frontmatter is nested too deeply");
                }
            }
        }
        return null;
    }

    private static int LeadingMarks(ReadOnlySpan<char> text)
    {
        var marks = 0;
        foreach (var c in text)
        {
            if (c is '-' or '?' or ':')
            {
                marks++;
            }
            else if (c != ' ')
            {
                break;
            }
        }
        return marks;
    }
}
