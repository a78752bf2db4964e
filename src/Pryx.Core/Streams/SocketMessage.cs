using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Streams;

/// <summary>
/// What a client said. A field stands at the top or in the payload, in snake case or camel case: there are clients of either kind.
/// </summary>
internal sealed class SocketMessage : IDisposable
{
    /// <summary>What can be said, for whoever said something else.</summary>
    public const string Words =
        """send {"type":"chat.send","payload":{"content":"…"}}; the others are turn.stop, sessions.list, session.resume, approvals.pending, approval.resolve, tool.response, session.typing, presence, subscribe, unsubscribe, ping""";

    private const int MaxDepth = 32;
    private const int MaxId = 128;
    private readonly JsonDocument _document;
    private readonly JsonElement _payload;

    private SocketMessage(JsonDocument document)
    {
        _document = document;
        _payload = document.RootElement.TryGetProperty("payload", out var payload) && payload.ValueKind == JsonValueKind.Object ? payload : default;
        // The envelope's own type says nothing.
        Name = Text("event") is { Length: > 0 } name ? name : Text("type") is { Length: > 0 } type and not "event" ? type : throw Invalid("neither event nor type says what it is");
    }

    public string Name { get; }

    /// <summary>The client's own name for this message, given back with the answer; null when it has none.</summary>
    public string? Id => TextOrNumber("id") is { Length: > 0 and <= MaxId } id ? id : null;

    /// <summary>Null when there is none.</summary>
    /// <exception cref="PryxException">VALIDATION_ERROR: it is no UUID.</exception>
    public SessionId? SessionId => Text("session_id", "sessionId") switch
    {
        null or "" => null,
        var text when Protocol.SessionId.TryParse(text, out var id) => id,
        _ => throw new PryxException("VALIDATION_ERROR", "session_id: the UUID of a session is expected"),
    };

    /// <exception cref="PryxException">INVALID_JSON, VALIDATION_ERROR.</exception>
    public static SocketMessage Parse(ReadOnlyMemory<byte> utf8)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException e)
        {
            throw new PryxException("INVALID_JSON", $"The message is not valid JSON of at most {MaxDepth} levels (line {e.LineNumber + 1}, byte {e.BytePositionInLine}).", inner: e);
        }
        try
        {
            return document.RootElement.ValueKind == JsonValueKind.Object ? new SocketMessage(document) : throw Invalid("it is no object");
        }
        catch (PryxException)
        {
            document.Dispose();
            throw;
        }
    }

    public JsonElement? Find(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (_document.RootElement.TryGetProperty(name, out var value) || (_payload.ValueKind == JsonValueKind.Object && _payload.TryGetProperty(name, out value)))
            {
                return value.ValueKind == JsonValueKind.Null ? null : value;
            }
        }
        return null;
    }

    /// <summary>Null when it is absent.</summary>
    /// <exception cref="PryxException">VALIDATION_ERROR: it is no text.</exception>
    public string? Text(params ReadOnlySpan<string> names) => Find(names) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => TextOf(text, names[0]),
        _ => throw Invalid($"{names[0]}: a text is expected"),
    };

    /// <summary>Null when it is absent.</summary>
    /// <exception cref="PryxException">VALIDATION_ERROR: it is neither true nor false.</exception>
    public bool? Flag(params ReadOnlySpan<string> names) => Find(names) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Invalid($"{names[0]}: true or false is expected"),
    };

    /// <summary>Empty when it is absent; one text is a list of one.</summary>
    /// <exception cref="PryxException">VALIDATION_ERROR: it is no list of texts, or too long.</exception>
    public IReadOnlyCollection<string> List(string name)
    {
        switch (Find(name))
        {
            case null:
                return [];
            case { ValueKind: JsonValueKind.String } one:
                return [TextOf(one, name)];
            case { ValueKind: JsonValueKind.Array } many when many.GetArrayLength() <= WantedEvents.MaxNames && many.EnumerateArray().All(static entry => entry.ValueKind == JsonValueKind.String):
                return [.. many.EnumerateArray().Select(entry => TextOf(entry, name))];
            default:
                throw Invalid($"{name}: a list of at most {WantedEvents.MaxNames} texts is expected");
        }
    }

    public void Dispose() => _document.Dispose();

    private string? TextOrNumber(string name) => Find(name) switch
    {
        { ValueKind: JsonValueKind.String } text => TextOf(text, name),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    private static string TextOf(JsonElement text, string name)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // "\ud800": valid JSON, but no text.
            throw Invalid($"{name}: the text holds half a surrogate pair");
        }
    }

    private static PryxException Invalid(string what) => new("VALIDATION_ERROR", $"The message can not be used: {what}.", Words);
}
