using System.Globalization;
using System.Text;
using Pryx.Agent.Secrets;

namespace Pryx.Core.Files;

/// <summary>Matches as grep prints them: <c>file:line:text</c>, and <c>file-line-text</c> for lines around them.</summary>
internal sealed class GrepReport(int limit, int context, ISecretMask secrets)
{
    private const int MaxLineLength = 300, MaxOutputLength = 50 * 1024;

    private readonly StringBuilder _output = new();
    private int _shown, _more, _files;

    /// <summary>Too large, or not ours to read.</summary>
    public int Unreadable { get; set; }

    /// <summary>Left out because they probably hold secrets.</summary>
    public int Secret { get; set; }

    /// <param name="text">Null for binary contents, which are passed over.</param>
    public void Add(string file, FileText? text, LineSearch search)
    {
        if (text is null)
        {
            return;
        }
        // A line of a private key shows what it is only beside the others.
        var contents = text.Text.Contains("PRIVATE KEY", StringComparison.Ordinal) ? secrets.Mask(text.Text) : text.Text;
        var matches = Matches(contents, search);
        if (matches.Count == 0)
        {
            return;
        }
        _files++;
        var room = _output.Length >= MaxOutputLength ? 0 : Math.Min(matches.Count, limit - _shown);
        _more += matches.Count - room;
        _shown += room;
        if (room > 0)
        {
            Show(file, context == 0 ? null : [.. TextLines.Of(contents)], matches.GetRange(0, room));
        }
    }

    public string ToText(FolderWalk walk)
    {
        if (_files == 0)
        {
            _output.Append(walk.IncludesIgnored ? "No matches.\n" : "No matches. (What .gitignore names was left out; include_ignored searches it too.)\n");
        }
        if (_more > 0)
        {
            _output.Append(CultureInfo.InvariantCulture, $"({_more} more matching lines, {_files} files with matches in all; narrow the pattern, path or include)\n");
        }
        if (Unreadable + walk.Unreadable > 0)
        {
            _output.Append(CultureInfo.InvariantCulture, $"({Unreadable + walk.Unreadable} files or folders could not be read or are over {FileSize.Format(Disk.MaxFileBytes)})\n");
        }
        if (Secret > 0)
        {
            _output.Append(CultureInfo.InvariantCulture, $"({Secret} files that probably hold secrets were left out; name one as path to search it, the user will be asked)\n");
        }
        return _output.ToString().TrimEnd('\n');
    }

    private static List<(int Line, string Text)> Matches(string text, LineSearch search)
    {
        var matches = new List<(int, string)>();
        var number = 0;
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            number++;
            var end = rest.IndexOf('\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[(end + 1)..];
            line = line.EndsWith('\r') ? line[..^1] : line;
            if (search.IsMatch(line))
            {
                matches.Add((number, line.ToString()));
            }
        }
        return matches;
    }

    private void Show(string file, string[]? lines, List<(int Line, string Text)> matches)
    {
        if (lines is null)
        {
            foreach (var (line, text) in matches)
            {
                Append(file, ':', line, text);
            }
            return;
        }
        var hits = matches.Select(match => match.Line).ToHashSet();
        var last = 0;
        foreach (var (line, _) in matches)
        {
            var from = Math.Max(last + 1, line - context);
            if (_output.Length > 0 && (last == 0 || from > last + 1))
            {
                _output.Append("--\n");
            }
            for (; from <= Math.Min(lines.Length, line + context); from++)
            {
                Append(file, hits.Contains(from) ? ':' : '-', from, lines[from - 1]);
                last = from;
            }
        }
    }

    private void Append(string file, char mark, int line, string text) =>
        _output.Append(file).Append(mark).Append(line).Append(mark).Append(TextLines.Cut(secrets.Mask(text), MaxLineLength)).Append('\n');
}
