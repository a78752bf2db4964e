using System.Globalization;
using System.Text.RegularExpressions;
using Pryx.Core.Skills;

namespace Pryx.Core.Memory;

/// <summary>
/// A MEMORY.md: Markdown that a person may have written and keeps. Every list item and every paragraph is one fact; headings are for people.
/// What Pryx knows of a fact stands behind it in a comment; without one it is the person's own.
/// </summary>
public sealed partial class MemoryDocument
{
    /// <summary>Characters of one fact.</summary>
    public const int MaxEntry = 1_000;

    /// <summary>Bytes of a file.</summary>
    public const int MaxFile = 256 * 1024;

    private readonly List<string> _lines;

    private MemoryDocument(List<string> lines) => _lines = lines;

    public static MemoryDocument Parse(string text) => new([.. text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n')]);

    public IReadOnlyList<MemoryEntry> Entries => [.. Blocks().Select(static block => block.Entry)];

    public void Add(MemoryEntry entry, string heading)
    {
        if (_lines.TrueForAll(string.IsNullOrWhiteSpace))
        {
            _lines.Clear();
            _lines.AddRange([$"# {heading}", ""]);
        }
        while (_lines.Count > 0 && _lines[^1].Length == 0)
        {
            _lines.RemoveAt(_lines.Count - 1);
        }
        var isList = _lines.Count > 0 && Item().IsMatch(_lines[^1]);
        _lines.AddRange([.. isList || _lines.Count == 0 ? (string[])[] : [""], LineOf(entry)]);
    }

    /// <summary>Null takes it away; false when there is none of this id.</summary>
    public bool Replace(string id, MemoryEntry? entry)
    {
        foreach (var block in Blocks().Where(block => block.Entry.Id == id))
        {
            _lines.RemoveRange(block.From, block.Count);
            if (entry is not null)
            {
                _lines.Insert(block.From, LineOf(entry));
            }
            return true;
        }
        return false;
    }

    public override string ToString() => string.Join('\n', _lines).TrimEnd('\n') + "\n";

    /// <summary>As one line that can not hold a comment of its own.</summary>
    public static string Clean(string text) => HiddenText.Line(text.Replace("<!--", "", StringComparison.Ordinal).Replace("-->", "", StringComparison.Ordinal), MaxEntry);

    private static string LineOf(MemoryEntry entry) => entry is { By: "user", Untrusted: null, Noted: null }
        ? $"- {entry.Text}"
        : $"- {entry.Text} <!-- pryx: {entry.Noted?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "0001-01-01"} {entry.By}{(entry.Untrusted is { } source ? $"; untrusted: {Clean(source)}" : "")} -->";

    private IEnumerable<(int From, int Count, MemoryEntry Entry)> Blocks()
    {
        for (var i = 0; i < _lines.Count;)
        {
            if (string.IsNullOrWhiteSpace(_lines[i]) || _lines[i].StartsWith('#'))
            {
                i++;
                continue;
            }
            var from = i++;
            while (i < _lines.Count && !string.IsNullOrWhiteSpace(_lines[i]) && !_lines[i].StartsWith('#') && !Item().IsMatch(_lines[i]))
            {
                i++;
            }
            if (Read(string.Join(' ', _lines[from..i].Select(static line => line.Trim()))) is { } entry)
            {
                yield return (from, i - from, entry);
            }
        }
    }

    private static MemoryEntry? Read(string text)
    {
        text = Item().Replace(text, "", 1);
        var note = Note().Match(text);
        var said = Clean(note.Success ? text[..note.Index] : Comment().Replace(text, ""));
        if (said.Length == 0)
        {
            return null;
        }
        return note.Success
            ? new(said, note.Groups["by"].Value == "model" ? "model" : "user")
            {
                Noted = DateOnly.TryParseExact(note.Groups["day"].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null,
                Untrusted = note.Groups["source"] is { Success: true } source ? source.Value.Trim() : null,
            }
            : new(said, "user");
    }

    [GeneratedRegex(@"\A[-*+]\s+")]
    private static partial Regex Item();

    // At the end alone, and the last one: a comment within the text is not ours.
    [GeneratedRegex(@"<!--\s*pryx:\s*(?<day>\d{4}-\d\d-\d\d)\s+(?<by>user|model)(?:\s*;\s*untrusted:\s*(?<source>[^>]*?))?\s*-->\s*\z")]
    private static partial Regex Note();

    [GeneratedRegex(@"<!--.*?(?:-->|\z)")]
    private static partial Regex Comment();
}
