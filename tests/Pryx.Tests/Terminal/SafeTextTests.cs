using Pryx.Terminal;

namespace Pryx.Tests.Terminal;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("tabs\tand\nlines", "tabs\tand\nlines")]
    [InlineData("windows\r\nlines", "windows\nlines")]
    [InlineData("over\rwrite", "over␍write")]
    [InlineData("\e[31mred\e[0m", "␛[31mred␛[0m")]
    [InlineData("\e]8;;http://evil\atext", "␛]8;;http://evil␇text")]
    [InlineData("a\bb\0\u007F", "a␈b␀␡")]
    [InlineData("\u009B31m", "<U+009B>31m")]
    [InlineData("\u202Egnp.exe\u202C", "<U+202E>gnp.exe<U+202C>")]
    [InlineData("\u2066isolate\u2069", "<U+2066>isolate<U+2069>")]
    [InlineData("zero\u200Bwidth\uFEFF", "zero<U+200B>width<U+FEFF>")]
    [InlineData("line\u2028separator", "line<U+2028>separator")]
    [InlineData("tag\U000E0041", "tag<U+E0041>")]
    [InlineData("hangul\u3164filler", "hangul<U+3164>filler")]
    [InlineData("Grüße 你好 👩‍💻 ❤️ é", "Grüße 你好 👩‍💻 ❤️ é")]
    public void Only_what_can_be_seen_is_shown(string text, string expected) => Assert.Equal(expected, SafeText.Of(text));

    [Fact]
    public void Half_a_surrogate_pair_is_replaced()
    {
        Assert.Equal("a\uFFFDb", SafeText.Of("a\uD800b"));
        Assert.Equal("a\uFFFD", SafeText.Of("a\uDC00"));
    }

    [Theory]
    [InlineData("one\ntwo\tx\n", "one⏎two x")]
    [InlineData("12345678901", "1234567890… (1 more characters)")]
    [InlineData("123456789😀x", "123456789… (3 more characters)")]
    public void A_line_stays_one_line_of_a_known_length(string text, string expected) => Assert.Equal(expected, SafeText.Line(text, 10));

    [Fact]
    public void What_a_cut_between_two_pieces_tears_waits_for_its_other_half()
    {
        var stream = new SafeStream();

        Assert.Equal(["a", "\nb", "😀c", "", "␍d"], [stream.Next("a\r"), stream.Next("\nb\uD83D"), stream.Next("\uDE00c"), stream.Next("\r"), stream.Next("d")]);
        Assert.Equal("", stream.Next("\uD83D"));
        Assert.Equal("\uFFFD", stream.End());
    }
}
