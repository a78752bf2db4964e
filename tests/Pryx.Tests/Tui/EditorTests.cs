using Pryx.Tui.Input;
using Pryx.Tui.Widgets;

namespace Pryx.Tests.Tui;

public sealed class EditorTests : IDisposable
{
    private readonly TextEditor _editor = new() { HasFocus = true, Placeholder = "say something" };
    private readonly TuiBench _bench;

    public EditorTests() => _bench = new TuiBench(_editor, 21, 4);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Words_are_killed_and_come_back_in_one_piece()
    {
        _bench.Type("one two three").Press(Key.Ctrl('w'), Key.Ctrl('w'));
        Assert.Equal("one ", _editor.Text);
        _bench.Press(Key.Ctrl('y'));
        Assert.Equal("one two three", _editor.Text);
        _bench.Press(Key.Ctrl('a'), Key.Ctrl('k'));
        Assert.Equal("", _editor.Text);
        _bench.Press(Key.Ctrl('y'), Key.Ctrl('u'));
        Assert.Equal("", _editor.Text);
        Assert.Equal("say something", _bench.Frame);
    }

    [Fact]
    public void Undo_takes_back_words_and_redo_brings_them_again()
    {
        _bench.Type("hello world").Press(Key.Ctrl('_'));
        Assert.Equal("hello ", _editor.Text);
        _bench.Press(Key.Ctrl('_'), Key.Ctrl('_'));
        Assert.Equal("", _editor.Text);
        _bench.Press(Key.Alt('_'), Key.Alt('_'), Key.Alt('_'));
        Assert.Equal("hello world", _editor.Text);
    }

    [Fact]
    public void Random_edits_are_all_taken_back_by_undo()
    {
        var random = new Random(11);
        Key[] keys = [Key.Of('a'), Key.Of(' '), Key.Ctrl('w'), Key.Ctrl('k'), Key.Ctrl('y'), Key.Backspace, new(KeyCode.Left), new(KeyCode.Right, default, KeyModifiers.Shift), new(KeyCode.Up), Key.Ctrl('j'), Key.Alt('b'), new(KeyCode.Delete), Key.Of('你'), Key.Ctrl('u')];
        for (var i = 0; i < 400; i++)
        {
            _editor.OnKey(keys[random.Next(keys.Length)]);
            Assert.InRange(_editor.Cursor, 0, _editor.Text.Length);
        }
        for (var i = 0; i < 400; i++)
        {
            _editor.OnKey(Key.Ctrl('_'));
        }
        Assert.Equal("", _editor.Text);
    }

    [Fact]
    public void The_cursor_goes_by_graphemes_and_stands_where_the_text_is()
    {
        _bench.Type("a👩\u200D💻e\u0301");
        _bench.Press(new Key(KeyCode.Left), new Key(KeyCode.Left));
        Assert.Equal(1, _editor.Cursor);
        Assert.Equal((1, 0), _editor.CursorPlace);
        _bench.Press(new Key(KeyCode.Right));
        Assert.Equal((3, 0), _editor.CursorPlace);
        _bench.Press(Key.Backspace);
        Assert.Equal("ae\u0301", _editor.Text);
    }

    [Fact]
    public void Long_text_is_wrapped_and_scrolls_with_the_cursor()
    {
        _bench.Type("the quick brown fox jumps over the lazy dog and goes on to sleep there");
        Assert.Equal("jumps over the lazy\ndog and goes on to\nsleep there", Trimmed(_bench.Frame).Split('\n', 2)[1]);
        _bench.Press(new Key(KeyCode.Up));
        Assert.Equal("dog and goes ".Length - 2, _editor.CursorPlace.X);
    }

    [Fact]
    public void Enter_sends_and_other_ways_to_press_it_begin_a_line()
    {
        string? sent = null;
        _editor.Submitted = text => sent = text;
        _bench.Type("a").Press(new Key(KeyCode.Enter, default, KeyModifiers.Shift)).Type("b").Press(new Key(KeyCode.Enter, default, KeyModifiers.Alt)).Type("c").Press(Key.Ctrl('j')).Type("d\\\n");
        Assert.Equal("a\nb\nc\nd\n", _editor.Text);
        Assert.Null(sent);
        _bench.Press(Key.Enter);
        Assert.Equal("a\nb\nc\nd\n", sent);
    }

    [Fact]
    public void A_selection_is_replaced_by_what_is_typed()
    {
        _bench.Type("hello world");
        for (var i = 0; i < 5; i++)
        {
            _bench.Press(new Key(KeyCode.Left, default, KeyModifiers.Shift));
        }
        Assert.Equal("world", _editor.SelectedText);
        _bench.Type("x");
        Assert.Equal("hello x", _editor.Text);
    }

    [Fact]
    public void History_begins_above_the_first_line_and_ends_with_the_draft()
    {
        _editor.History = new OldTexts("first", "second");
        _bench.Type("draft").Press(new Key(KeyCode.Up));
        Assert.Equal("second", _editor.Text);
        _bench.Press(new Key(KeyCode.Up), new Key(KeyCode.Up), new Key(KeyCode.Down), new Key(KeyCode.Down));
        Assert.Equal("draft", _editor.Text);
    }

    [Fact]
    public void A_paste_keeps_its_lines_and_a_field_of_one_line_joins_them()
    {
        _bench.Paste("a\r\nb\n");
        Assert.Equal("a\nb\n", _editor.Text);
        var field = new TextField();
        field.OnPaste("a\nb\n");
        Assert.Equal("a b", field.Text);
    }

    [Fact]
    public void A_click_places_the_cursor()
    {
        _bench.Type("hello").Click(2, 0).Type("X");
        Assert.Equal("heXllo", _editor.Text);
    }

    [Fact]
    public void A_masked_text_is_never_shown()
    {
        _editor.IsMasked = true;
        _bench.Type("secret");
        Assert.Equal("••••••", _bench.Frame);
        Assert.Equal("secret", _editor.Text);
    }

    private static string Trimmed(string frame) => string.Join('\n', frame.Split('\n').Select(static line => line.Trim()));

    private sealed class OldTexts(params string[] texts) : IHistory
    {
        private int _at = texts.Length;
        private string _draft = "";

        public string? Older(string draft)
        {
            _draft = _at == texts.Length ? draft : _draft;
            return _at == 0 ? null : texts[--_at];
        }

        public string? Newer() => _at == texts.Length ? null : ++_at == texts.Length ? _draft : texts[_at];
    }
}
