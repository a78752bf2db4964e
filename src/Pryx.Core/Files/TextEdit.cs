using System.Text.RegularExpressions;

namespace Pryx.Core.Files;

/// <summary>One exact replacement, as a model asks for it.</summary>
/// <param name="Old">What stands there now. CRLF and LF are the same.</param>
public sealed partial record TextEdit(string Old, string New, bool ReplacesAll = false)
{
    /// <summary>
    /// Replaces the one place where the old text stands. When it stands nowhere, the one place that differs in white space
    /// only; when there are several, none.
    /// </summary>
    public TextEditOutcome Apply(string content)
    {
        var text = new LineFeedText(content);
        var (old, changed) = (LineFeedText.Of(Old), LineFeedText.Of(New));
        if (old.Length == 0)
        {
            return content.Length == 0
                ? new(changed)
                : Refuse("old_string is empty. Quote the text to replace, or use write_file to replace the whole file.");
        }
        if (old == changed)
        {
            return Refuse("old_string and new_string are the same.");
        }
        var exact = Occurrences(text.Text, old);
        if (exact.Count == 1)
        {
            return new(text.Splice(exact[0], exact[0] + old.Length, changed));
        }
        if (exact.Count > 1)
        {
            return ReplacesAll
                ? new(ReplaceAll(content, old, changed))
                : Refuse($"old_string stands in {exact.Count} places (lines {LineNumbers(text.Text, exact)}). Quote more lines around the one you mean, or set replace_all.");
        }
        var near = NearMiss.Find(text.Text, old);
        if (near.Count == 1)
        {
            var (start, end, replacement) = NearMiss.Rewrite(text.Text, near[0], old, changed);
            var lines = $"{LineNumber(text.Text, near[0].Start)}-{LineNumber(text.Text, near[0].End - 1)}";
            return new(text.Splice(start, end, replacement)) { Note = $"old_string matched lines {lines} except for white space; the file's own indentation was kept." };
        }
        return near.Count > 1
            ? Refuse($"old_string was not found as quoted, and {near.Count} places differ from it in white space only (lines {LineNumbers(text.Text, near.ConvertAll(place => place.Start))}). Quote the one you mean exactly, with more lines around it.")
            : Refuse(NotFound(text.Text, old));
    }

    private static TextEditOutcome Refuse(string failure) => new(null) { Failure = failure };

    private static string NotFound(string text, string old)
    {
        var hint = LineNumberPrefix().IsMatch(old) ? " Leave out the line numbers that read_file puts before each line." : "";
        return ClosestLines.Find(text, old) is { } closest
            ? $"old_string was not found.{hint} The closest lines are:\n{closest}"
            : $"old_string was not found, nor anything like it.{hint} Read the file again.";
    }

    /// <summary>Overlapping ones too: either could be meant.</summary>
    private static List<int> Occurrences(string text, string old)
    {
        var found = new List<int>();
        for (var at = text.IndexOf(old, StringComparison.Ordinal); at >= 0; at = text.IndexOf(old, at + 1, StringComparison.Ordinal))
        {
            found.Add(at);
        }
        return found;
    }

    private static string ReplaceAll(string content, string old, string changed)
    {
        var returns = content.AsSpan().Count("\r\n");
        if (returns == 0 || returns == content.AsSpan().Count('\n'))
        {
            return returns == 0
                ? content.Replace(old, changed, StringComparison.Ordinal)
                : content.Replace(WithReturns(old), WithReturns(changed), StringComparison.Ordinal);
        }
        // Mixed line ends. From the end, so that earlier places stay where they are; each keeps its own.
        var text = new LineFeedText(content).Text;
        var starts = new List<int>();
        for (var at = text.IndexOf(old, StringComparison.Ordinal); at >= 0; at = text.IndexOf(old, at + old.Length, StringComparison.Ordinal))
        {
            starts.Add(at);
        }
        starts.Reverse();
        return starts.Aggregate(content, (current, start) => new LineFeedText(current).Splice(start, start + old.Length, changed));
    }

    private static string WithReturns(string text) => text.Replace("\n", "\r\n", StringComparison.Ordinal);

    private static string LineNumbers(string text, List<int> offsets)
    {
        const int Most = 10;
        var numbers = string.Join(", ", offsets.Take(Most).Select(offset => LineNumber(text, offset)));
        return offsets.Count > Most ? $"{numbers}, …" : numbers;
    }

    private static int LineNumber(string text, int offset) => text.AsSpan(0, offset).Count('\n') + 1;

    [GeneratedRegex(@"\A *\d+\t")]
    private static partial Regex LineNumberPrefix();
}

/// <param name="Text">The new content; null when nothing was replaced.</param>
public sealed record TextEditOutcome(string? Text)
{
    /// <summary>What the model should know about how it was applied.</summary>
    public string? Note { get; init; }

    /// <summary>Why nothing was replaced, and what to do instead.</summary>
    public string? Failure { get; init; }
}
