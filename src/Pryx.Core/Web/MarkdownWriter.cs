using System.Text;

namespace Pryx.Core.Web;

/// <summary>Puts Markdown on lines in one pass: white space collapsed, blocks apart, lists and quotes indented.</summary>
internal sealed class MarkdownWriter
{
    private readonly StringBuilder _text = new();
    private readonly List<string> _prefixes = [];
    private int _wantedLines;
    private bool _wantsSpace;
    private bool _isOneLine;

    public override string ToString() => _text.ToString().Trim('\n');

    /// <summary>Text of the page: runs of white space are one space.</summary>
    public void Text(string text)
    {
        foreach (var character in text)
        {
            if (char.IsWhiteSpace(character))
            {
                _wantsSpace = true;
                continue;
            }
            Settle();
            _text.Append(_isOneLine && character == '|' ? "\\|" : character);
        }
    }

    /// <summary>Our own signs, kept as they are.</summary>
    public void Raw(string text)
    {
        Settle();
        _text.Append(text);
    }

    public void Line() => Want(1);

    public void Block() => Want(2);

    /// <summary>What asks for a new block right after a bullet stays on the bullet's line.</summary>
    public void StartOfItem()
    {
        _wantedLines = -1;
        _wantsSpace = false;
    }

    public void Push(string prefix) => _prefixes.Add(prefix);

    public void Pop() => _prefixes.RemoveAt(_prefixes.Count - 1);

    public void Fence(string code, string language)
    {
        var fence = code.Contains("```", StringComparison.Ordinal) ? "````" : "```";
        Raw(fence + language);
        foreach (var line in code.Trim('\n', '\r').Split('\n'))
        {
            Want(1);
            Raw(line.TrimEnd('\r'));
        }
        Want(1);
        Raw(fence);
    }

    /// <summary>Within it new lines are spaces: a table row.</summary>
    public void OnOneLine(Action write)
    {
        Settle();
        var before = _isOneLine;
        _isOneLine = true;
        write();
        _isOneLine = before;
    }

    private void Want(int lines)
    {
        if (_isOneLine)
        {
            _wantsSpace = true;
        }
        else if (_wantedLines >= 0)
        {
            _wantedLines = Math.Max(_wantedLines, lines);
        }
    }

    private void Settle()
    {
        if (_wantedLines > 0 && _text.Length > 0)
        {
            for (; _wantedLines > 0; _wantedLines--)
            {
                _text.Append('\n');
                if (_wantedLines == 1 || _prefixes.Contains("> "))
                {
                    _prefixes.ForEach(prefix => _text.Append(prefix));
                }
            }
        }
        else if (_wantedLines > 0)
        {
            _prefixes.ForEach(prefix => _text.Append(prefix));
        }
        else if (_wantsSpace && _text.Length > 0 && _text[^1] is not (' ' or '\n' or '['))
        {
            _text.Append(' ');
        }
        _wantedLines = 0;
        _wantsSpace = false;
    }
}
