using System.Text.Json;
using Pryx.Tui.Rendering;
using Pryx.Tui.Text;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Sessions;

/// <summary>What rows and details of lists are made of.</summary>
internal static class Rows
{
    public static StyledLine Of(int width, string mark, Ink ink, string title, string about, string right) => StatusLine.Of(width,
        new LineBuilder().Add($"{mark} ", ink).Add(title, new TextStyle(Ink.Strong)).Add(about.Length == 0 ? "" : $"  {about}", Ink.Muted).Build(),
        new StyledLine(right, Ink.Faint));

    public static IReadOnlyList<StyledLine> Facts(int width, params ReadOnlySpan<(string Name, string? Value)> facts)
    {
        var lines = new List<StyledLine>();
        foreach (var (name, value) in facts)
        {
            if (!string.IsNullOrWhiteSpace(value))
            {
                lines.AddRange(StyledText.Wrap(new LineBuilder().Add($"{name}  ", Ink.Muted).Add(value.ReplaceLineEndings(" ")).Build(), width, null, new StyledLine("  ")));
            }
        }
        return lines;
    }

    public static string Text(this JsonElement element, string name) => element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value) ? "" : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(static one => one.ValueKind == JsonValueKind.String ? one.GetString() : one.GetRawText())),
        _ => "",
    };

    public static bool Is(this JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    public static double Number(this JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;

    public static IReadOnlyList<JsonElement> List(this JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [];
}
