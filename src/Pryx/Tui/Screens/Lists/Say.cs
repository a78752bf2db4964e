using System.Globalization;

namespace Pryx.Tui.Screens.Lists;

/// <summary>Numbers as the screens say them.</summary>
internal static class Say
{
    /// <summary>"0.4 s", "12 s", "3 min 5 s", "2 h 4 min".</summary>
    public static string Took(double? milliseconds) => milliseconds switch
    {
        null => "",
        < 1000 => $"{milliseconds:0} ms",
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.0} s"),
        < 60_000 => $"{milliseconds / 1000:0} s",
        < 3_600_000 => $"{(int)(milliseconds / 60_000)} min {(int)(milliseconds / 1000) % 60} s",
        _ => $"{(int)(milliseconds / 3_600_000)} h {(int)(milliseconds / 60_000) % 60} min",
    };

    /// <summary>"812", "12k", "1.2M".</summary>
    public static string Short(double number) => number switch
    {
        < 1000 => number.ToString("0", CultureInfo.InvariantCulture),
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{number / 1000:0.#}k"),
        < 1_000_000 => $"{number / 1000:0}k",
        _ => string.Create(CultureInfo.InvariantCulture, $"{number / 1_000_000:0.##}M"),
    };

    /// <summary>"3 tools", "1 tool".</summary>
    public static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";

    /// <summary>In the zone of the person.</summary>
    public static string At(this TimeProvider clock, DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, clock.LocalTimeZone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    public static string OfDay(this TimeProvider clock, DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, clock.LocalTimeZone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
