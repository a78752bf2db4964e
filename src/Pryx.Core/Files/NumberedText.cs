using System.Text;

namespace Pryx.Core.Files;

/// <summary>What the read tool shows, for readers who want the file and not its line numbers.</summary>
public static class NumberedText
{
    /// <summary>The lines without their numbers; what stands after the last of them (that there is more) stays.</summary>
    public static string Without(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var line in text.Split('\n'))
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            var isNumbered = tab > 0 && !line.AsSpan(0, tab).TrimStart(' ').ContainsAnyExceptInRange('0', '9') && line.AsSpan(0, tab).TrimStart(' ').Length > 0;
            plain.Append(isNumbered ? line.AsSpan(tab + 1) : line).Append('\n');
        }
        return plain.ToString(0, plain.Length - 1);
    }
}
