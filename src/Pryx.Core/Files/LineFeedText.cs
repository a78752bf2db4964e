using System.Text;

namespace Pryx.Core.Files;

/// <summary>A text seen with LF line ends only, and changed where it is seen without disturbing the ends of other lines.</summary>
internal sealed class LineFeedText
{
    private readonly string _original;

    /// <summary>Where, in <see cref="Text"/>, a line feed lost its carriage return; rising.</summary>
    private readonly List<int> _returns = [];

    public LineFeedText(string original)
    {
        _original = original;
        if (!original.Contains("\r\n", StringComparison.Ordinal))
        {
            Text = original;
            return;
        }
        var text = new StringBuilder(original.Length);
        for (var i = 0; i < original.Length; i++)
        {
            if (original[i] == '\r' && i + 1 < original.Length && original[i + 1] == '\n')
            {
                _returns.Add(text.Length);
                continue;
            }
            text.Append(original[i]);
        }
        Text = text.ToString();
    }

    public string Text { get; }

    public static string Of(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal);

    /// <summary>The original with <c>[start, end)</c> of <see cref="Text"/> replaced; new lines end as their neighbours do.</summary>
    public string Splice(int start, int end, string replacement)
    {
        // What stays the same is left alone, and with it the line ends in there.
        var prefix = Text.AsSpan(start, end - start).CommonPrefixLength(replacement);
        start += prefix;
        replacement = replacement[prefix..];
        var suffix = 0;
        while (suffix < replacement.Length && end - suffix > start && Text[end - suffix - 1] == replacement[^(suffix + 1)])
        {
            suffix++;
        }
        end -= suffix;
        replacement = replacement[..^suffix];
        var written = replacement.Contains('\n') && HasReturnsNear(start) ? replacement.Replace("\n", "\r\n", StringComparison.Ordinal) : replacement;
        return string.Concat(_original.AsSpan(0, Original(start)), written, _original.AsSpan(Original(end)));
    }

    private int Original(int offset)
    {
        // A place before a line feed is a place before its carriage return.
        var index = _returns.BinarySearch(offset);
        return offset + (index < 0 ? ~index : index);
    }

    private bool HasReturnsNear(int offset)
    {
        var feed = offset < Text.Length ? Text.IndexOf('\n', offset) : -1;
        feed = feed >= 0 ? feed : offset > 0 ? Text.LastIndexOf('\n', offset - 1) : -1;
        return feed >= 0 && _returns.BinarySearch(feed) >= 0;
    }
}
