using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Pryx.Core.Audit;
using Pryx.Protocol;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;

namespace Pryx.Core.Streams;

/// <summary>
/// A committed event as the network sees it, written once for all its readers: without secrets in arguments and outputs, and without
/// what only a provider understands.
/// </summary>
public sealed class EventText
{
    private static readonly ConditionalWeakTable<PryxEvent, EventText> Known = [];
    private readonly PryxEvent _event;
    private byte[]? _alias;

    private EventText(PryxEvent e)
    {
        _event = e;
        Envelope = JsonSerializer.SerializeToUtf8Bytes(Shown(e), ProtocolJson.Default.PryxEvent);
    }

    /// <summary>UTF-8 JSON: the envelope of runtime-behaviour B3.</summary>
    public ReadOnlyMemory<byte> Envelope { get; }

    /// <summary>The PRD's name (§12.2) for what the bus calls otherwise; null where there is none.</summary>
    public static string? AliasOf(PryxEvent e) => e.Event switch
    {
        EventNames.ApprovalNeeded => "tool.request",
        EventNames.ToolComplete => "tool.result",
        EventNames.ErrorOccurred => "error",
        _ => null,
    };

    /// <summary>The message under the PRD's name: its <c>type</c> is that name.</summary>
    public ReadOnlyMemory<byte> Alias => _alias ??= WriteAlias();

    public static EventText Of(PryxEvent e) => e.IsProgress ? new(e) : Known.GetValue(e, static e => new(e));

    private static PryxEvent Shown(PryxEvent e) => e switch
    {
        { Event: EventNames.SessionMessage, Item: { } message } => e with { Item = null, Payload = PayloadOf(message) },
        { Item: { } item } => e with { Item = Shown(item) },
        { Event: EventNames.ToolOutput, Payload: { } payload } when payload.Deserialize(ProtocolJson.Default.ToolOutputPayload) is { } output =>
            e with { Payload = JsonSerializer.SerializeToElement(output with { Text = Redaction.OfText(output.Text) }, ProtocolJson.Default.ToolOutputPayload) },
        _ => e,
    };

    private static Item Shown(Item item) => item switch
    {
        ToolCall call => call with { Arguments = Redaction.OfJson(call.Arguments), Opaque = null },
        ToolResult result => result with { Output = Redaction.OfText(result.Output), Attachments = Shown(result.Attachments) },
        UserMessage message => message with { Attachments = Shown(message.Attachments) },
        Reply reply => reply with { Opaque = null },
        Reasoning reasoning => reasoning with { Opaque = null },
        _ => item,
    };

    // Their names and kinds; the bytes come with the session.
    private static IReadOnlyList<Attachment> Shown(IReadOnlyList<Attachment> attachments) =>
        attachments.Count == 0 ? attachments : [.. attachments.Select(attachment => attachment with { Base64 = "" })];

    private static JsonElement PayloadOf(Item item) => JsonSerializer.SerializeToElement(
        item switch
        {
            UserMessage message => new SessionMessagePayload(item.Id, "user", message.Text, item.CreatedAt),
            Reply reply => new SessionMessagePayload(item.Id, "assistant", reply.Text, item.CreatedAt),
            _ => new SessionMessagePayload(item.Id, "tool", "", item.CreatedAt),
        },
        SocketJson.Default.SessionMessagePayload);

    private byte[] WriteAlias()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type", AliasOf(_event));
            if (_event.SessionId is { } session)
            {
                writer.WriteString("session_id", session.ToString());
            }
            if (_event.TurnId is { } turn)
            {
                writer.WriteString("turn_id", turn.ToString());
            }
            foreach (var property in _event.Payload?.EnumerateObject() ?? default)
            {
                if (property.Name is "type" or "session_id" or "turn_id" or "approval_id")
                {
                    continue;
                }
                var name = property.Name switch { "call_id" when _event.Event == EventNames.ToolComplete => "id", "args" => "arguments", _ => property.Name };
                writer.WritePropertyName(name);
                property.Value.WriteTo(writer);
            }
            writer.WriteString("timestamp", _event.Timestamp);
            writer.WriteNumber("version", _event.Version);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
