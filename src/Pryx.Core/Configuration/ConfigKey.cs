using System.Globalization;

namespace Pryx.Core.Configuration;

public enum ConfigKind { Text, Bool, Whole, Number, Duration, List, Map }

/// <summary>One key of config.yaml.</summary>
/// <param name="Default">As text, lists as JSON-less comma text; a leading <c>{data}</c> is the data directory.</param>
/// <param name="Variable">The environment variable that overrides it.</param>
public sealed record ConfigKey(string Name, ConfigKind Kind, string Default, string? Variable = null)
{
    /// <summary>Shown masked, and belongs into the vault.</summary>
    public bool IsSecret => VariableNames.IsSecret(Name) && Kind == ConfigKind.Text;

    /// <summary>What a value must look like, for error texts.</summary>
    public string Expected => Kind switch
    {
        ConfigKind.Bool => "true or false",
        ConfigKind.Whole => "a whole number",
        ConfigKind.Number => "a number",
        ConfigKind.Duration => "a duration such as 30s, 5m or 1h",
        ConfigKind.List => "a list",
        ConfigKind.Map => "a map",
        _ => "a text",
    };

    /// <summary>The value in canonical spelling, or null when it is of another type. Lists and maps are not scalars.</summary>
    public string? Normalize(string value) => Kind switch
    {
        ConfigKind.Bool => value.Trim().ToLowerInvariant() switch { "true" => "true", "false" => "false", _ => null },
        ConfigKind.Whole => long.TryParse(value.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number.ToString(CultureInfo.InvariantCulture) : null,
        ConfigKind.Number => double.TryParse(value.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number.ToString(CultureInfo.InvariantCulture) : null,
        ConfigKind.Duration => ConfigDuration.TryParse(value, out _) ? value.Trim() : null,
        ConfigKind.Text => value,
        _ => null,
    };
}

/// <summary>Durations as the configuration writes them: 500ms, 30s, 5m, 1h, 1h30m, 7d.</summary>
public static class ConfigDuration
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.Trim().AsSpan();
        if (rest.IsEmpty)
        {
            return false;
        }
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || !long.TryParse(rest[..digits], CultureInfo.InvariantCulture, out var count) || count > 1_000_000_000)
            {
                return false;
            }
            rest = rest[digits..];
            var end = rest.IndexOfAnyInRange('0', '9');
            var unit = end < 0 ? rest : rest[..end];
            var milliseconds = unit switch { "ms" => 1L, "s" => 1000, "m" => 60_000, "h" => 3_600_000, "d" => 86_400_000, _ => 0 };
            if (milliseconds == 0)
            {
                return false;
            }
            duration += TimeSpan.FromMilliseconds(count * milliseconds);
            rest = rest[unit.Length..];
        }
        return true;
    }
}
