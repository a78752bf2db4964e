using System.Text.Json;
using Pryx.Protocol.Schemas;

namespace Pryx.Commands.Run;

/// <summary>Reads a reply as the JSON that was asked for; one code fence around it is forgiven.</summary>
internal static class SchemaReply
{
    public static (JsonElement? Output, string? Problem) Read(string text, JsonSchema schema)
    {
        JsonElement value;
        try
        {
            using var document = JsonDocument.Parse(Unfenced(text));
            value = document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            return (null, $"it is not JSON ({e.Message})");
        }
        var problems = schema.Check(value);
        return problems.Count == 0 ? (value, null) : (null, string.Join("; ", problems.Take(5)));
    }

    private static string Unfenced(string text)
    {
        var trimmed = text.Trim();
        if (!trimmed.StartsWith("```", StringComparison.Ordinal) || !trimmed.EndsWith("```", StringComparison.Ordinal) || trimmed.IndexOf('\n') is not (> 0 and var start))
        {
            return trimmed;
        }
        return trimmed[(start + 1)..^3];
    }
}
