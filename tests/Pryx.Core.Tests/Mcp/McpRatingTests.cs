using Pryx.Core.Mcp.Discovery;
using Pryx.Testing;

namespace Pryx.Core.Tests.Mcp;

/// <summary>What servers are worth: the points, the levels, and what is not let through at all.</summary>
public sealed class McpRatingTests
{
    [Theory]
    [InlineData("https://api.github.com/mcp", 100, "A", true, false)]
    [InlineData("https://modelcontextprotocol.io/mcp", 100, "A", true, false)]
    [InlineData("https://x.anthropic.com", 100, "A", true, false)]
    [InlineData("https://mcp.openai.com:8443/a", 100, "A", true, false)]
    [InlineData("https://example.org/mcp", 85, "B", true, false)]
    [InlineData("https://notgithub.com/mcp", 85, "B", true, false)]
    [InlineData("https://github.com.evil.example/mcp", 85, "B", true, false)]
    [InlineData("http://api.github.com/mcp", 50, "D", true, true)]
    [InlineData("http://example.org/mcp", 35, "F", false, false)]
    [InlineData("https://malware.example/mcp", 0, "F", false, false)]
    [InlineData("https://a-PHISHING-b.example/mcp", 0, "F", false, false)]
    [InlineData("https://suspicious.github.com/mcp", 0, "F", false, false)]
    [InlineData("https://localhost/mcp", 0, "F", false, false)]
    [InlineData("https://127.0.0.1:3000/mcp", 0, "F", false, false)]
    [InlineData("https://[::1]/mcp", 0, "F", false, false)]
    [InlineData("https://10.0.0.7/mcp", 0, "F", false, false)]
    [InlineData("https://169.254.169.254/latest", 0, "F", false, false)]
    [InlineData("https://[fd00::1]/mcp", 0, "F", false, false)]
    [InlineData("ftp://example.org/mcp", 0, "F", false, false)]
    [InlineData("file:///etc/passwd", 0, "F", false, false)]
    [InlineData("javascript:alert(1)", 0, "F", false, false)]
    [InlineData("https://user:pass@github.com/mcp", 0, "F", false, false)]
    [InlineData("not a url", 0, "F", false, false)]
    [Requirement("T3.4", "invalid URL rejected")]
    [Requirement("MCP-M", "invalid URL rejected")]
    public void An_address_is_worth(string url, int score, string level, bool isValid, bool isAsked)
    {
        var rating = McpRating.Rate(url, new());
        Assert.Equal((score, level, isValid, isAsked, level == "F"), (rating.Score, rating.SecurityLevel, rating.Valid, rating.RequiresConfirmation, rating.Blocked));
        Assert.True(rating.Valid || rating.Errors.Count + rating.Warnings.Count > 0);
    }

    [Fact]
    public void Facts_count_and_this_machine_can_be_allowed()
    {
        (McpFacts Facts, int Score, bool IsAsked)[] table =
        [
            (new(), 85, false), (new() { IsSelfSigned = true }, 60, true), (new() { IsBundled = true }, 95, false), (new() { IsStdio = true }, 80, false), (new() { Writes = true }, 75, false),
            (new() { Executes = true }, 65, true), (new() { UsesNetwork = true }, 80, false), (new() { IsVerified = true }, 100, false), (new() { IsCurated = true }, 95, false),
            (new() { IsSelfSigned = true, IsStdio = true, Writes = true, Executes = true, UsesNetwork = true }, 20, false),
        ];
        Assert.All(table, row =>
        {
            var rating = McpRating.Rate("https://example.org/mcp", row.Facts);
            Assert.Equal((row.Score, row.IsAsked), (rating.Score, rating.RequiresConfirmation));
        });
        Assert.True(McpRating.Rate("http://localhost:3000/mcp", new() { AllowsLocalhost = true }).Valid);
        Assert.False(McpRating.Rate("https://example.org/" + new string('a', 2048), new()).Valid);
    }

    [Theory]
    [InlineData(100, "A")]
    [InlineData(90, "A")]
    [InlineData(89, "B")]
    [InlineData(75, "B")]
    [InlineData(74, "C")]
    [InlineData(60, "C")]
    [InlineData(59, "D")]
    [InlineData(40, "D")]
    [InlineData(39, "F")]
    [InlineData(0, "F")]
    public void A_level_begins_at(int score, string level) => Assert.Equal(level, McpRating.LevelOf(score));
}
