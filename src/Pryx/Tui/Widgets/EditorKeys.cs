using Pryx.Tui.Input;

namespace Pryx.Tui.Widgets;

/// <summary>Which key does what to a text: those of Emacs and the shells, and those of every other editor.</summary>
internal sealed class EditorKeys(TextEditor editor, TextBuffer buffer)
{
    private string _killed = "";
    private bool _killsOn;

    /// <summary>False: the key is no editing key here, or had nothing to do.</summary>
    public bool Take(Key key)
    {
        var killsOn = _killsOn;
        _killsOn = false;
        if (key.IsText)
        {
            buffer.Insert(key.Rune.ToString());
            return true;
        }
        if (key.Code == KeyCode.Letter)
        {
            return key.Modifiers == KeyModifiers.Ctrl ? Ctrl((char)key.Rune.Value, killsOn)
                : key.Modifiers == KeyModifiers.Alt && Alt((char)key.Rune.Value, killsOn);
        }
        return Named(key, killsOn);
    }

    private bool Ctrl(char letter, bool killsOn) => letter switch
    {
        'a' => Move(buffer.LineStart),
        'e' => Move(buffer.LineEnd),
        'b' => Move(buffer.Left),
        'f' => Move(buffer.Right),
        'd' => buffer.Text.Length > 0 && Erase(buffer.Right),
        'h' => Erase(buffer.Left),
        'j' => NewLine(),
        'k' => Kill(buffer.Cursor == buffer.LineEnd ? buffer.Right : buffer.LineEnd, killsOn),
        'u' => Kill(buffer.Cursor == buffer.LineStart ? buffer.Left : buffer.LineStart, killsOn),
        'w' => Kill(buffer.BigWordLeft, killsOn),
        'y' => Yank(),
        'n' => editor.MoveRow(1, selects: false),
        '_' or '/' or '-' => buffer.Undo() || true,
        _ => false,
    };

    private bool Alt(char letter, bool killsOn) => letter switch
    {
        'b' => Move(buffer.WordLeft),
        'f' => Move(buffer.WordRight),
        'd' => Kill(buffer.WordRight, killsOn),
        '_' or '/' => buffer.Redo() || true,
        _ => false,
    };

    private bool Named(Key key, bool killsOn)
    {
        var selects = key.HasShift;
        var byWord = key.HasCtrl || key.HasAlt;
        switch (key.Code)
        {
            case KeyCode.Enter when key.Modifiers == KeyModifiers.None:
                return Submit();
            case KeyCode.Enter:
                return NewLine();
            case KeyCode.Backspace:
                return byWord ? Kill(buffer.WordLeft, killsOn) : Erase(buffer.Left);
            case KeyCode.Delete:
                return byWord ? Kill(buffer.WordRight, killsOn) : Erase(buffer.Right);
            case KeyCode.Left:
                return Move(byWord ? buffer.WordLeft : buffer.Left, selects);
            case KeyCode.Right:
                return Move(byWord ? buffer.WordRight : buffer.Right, selects);
            case KeyCode.Home when !key.HasCtrl:
                return Move(buffer.LineStart, selects);
            case KeyCode.End when !key.HasCtrl:
                return Move(buffer.LineEnd, selects);
            case KeyCode.Up when !byWord:
                return editor.MoveRow(-1, selects) || Recall(editor.History?.Older(buffer.Text));
            case KeyCode.Down when !byWord:
                return editor.MoveRow(1, selects) || Recall(editor.History?.Newer());
            default:
                return false;
        }
    }

    private bool Submit()
    {
        // "\" at the end of a line goes on with the next one, as in a shell: the way without Shift+Enter that works everywhere.
        if (editor.IsMultiline && buffer.Cursor > 0 && buffer.Cursor == buffer.Text.Length && buffer.Text[^1] == '\\')
        {
            buffer.Replace(buffer.Cursor - 1, 1, "\n");
            return true;
        }
        if (editor.Submitted is not { } submitted)
        {
            return false;
        }
        submitted(buffer.Text);
        return true;
    }

    private bool NewLine()
    {
        if (editor.IsMultiline)
        {
            buffer.Insert("\n");
        }
        return editor.IsMultiline;
    }

    private bool Move(int to, bool selects = false)
    {
        buffer.Move(to, selects);
        return true;
    }

    private bool Erase(int to)
    {
        buffer.Take(to, isSmall: true);
        return true;
    }

    // What is killed with one key after the other comes back as one piece.
    private bool Kill(int to, bool killsOn)
    {
        var isBackward = to < buffer.Cursor;
        var taken = buffer.Take(to);
        if (taken.Length > 0)
        {
            _killed = !killsOn ? taken : isBackward ? taken + _killed : _killed + taken;
        }
        _killsOn = true;
        return true;
    }

    private bool Yank()
    {
        if (_killed.Length > 0)
        {
            buffer.Insert(_killed);
        }
        return true;
    }

    private bool Recall(string? text)
    {
        if (text is null)
        {
            return false;
        }
        buffer.Set(text);
        return true;
    }
}
