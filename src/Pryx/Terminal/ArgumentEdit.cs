using System.Text;
using System.Text.Json;

namespace Pryx.Terminal;

/// <summary>Lets a person change a call's arguments before it runs, in their editor or, without one, on a line.</summary>
internal static class ArgumentEdit
{
    /// <summary>Returns null when nothing usable came back: the question then stands as it was.</summary>
    public static async Task<JsonElement?> EditAsync(CommandIo io, JsonElement? args, CancellationToken cancellationToken)
    {
        if (args is not { } before)
        {
            return null;
        }
        var text = io.EditAsync is { } editAsync
            ? await editAsync(Written(before, isIndented: true), "arguments.json", cancellationToken)
            : await LineInput.ReadAsync(io, "  Arguments: ", Written(before, isIndented: false), isSecret: false, cancellationToken);
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document.RootElement.Clone();
            }
            io.Error.WriteLine("  The arguments must stay a JSON object; nothing was changed.");
        }
        catch (JsonException e)
        {
            io.Error.WriteLine($"  That is not JSON ({SafeText.Line(e.Message, 200)}); nothing was changed.");
        }
        return null;
    }

    private static string Written(JsonElement value, bool isIndented)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = isIndented, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            value.WriteTo(writer);
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
