using System.Buffers;

namespace Pryx.Core.Secrets.Detection;

/// <summary>A token that its first letters give away.</summary>
/// <param name="Chars">What follows the prefix.</param>
/// <param name="Least">Characters after the prefix.</param>
internal sealed record TokenShape(string Prefix, string Kind, SearchValues<char> Chars, int Least)
{
    /// <summary>Exactly so many characters count; 0 for as many as there are.</summary>
    public int Exactly { get; init; }

    /// <summary>True where ordinary words begin in the same way: it must look random, too.</summary>
    public bool IsWeak { get; init; }

    private const int Most = 4096;
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Digits = "0123456789";
    private static readonly SearchValues<char> Word = SearchValues.Create(Letters + Digits);
    private static readonly SearchValues<char> Url = SearchValues.Create(Letters + Digits + "_-");
    private static readonly SearchValues<char> Under = SearchValues.Create(Letters + Digits + "_");
    private static readonly SearchValues<char> Dotted = SearchValues.Create(Letters + Digits + "_-.");
    private static readonly SearchValues<char> Upper = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ" + Digits);
    private static readonly SearchValues<char> Pathlike = SearchValues.Create(Letters + Digits + "/");

    // Longer prefixes before the shorter ones that they begin with.
    public static IReadOnlyList<TokenShape> All { get; } =
    [
        new("sk-ant-", "anthropic-key", Url, 16) { IsWeak = true }, new("sk-or-v1-", "openrouter-key", Word, 32), new("sk-proj-", "openai-key", Url, 16) { IsWeak = true },
        new("sk-svcacct-", "openai-key", Url, 16) { IsWeak = true }, new("sk-", "api-key", Url, 16) { IsWeak = true },
        new("sk_live_", "stripe-key", Word, 16), new("sk_test_", "stripe-key", Word, 16), new("rk_live_", "stripe-key", Word, 16), new("rk_test_", "stripe-key", Word, 16), new("whsec_", "webhook-secret", Word, 24),
        new("ghp_", "github-token", Word, 30), new("gho_", "github-token", Word, 30), new("ghu_", "github-token", Word, 30), new("ghs_", "github-token", Word, 30), new("ghr_", "github-token", Word, 30),
        new("github_pat_", "github-token", Under, 30),
        new("glpat-", "gitlab-token", Dotted, 16) { IsWeak = true }, new("gldt-", "gitlab-token", Dotted, 16) { IsWeak = true }, new("glrt-", "gitlab-token", Dotted, 16) { IsWeak = true }, new("glptt-", "gitlab-token", Word, 30),
        new("xoxb-", "slack-token", Url, 10) { IsWeak = true }, new("xoxp-", "slack-token", Url, 10) { IsWeak = true }, new("xoxa-", "slack-token", Url, 10) { IsWeak = true }, new("xoxe-", "slack-token", Url, 10) { IsWeak = true },
        new("xoxr-", "slack-token", Url, 10) { IsWeak = true }, new("xoxs-", "slack-token", Url, 10) { IsWeak = true }, new("xapp-", "slack-token", Url, 20) { IsWeak = true },
        new("https://hooks.slack.com/services/", "slack-webhook", Pathlike, 30),
        new("AIza", "google-key", Url, 35) { Exactly = 35 }, new("ya29.", "google-token", Url, 20), new("GOCSPX-", "google-secret", Url, 20),
        new("AKIA", "aws-key-id", Upper, 16) { Exactly = 16 }, new("ASIA", "aws-key-id", Upper, 16) { Exactly = 16 },
        new("gsk_", "groq-key", Word, 20), new("hf_", "huggingface-token", Word, 20), new("xai-", "xai-key", Word, 20), new("pplx-", "perplexity-key", Word, 30), new("nvapi-", "nvidia-key", Url, 30), new("r8_", "replicate-token", Word, 30),
        new("npm_", "npm-token", Word, 30), new("pypi-AgEI", "pypi-token", Url, 30), new("dckr_pat_", "docker-token", Url, 20),
        new("dop_v1_", "digitalocean-token", Word, 40), new("shpat_", "shopify-token", Word, 30), new("lin_api_", "linear-key", Word, 30), new("ATATT3", "atlassian-token", Url, 40),
        new("SG.", "sendgrid-key", Dotted, 50) { IsWeak = true }, new("AGE-SECRET-KEY-1", "age-key", Upper, 50), new("pryx_", "pryx-token", Url, 43),
    ];

    private static readonly TokenShape[][] ByFirst = GroupByFirst();

    /// <summary>The token that begins at the place; null when none does.</summary>
    /// <param name="isEager">True where a word too many does no harm: in a log.</param>
    public static SecretSpan? Match(ReadOnlySpan<char> line, int at, bool isEager)
    {
        if (line[at] >= ByFirst.Length || !IsBoundary(line, at))
        {
            return null;
        }
        foreach (var shape in ByFirst[line[at]])
        {
            if (line[at..].StartsWith(shape.Prefix, StringComparison.Ordinal) && shape.LengthOf(line[(at + shape.Prefix.Length)..], isEager) is > 0 and var length)
            {
                return new(at, shape.Prefix.Length + length, shape.Kind, true);
            }
        }
        return null;
    }

    /// <summary>Whether nothing of a longer word stands before it; the n of a written \n is none.</summary>
    public static bool IsBoundary(ReadOnlySpan<char> line, int at) =>
        at == 0 || !(char.IsAsciiLetterOrDigit(line[at - 1]) || line[at - 1] is '_' or '-') || (at > 1 && line[at - 1] is 'n' or 'r' or 't' && line[at - 2] == '\\');

    private int LengthOf(ReadOnlySpan<char> rest, bool isEager)
    {
        rest = rest.Length > Most ? rest[..Most] : rest;
        var length = rest.IndexOfAnyExcept(Chars);
        length = length < 0 ? rest.Length : length;
        if (Exactly > 0 && length > Exactly && Chars == Upper)
        {
            return 0;
        }
        length = Exactly > 0 ? Math.Min(length, Exactly) : length;
        while (length > 0 && rest[length - 1] is '.' or '-')
        {
            // The end of a sentence.
            length--;
        }
        return length >= Least && (isEager || (!SecretLook.IsStandIn(rest[..length]) && (!IsWeak || SecretLook.IsRandomRun(rest[..length])))) ? length : 0;
    }

    private static TokenShape[][] GroupByFirst()
    {
        var groups = new TokenShape[128][];
        for (var i = 0; i < groups.Length; i++)
        {
            var first = (char)i;
            groups[i] = [.. All.Where(shape => shape.Prefix[0] == first)];
        }
        return groups;
    }
}
