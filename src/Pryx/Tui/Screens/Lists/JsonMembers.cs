using System.Globalization;
using System.Text.Json;

namespace Pryx.Tui.Screens.Lists;

/// <summary>Members of a body that is read by hand because only a few of them are shown.</summary>
internal static class JsonMembers
{
    public static string? TextOf(this JsonElement body, string name) => MemberOf(body, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static double? NumberOf(this JsonElement body, string name) => MemberOf(body, name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    public static decimal? MoneyOf(this JsonElement body, string name) => MemberOf(body, name) is { ValueKind: JsonValueKind.Number } value ? value.GetDecimal() : null;

    public static bool FlagOf(this JsonElement body, string name) => MemberOf(body, name) is { ValueKind: JsonValueKind.True };

    public static DateTimeOffset? TimeOf(this JsonElement body, string name) =>
        DateTimeOffset.TryParse(body.TextOf(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    public static IReadOnlyList<JsonElement> ItemsOf(this JsonElement body, string name) => MemberOf(body, name) is { ValueKind: JsonValueKind.Array } value ? [.. value.EnumerateArray()] : [];

    public static JsonElement? MemberOf(this JsonElement body, string name) => body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) ? value : null;
}
