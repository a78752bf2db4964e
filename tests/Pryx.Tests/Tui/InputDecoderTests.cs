using System.Text;
using Pryx.Testing;
using Pryx.Tui.Input;

namespace Pryx.Tests.Tui;

public sealed class InputDecoderTests
{
    private readonly FakeTime _time = new();

    [Theory]
    [InlineData("a", "a")]
    [InlineData("ä你🙂", "ä 你 🙂")]
    [InlineData("\r", "Enter")]
    [InlineData("\n", "Ctrl+J")]
    [InlineData("\t", "Tab")]
    [InlineData("\e[Z", "Shift+Tab")]
    [InlineData("\u007F", "Backspace")]
    [InlineData("\u0001\u0005\u000B", "Ctrl+A Ctrl+E Ctrl+K")]
    [InlineData("\u001F", "Ctrl+_")]
    [InlineData("\e[A\eOB\e[C\e[D", "↑ ↓ → ←")]
    [InlineData("\e[1;5A\e[1;2C\e[1;3D", "Ctrl+↑ Shift+→ Alt+←")]
    [InlineData("\e[H\e[F\e[1~\e[4~\eOH", "Home End Home End Home")]
    [InlineData("\e[5~\e[6~\e[3~\e[2~\e[3;5~", "PgUp PgDn Del Insert Ctrl+Del")]
    [InlineData("\eOP\e[[A\e[11~\e[15~\e[24~\e[1;2P", "F1 F1 F1 F5 F12 Shift+F1")]
    [InlineData("\eb\ef\eB", "Alt+B Alt+F Alt+Shift+B")]
    [InlineData("\e\r\e\u007F", "Alt+Enter Alt+Backspace")]
    [InlineData("\e\e[A", "Alt+↑")]
    [InlineData("\e[13;2u\e[27u\e[97;5u\e[9;5u", "Shift+Enter Esc Ctrl+A Ctrl+Tab")]
    [InlineData("\e[97:65;2u\e[97;1:3u\e[57441u", "A")]
    [InlineData("\e[27;2;13~\e[27;5;97~", "Shift+Enter Ctrl+A")]
    [InlineData("\e[97;5u\e[99;133u", "Ctrl+A Ctrl+C")]
    public void Keys_of_all_kinds_of_terminals_are_the_same_keys(string bytes, string keys) =>
        Assert.Equal(keys.Split(' '), Read(bytes).Cast<KeyEvent>().Select(static key => key.Key.ToString()));

