using System.Text.Json;
using Pryx.Protocol;

namespace Pryx.Core.Conversations;

/// <summary>One numbered event of a turn as its readers get it.</summary>
/// <param name="Seq">From 1, without a hole, the same for every reader and after every restart.</param>
public sealed record StreamFrame(int Seq, string Event, IReadOnlyList<FrameField> Fields)
{
    /// <summary>The bytes of the server-sent event.</summary>
    public byte[] ToBytes(TurnId turn, ConversationModel model, bool hasDetails)
    {
        using var buffer = new MemoryStream();
        buffer.Write(System.Text.Encoding.UTF8.GetBytes($"id: {turn}:{Seq}\nevent: {Event}\ndata: "));
        // The default encoder leaves nothing but ASCII: no reader can mistake a separator of another script for the end of a line.
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("event", Event);
            json.WriteString("modelProviderId", model.ProviderId);
            json.WriteString("modelProviderApi", model.Api);
            json.WriteString("model", model.Model);
            foreach (var field in Fields)
            {
                if ((hasDetails ? field.Full : field.Brief) is { } value)
                {
                    json.WritePropertyName(field.Name);
                    value.WriteTo(json);
                }
            }
            json.WriteEndObject();
        }
        buffer.Write("\n\n"u8);
        return buffer.ToArray();
    }

    public bool Mentions(string word) => Fields.Any(field => field.Name.Contains(word, StringComparison.Ordinal) || field.Full?.GetRawText().Contains(word, StringComparison.Ordinal) == true);
}

/// <param name="Full">Null: only in a summary.</param>
/// <param name="Brief">For a summary; null: not in one.</param>
public readonly record struct FrameField(string Name, JsonElement? Full, JsonElement? Brief)
{
    public static FrameField Of(string name, string text) => Of(name, Json(text));

    public static FrameField Of(string name, bool value) => Of(name, JsonSerializer.SerializeToElement(value, ConversationJson.Default.Boolean));

    public static FrameField Of(string name, long value) => Of(name, JsonSerializer.SerializeToElement(value, ConversationJson.Default.Int64));

    public static FrameField Of(string name, JsonElement value) => new(name, value, value);

    /// <summary>Left out of a summary.</summary>
    public static FrameField Detail(string name, string text) => new(name, Json(text), null);

    public static FrameField Detail(string name, JsonElement value) => new(name, value, null);

    public static JsonElement Map(params ReadOnlySpan<(string Name, JsonElement Value)> fields)
    {
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (name, value) in fields)
        {
            values[name] = value;
        }
        return JsonSerializer.SerializeToElement(values, ConversationJson.Default.DictionaryStringJsonElement);
    }

    public static JsonElement Json(string text) => JsonSerializer.SerializeToElement(text, ConversationJson.Default.String);
}
