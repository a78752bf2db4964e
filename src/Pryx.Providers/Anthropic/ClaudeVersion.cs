using System.Globalization;
using System.Text.RegularExpressions;

namespace Pryx.Providers.Anthropic;

/// <summary>The version in a Claude model's name, which decides how it is asked to think: 405 of <c>claude-opus-4-5-20251101</c>.</summary>
internal static partial class ClaudeVersion
{
    /// <summary>From here on a model takes an effort and refuses or deprecates a token budget.</summary>
    public const int AdaptiveThinking = 406;

    /// <summary>From here on <c>output_config.format</c> is taken.</summary>
    public const int OutputFormat = 405;

    /// <summary>0 when the name holds no version.</summary>
    public static int Of(string model) =>
        Number().Match(model) is { Success: true } match ? Part(match.Groups[1]) * 100 + Part(match.Groups[2]) : 0;

    private static int Part(Group group) => group.Success ? int.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 0;

    // claude-3-5-sonnet-…, claude-sonnet-4-5-…, claude-sonnet-5; a date of eight digits is no version.
    [GeneratedRegex("-(\\d{1,2})(?:[-.](\\d{1,2}))?(?![\\d])")]
    private static partial Regex Number();
}