    [Fact]
    public void Any_cut_between_two_reads_changes_nothing()
    {
        const string All = "x\e[1;5A你\e[200~pas\r\nte\e[201~\e[<0;3;4M\e]11;rgb:ffff/ffff/ffff\e\\\e[?62;22c\eOPz";
        var whole = Read(All);
        Assert.Equal(9, whole.Count);
        var bytes = Encoding.UTF8.GetBytes(All);
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            var decoder = new InputDecoder(_time);
            var events = new List<InputEvent>();
            decoder.Feed(bytes.AsSpan(0, cut), events);
            decoder.Feed(bytes.AsSpan(cut), events);
            Assert.Equal(whole, events);
        }
    }

    [Fact]
    public void Escape_alone_is_a_key_when_nothing_follows()
    {
        var decoder = new InputDecoder(_time);
        var events = new List<InputEvent>();
        decoder.Feed("\e"u8, events);
        decoder.Expire(events);
        Assert.Empty(events);
        Assert.NotNull(decoder.Wait);
        _time.Advance(TimeSpan.FromMilliseconds(50));
        decoder.Expire(events);
        Assert.Equal([new KeyEvent(Key.Escape)], events);
        Assert.Null(decoder.Wait);
    }

    [Fact]
    public void A_paste_is_one_piece_and_nothing_in_it_is_a_key()
    {
        var paste = Assert.IsType<PasteEvent>(Assert.Single(Read("\e[200~rm -rf /\r\ny\e[A\u0003\e[20\e[201~")));
        Assert.Equal("rm -rf /\ny\e[A\u0003\e[20", paste.Text);
        Assert.False(paste.IsCut);
    }

    [Fact]
    public void A_paste_without_an_end_is_given_up_after_a_while_and_keys_are_keys_again()
    {
        var decoder = new InputDecoder(_time);
        var events = new List<InputEvent>();
        decoder.Feed("\e[200~half"u8, events);
        _time.Advance(TimeSpan.FromSeconds(4));
        decoder.Expire(events);
        decoder.Feed("x"u8, events);
        Assert.Equal([new PasteEvent("half"), new KeyEvent(Key.Of('x'))], events);
    }

    [Fact]
    public void A_paste_beyond_the_limit_is_cut_and_says_so()
    {
        var decoder = new InputDecoder(_time);
        var events = new List<InputEvent>();
        decoder.Feed("\e[200~"u8, events);
        var piece = Encoding.ASCII.GetBytes(new string('x', 1 << 20));
        for (var i = 0; i < 9; i++)
        {
            decoder.Feed(piece, events);
        }
        decoder.Feed("\e[201~y"u8, events);
        var paste = Assert.IsType<PasteEvent>(events[0]);
        Assert.True(paste.IsCut);
        Assert.Equal(InputDecoder.MostPasted, paste.Text.Length);
        Assert.Equal(new KeyEvent(Key.Of('y')), events[1]);
    }

    [Fact]
    public void The_mouse_and_the_focus_are_told()
    {
        Assert.Equal(
        [
            new MouseEvent(MouseAction.Press, MouseButton.Left, 2, 3),
            new MouseEvent(MouseAction.Release, MouseButton.Left, 2, 3),
            new MouseEvent(MouseAction.Drag, MouseButton.Left, 4, 4),
            new MouseEvent(MouseAction.WheelUp, MouseButton.None, 0, 0),
            new MouseEvent(MouseAction.WheelDown, MouseButton.None, 0, 0, KeyModifiers.Ctrl),
            new FocusEvent(true),
            new FocusEvent(false),
        ], Read("\e[<0;3;4M\e[<0;3;4m\e[<32;5;5M\e[<64;1;1M\e[<81;1;1M\e[I\e[O"));
    }

    [Fact]
    public void Whatever_comes_nothing_throws_and_text_after_it_arrives()
    {
        var random = new Random(42);
        byte[] spice = [0x1B, (byte)'[', (byte)'O', (byte)']', (byte)'P', (byte)';', (byte)'<', (byte)'M', (byte)'u', (byte)'~', 0x80, 0xFF, 0xC3, 0xE2, 0x9B, (byte)'2', (byte)'0', (byte)'9', 0x07, (byte)':', (byte)'?'];
        for (var round = 0; round < 20_000; round++)
        {
            var decoder = new InputDecoder(_time);
            var events = new List<InputEvent>();
            var garbage = new byte[random.Next(1, 24)];
            for (var i = 0; i < garbage.Length; i++)
            {
                garbage[i] = random.Next(3) == 0 ? (byte)random.Next(256) : spice[random.Next(spice.Length)];
            }
            var cut = random.Next(garbage.Length);
            decoder.Feed(garbage.AsSpan(0, cut), events);
            decoder.Feed(garbage.AsSpan(cut), events);
            _time.Advance(TimeSpan.FromSeconds(5));
            decoder.Expire(events);
            events.Clear();
            decoder.Feed("hello"u8, events);
            Assert.Equal("hello", string.Concat(events.OfType<KeyEvent>().Select(static key => key.Key.ToString())));
        }
    }

    private List<InputEvent> Read(string bytes)
    {
        var decoder = new InputDecoder(_time);
        var events = new List<InputEvent>();
        decoder.Feed(Encoding.UTF8.GetBytes(bytes), events);
        return events;
    }
}
