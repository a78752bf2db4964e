using Pryx.Tui.Widgets;

namespace Pryx.Tui.Chat;

/// <summary>The last hundred things that were sent, for ↑ and ↓.</summary>
internal sealed class InputHistory : IHistory
{
    private const int Most = 100;
    private readonly List<string> _sent = [];
    private string _draft = "";
    private int _at = -1;

    public void Add(string text)
    {
        _sent.Remove(text);
        _sent.Add(text);
        if (_sent.Count > Most)
        {
            _sent.RemoveAt(0);
        }
        _at = -1;
    }

    public string? Older(string draft)
    {
        if (_at < 0)
        {
            (_draft, _at) = (draft, _sent.Count);
        }
        return _at > 0 ? _sent[--_at] : null;
    }

    public string? Newer()
    {
        if (_at < 0)
        {
            return null;
        }
        if (++_at < _sent.Count)
        {
            return _sent[_at];
        }
        _at = -1;
        return _draft;
    }
}
