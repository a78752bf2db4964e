namespace Pryx.Core.Policies;

/// <summary>A guard before the YAML parser, which recurses: no policy needs more than a few levels.</summary>
internal static class PolicyDepth
{
    private const int MaxFlow = 16;
    private const int MaxIndent = 64;

    /// <returns>The first line that nests too deeply; null when none does.</returns>
    public static long? FindTooDeep(string text)
    {
        long line = 1;
        int flow = 0, dashes = 0, indent = 0;
        var isLineStart = true;
        foreach (var c in text)
        {
            switch (c)
            {
                case '\n':
                    line++;
                    (dashes, indent, isLineStart) = (0, 0, true);
                    continue;
                case '[' or '{':
                    flow++;
                    break;
                case ']' or '}':
                    flow = Math.Max(0, flow - 1);
                    break;
                case '-' or '?' or ':' when isLineStart:
                    dashes++;
                    break;
                default:
                    break;
            }
            if (isLineStart && c is ' ')
            {
                indent++;
            }
            else if (c is not ('-' or '?' or ':' or ' '))
            {
                isLineStart = false;
            }
            if (flow > MaxFlow || dashes > MaxFlow || indent > MaxIndent)
            {
                return line;
            }
        }
        return null;
    }
}
