using System.Globalization;

namespace Pryx.Tui.Widgets;

/// <summary>A text that is being written: the cursor, a selection, undo. Places count UTF-16 units and lie between graphemes.</summary>
internal sealed class TextBuffer
{
    private const int MostUndo = 500;
    private readonly List<State> _undo = [];
    private readonly List<State> _redo = [];
    private Edit _last;

    private readonly record struct State(string Text, int Cursor);

    private enum Edit : byte
    {
        None,
        Typed,
        Erased,
        Other,
    }

    public string Text { get; private set; } = "";
    public int Cursor { get; private set; }

    /// <summary>Where the selection began; null for none.</summary>
    public int? Anchor { get; private set; }

    /// <summary>Another number whenever the text changed.</summary>
    public int Version { get; private set; }

    public (int Start, int End)? Selection => Anchor is { } anchor && anchor != Cursor ? (Math.Min(anchor, Cursor), Math.Max(anchor, Cursor)) : null;

    /// <summary>Another text, as if it had been typed: it can be undone.</summary>
    public void Set(string text, int? cursor = null) => Change(text, cursor ?? text.Length, Edit.Other);

    public void Insert(string text)
    {
        var (start, end) = Selection ?? (Cursor, Cursor);
        // A word is undone as one, not letter by letter.
        var kind = text.Length <= 2 && !char.IsWhiteSpace(text[0]) && Selection is null ? Edit.Typed : Edit.Other;
        Change(string.Concat(Text.AsSpan(0, start), text, Text.AsSpan(end)), start + text.Length, kind);
    }

    public void Replace(int start, int length, string text)
    {
        start = Math.Clamp(start, 0, Text.Length);
        length = Math.Clamp(length, 0, Text.Length - start);
        Change(string.Concat(Text.AsSpan(0, start), text, Text.AsSpan(start + length)), start + text.Length, Edit.Other);
    }

    /// <summary>Takes out what is selected, else what lies between the cursor and a place; returns it.</summary>
    public string Take(int to, bool isSmall = false)
    {
        var (start, end) = Selection ?? (Math.Min(Cursor, to), Math.Max(Cursor, to));
        if (start == end)
        {
            return "";
        }
        var taken = Text[start..end];
        Change(Text.Remove(start, end - start), start, isSmall ? Edit.Erased : Edit.Other);
        return taken;
    }

    public void Move(int to, bool selects = false)
    {
        Anchor = selects ? Anchor ?? Cursor : null;
        Cursor = Math.Clamp(to, 0, Text.Length);
        _last = Edit.None;
    }

    public bool Undo() => Step(_undo, _redo);

    public bool Redo() => Step(_redo, _undo);

    public int Left => Cursor == 0 ? 0 : PreviousStop(Cursor);

    public int Right => Cursor >= Text.Length ? Text.Length : Cursor + StringInfo.GetNextTextElementLength(Text.AsSpan(Cursor));

    public int LineStart => Cursor == 0 ? 0 : Text.LastIndexOf('\n', Cursor - 1) + 1;

    public int LineEnd => Text.IndexOf('\n', Cursor) is >= 0 and var end ? end : Text.Length;

    public int WordLeft
    {
        get
        {
            var at = Cursor;
            while (at > 0 && !IsWord(at - 1))
            {
                at--;
            }
            while (at > 0 && IsWord(at - 1))
            {
                at--;
            }
            return at;
        }
    }

    public int WordRight
    {
        get
        {
            var at = Cursor;
            while (at < Text.Length && !IsWord(at))
            {
                at++;
            }
            while (at < Text.Length && IsWord(at))
            {
                at++;
            }
            return at;
        }
    }

    /// <summary>Back to the space before: what Ctrl+W takes.</summary>
    public int BigWordLeft
    {
        get
        {
            var at = Cursor;
            while (at > 0 && char.IsWhiteSpace(Text[at - 1]))
            {
                at--;
            }
            while (at > 0 && !char.IsWhiteSpace(Text[at - 1]))
            {
                at--;
            }
            return at;
        }
    }

    private bool IsWord(int at) => char.IsLetterOrDigit(Text[at]) || char.IsSurrogate(Text[at]) || Text[at] == '_' || char.GetUnicodeCategory(Text[at]) is UnicodeCategory.NonSpacingMark;

    // Graphemes can only be read forwards: from the line's start, or from not too far back in a long one.
    private int PreviousStop(int place)
    {
        var from = Math.Max(LineStart, place - 256);
        if (from == place)
        {
            return place - 1;
        }
        from -= from > 0 && char.IsLowSurrogate(Text[from]) ? 1 : 0;
        var before = from;
        while (from < place)
        {
            before = from;
            from += StringInfo.GetNextTextElementLength(Text.AsSpan(from));
        }
        return before;
    }

    private void Change(string text, int cursor, Edit kind)
    {
        if (_undo.Count == 0 || kind == Edit.Other || kind != _last)
        {
            _undo.Add(new(Text, Cursor));
            if (_undo.Count > MostUndo)
            {
                _undo.RemoveAt(0);
            }
        }
        _redo.Clear();
        _last = kind;
        (Text, Cursor, Anchor) = (text, Math.Clamp(cursor, 0, text.Length), null);
        Version++;
    }

    private bool Step(List<State> from, List<State> to)
    {
        if (from.Count == 0)
        {
            return false;
        }
        to.Add(new(Text, Cursor));
        (Text, Cursor) = from[^1];
        from.RemoveAt(from.Count - 1);
        (Anchor, _last) = (null, Edit.None);
        Version++;
        return true;
    }
}
