using Pryx.Terminal;

namespace Pryx.Tests.Terminal;

public sealed class TextLayoutTests
{
    [Theory]
    [InlineData("short", "short")]
    [InlineData("two words here", "two words|here")]
    [InlineData("abcdefghijklmnop", "abcdefghij|klmnop")]
    [InlineData("你好你好你好", "你好你好你|好")]
    [InlineData("a\nb", "a|b")]
    [InlineData("", "")]
    public void Text_is_broken_at_spaces_or_where_it_must_be(string text, string expected) => Assert.Equal(expected.Split('|'), TextLayout.Wrap(text, 10));

    [Fact]
    public void Nothing_is_lost_by_wrapping()
    {
        var text = string.Join(' ', Enumerable.Range(0, 500).Select(i => new string('x', i % 37)));
        Assert.Equal(text.Replace(" ", "", StringComparison.Ordinal), string.Concat(TextLayout.Wrap(text, 20)).Replace(" ", "", StringComparison.Ordinal));
    }
}
