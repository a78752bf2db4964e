using System.Globalization;
using System.Text.RegularExpressions;

namespace Pryx.Providers.Gemini;

/// <summary>The version in a Gemini model's name, which decides how it is asked to think: 205 of <c>gemini-2.5-flash</c>.</summary>
internal static partial class GeminiVersion
{
    /// <summary>From here on a model thinks, and takes a budget in tokens.</summary>
    public const int Budget = 205;

    /// <summary>From here on a model takes a level instead, demands its signatures back, sees images in results, and answers in JSON beside tools.</summary>
    public const int Level = 300;

    /// <summary>A name without a version (<c>gemini-flash-latest</c>) is the newest; another family (gemma) is 0.</summary>
    public static int Of(string model)
    {
        var match = Number().Match(model);
        if (!match.Success)
            return model.Contains("gemini", StringComparison.OrdinalIgnoreCase) && !model.Contains("gemini-pro", StringComparison.OrdinalIgnoreCase) ? Level : 0;
        var minor = match.Groups[2].Success ? int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) : 0;
        return int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * 100 + minor;
    }

    [GeneratedRegex("gemini-(\\d{1,2})(?:\\.(\\d{1,2}))?", RegexOptions.IgnoreCase)]
    private static partial Regex Number();
}
