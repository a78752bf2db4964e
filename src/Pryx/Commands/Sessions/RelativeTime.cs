using System.Globalization;

namespace Pryx.Commands.Sessions;

/// <summary>How long ago, as people say it; the date once it is more than a month.</summary>
internal static class RelativeTime
{
    public static string Of(DateTimeOffset time, DateTimeOffset now) => (now - time) switch
    {
        { TotalSeconds: < 60 } => "just now",
        { TotalMinutes: < 60 } ago => $"{(int)ago.TotalMinutes} min ago",
        { TotalHours: < 24 } ago => $"{(int)ago.TotalHours} h ago",
        { TotalDays: < 2 } => "yesterday",
        { TotalDays: < 31 } ago => $"{(int)ago.TotalDays} days ago",
        _ => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };
}
