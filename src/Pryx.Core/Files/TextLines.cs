namespace Pryx.Core.Files;

/// <summary>Lines without their ends; a last line end starts no further line.</summary>
internal static class TextLines
{
    public static IEnumerable<string> Of(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start);
            var stop = end < 0 ? text.Length : end;
            var next = end < 0 ? text.Length : end + 1;
            if (end > start && text[end - 1] == '\r')
            {
                stop--;
            }
            yield return text[start..stop];
            start = next;
        }
    }

    public static string Cut(string line, int length)
    {
        if (line.Length <= length)
        {
            return line;
        }
        // Never in the middle of a surrogate pair.
        var cut = char.IsHighSurrogate(line[length - 1]) ? length - 1 : length;
        return $"{line[..cut]}… (+{line.Length - cut} characters)";
    }
}
