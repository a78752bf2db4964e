using System.Net;
using Pryx.Core.Network;
using Pryx.Protocol.Mcp;

namespace Pryx.Core.Mcp.Discovery;

/// <summary>What is known of a server beside its address.</summary>
public sealed record McpFacts
{
    /// <summary>This machine's own addresses are meant.</summary>
    public bool AllowsLocalhost { get; init; }
    public bool IsSelfSigned { get; init; }
    public bool IsBundled { get; init; }
    public bool IsStdio { get; init; }
    public bool Writes { get; init; }
    public bool Executes { get; init; }
    public bool UsesNetwork { get; init; }
    public bool IsVerified { get; init; }
    public bool IsCurated { get; init; }
}

/// <summary>How far a server is to be trusted, from A to F: points from 100, fewer for what it can do, more for who stands behind it.</summary>
public static class McpRating
{
    private const int MaxLength = 2048;
    private static readonly string[] KnownDomains = ["github.com", "modelcontextprotocol.io", "anthropic.com", "openai.com"];
    private static readonly string[] BlockedWords = ["malware", "phishing", "suspicious"];

    /// <param name="url">Null for a program.</param>
    public static McpValidation Rate(string? url, McpFacts facts)
    {
        List<string> warnings = [], errors = [];
        var score = 100;
        var isRisky = false;
        if (url is not null)
        {
            RateAddress();
        }
        Count(facts.IsSelfSigned, -25, "Its certificate is signed by itself: whoever is in between can be it.");
        Count(facts.IsBundled, 10);
        Count(facts.IsStdio, -5, "It is a program on this machine.");
        Count(facts.Writes, -10, "It can write.");
        Count(facts.Executes, -20, "It can run programs.");
        Count(facts.UsesNetwork, -5, "It uses the network.");
        Count(facts.IsVerified, 15);
        Count(facts.IsCurated, 10);
        isRisky |= facts.Executes || facts.IsSelfSigned;
        score = errors.Count > 0 ? 0 : Math.Clamp(score, 0, 100);
        var level = LevelOf(score);
        return new(url ?? "", level != "F", score, level, ColorOf(level), level == "F", level == "D" || (isRisky && level != "F"), warnings, errors);

        void RateAddress()
        {
            if (url.Length > MaxLength || !Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Host.Length == 0 || address.UserInfo.Length > 0 || address.Scheme is not ("http" or "https"))
            {
                errors.Add($"An http or https address without a user name is expected, of at most {MaxLength} characters.");
                return;
            }
            var host = address.IdnHost.TrimEnd('.').ToLowerInvariant();
            if (BlockedWords.Any(word => host.Contains(word, StringComparison.Ordinal)))
            {
                errors.Add($"{host} is blocked.");
                return;
            }
            if (address.IsLoopback || host == "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal))
            {
                if (!facts.AllowsLocalhost)
                {
                    errors.Add("It is this machine, which has to be allowed.");
                }
                return;
            }
            if (IPAddress.TryParse(host.Trim('[', ']'), out var literal) && !PublicAddress.IsPublic(literal))
            {
                errors.Add("It is a private address.");
                return;
            }
            if (address.Scheme == "http")
            {
                score -= 30 + 20;
                isRisky = true;
                warnings.Add("It is not encrypted: use https.");
            }
            Count(!KnownDomains.Any(domain => host == domain || host.EndsWith("." + domain, StringComparison.Ordinal)), -15, $"{host} is not among the domains that are known.");
        }

        void Count(bool applies, int points, string? warning = null)
        {
            score += applies ? points : 0;
            if (applies && warning is not null)
            {
                warnings.Add(warning);
            }
        }
    }

    public static string LevelOf(int score) => score switch { >= 90 => "A", >= 75 => "B", >= 60 => "C", >= 40 => "D", _ => "F" };

    public static string ColorOf(string level) => level switch { "A" or "B" => "green", "C" => "yellow", "D" => "orange", _ => "red" };
}
