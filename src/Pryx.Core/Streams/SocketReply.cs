using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pryx.Protocol;

namespace Pryx.Core.Streams;

/// <summary>An answer to one client, in the envelope of the events.</summary>
/// <param name="Event">Its name.</param>
/// <param name="WritePayload">Writes one JSON value.</param>
internal sealed record SocketReply(string Event, Action<Utf8JsonWriter> WritePayload)
{
    /// <summary>Differs from "event" where a client may look for the name there.</summary>
    public string Type { get; init; } = "event";
    public SessionId? SessionId { get; init; }

    public static SocketReply Of<T>(string name, T payload, JsonTypeInfo<T> type, SessionId? session = null) =>
        new(name, writer => JsonSerializer.Serialize(writer, payload, type)) { SessionId = session };

    /// <summary>UTF-8 JSON.</summary>
    /// <param name="replyTo">The id of the message that is answered.</param>
    /// <param name="version">Of the last committed event that this client was sent.</param>
    public ReadOnlyMemory<byte> ToUtf8(string? replyTo, DateTimeOffset now, long version)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type", Type);
            writer.WriteString("event", Event);
            if (replyTo is not null)
            {
                writer.WriteString("reply_to", replyTo);
            }
            if (SessionId is { } session)
            {
                writer.WriteString("session_id", session.ToString());
            }
            writer.WritePropertyName("payload");
            WritePayload(writer);
            writer.WriteString("timestamp", now);
            writer.WriteNumber("version", version);
            writer.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }
}
