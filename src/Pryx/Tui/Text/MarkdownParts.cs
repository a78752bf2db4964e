using System.Text;

namespace Pryx.Tui.Text;

/// <summary>
/// A Markdown text that grows: cut into parts at blank lines and code fences as it arrives, so that only the last part is laid out again,
/// however long the whole has become.
/// </summary>
internal sealed class MarkdownParts
{
    /// <summary>Of one part, in characters and lines: what is laid out again with every piece that arrives.</summary>
    private const int LongestPart = 16_000;
    private const int MostCodeLines = 200;
    private readonly List<MarkdownPart> _parts = [];
    private readonly StringBuilder _tail = new();
    private string _partial = "";
    private string? _fence;
    private int _codeLines;
    private bool _endsBlank;

    public MarkdownParts()
    {
    }

    public MarkdownParts(string text) => Append(text);

    public IReadOnlyList<MarkdownPart> Parts => _parts;
    public int Length { get; private set; }

    public void Append(string text)
    {
        Length += text.Length;
        var all = _partial + text;
        var from = 0;
        while (all.IndexOf('\n', from) is >= 0 and var end)
        {
            Line(all[from..end].TrimEnd('\r'));
            from = end + 1;
        }
        _partial = all[from..];
        while (_partial.Length > LongestPart)
        {
            // No line break for pages: it has to be cut somewhere.
            var cut = _partial.LastIndexOf(' ', LongestPart) is > 0 and var space ? space : LongestPart;
            Line(_partial[..cut]);
            _partial = _partial[cut..].TrimStart(' ');
            if (_fence is null)
            {
                Close();
            }
        }
        Show();
    }

    private void Line(string line)
    {
        if (_fence is not null)
        {
            CodeLine(line);
        }
        else if (FenceOf(line) is { } fence)
        {
            Close();
            _fence = fence;
            _codeLines = 0;
            var info = line.Trim()[fence.Length..].Trim();
            _parts.Add(new MarkdownPart(isCode: true, info.Length == 0 ? null : info));
        }
        else
        {
            // What follows a blank line and is not indented can not belong to what stood before it.
            if (_endsBlank && line.Length > 0 && !char.IsWhiteSpace(line[0]))
            {
                Close();
            }
            _tail.Append(line).Append('\n');
            _endsBlank = string.IsNullOrWhiteSpace(line);
            if (_tail.Length > LongestPart)
            {
                Close();
            }
        }
    }

    private void CodeLine(string line)
    {
        if (line.Trim() is { Length: > 0 } closing && closing.Length >= _fence!.Length && closing.All(c => c == _fence[0]))
        {
            Show(_tail.ToString());
            _tail.Clear();
            _fence = null;
            _endsBlank = false;
            return;
        }
        _tail.Append(line).Append('\n');
        if (++_codeLines >= MostCodeLines || _tail.Length > LongestPart)
        {
            Show(_tail.ToString());
            _tail.Clear();
            _codeLines = 0;
            _parts.Add(new MarkdownPart(isCode: true, _parts[^1].Language) { IsContinued = true });
        }
    }

    /// <summary>The tail becomes a part that does not change any more.</summary>
    private void Close()
    {
        if (!string.IsNullOrWhiteSpace(_tail.ToString()))
        {
            Show(_tail.ToString());
        }
        else if (_isTailShown)
        {
            _parts.RemoveAt(_parts.Count - 1);
        }
        _tail.Clear();
        _isTailShown = false;
        _endsBlank = false;
    }

    private bool _isTailShown;

    private void Show()
    {
        var text = _tail + (_fence is not null && _partial.Length > 0 && _partial.Trim().All(c => c == _fence[0]) ? "" : _partial);
        if (_fence is not null || !string.IsNullOrWhiteSpace(text))
        {
            Show(text);
        }
    }

    private void Show(string text)
    {
        if (_fence is not null)
        {
            _parts[^1].Text = text;
            return;
        }
        if (!_isTailShown)
        {
            _parts.Add(new MarkdownPart(isCode: false, null));
            _isTailShown = true;
        }
        _parts[^1].Text = text;
    }

    private static string? FenceOf(string line)
    {
        var text = line.TrimStart(' ');
        if (line.Length - text.Length > 3 || text.Length < 3 || text[0] is not ('`' or '~'))
        {
            return null;
        }
        var length = text.TakeWhile(c => c == text[0]).Count();
        return length >= 3 && !(text[0] == '`' && text.AsSpan(length).Contains('`')) ? text[..length] : null;
    }
}
