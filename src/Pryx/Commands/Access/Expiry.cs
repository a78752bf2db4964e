using System.Globalization;
using Pryx.Terminal;

namespace Pryx.Commands.Access;

/// <summary>Ends as people type them: after a while (<c>8h</c>, <c>30d</c>), with a day, or at a moment.</summary>
internal static class Expiry
{
    /// <summary>UTC. A day ends with its midnight.</summary>
    public static DateTimeOffset EndOf(string text, DateTimeOffset now) =>
        Duration.TryParse(text, out var duration) ? now + duration
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? new(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero)
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment
        : throw UsageError.Of($"'{SafeText.Line(text, 60)}' is not a duration or a day.", "write it as --expires 8h, 30d or 2027-03-31");
}
