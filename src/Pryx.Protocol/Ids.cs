using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pryx.Protocol;

/// <summary>A session; a UUID v4 on the wire. Also the conversationId of the conversation API.</summary>
[JsonConverter(typeof(SessionIdConverter))]
public readonly record struct SessionId(Guid Value)
{
    public static SessionId New() => new(Guid.NewGuid());
    public static bool TryParse(string? text, out SessionId id)
    {
        var parsed = Guid.TryParseExact(text, "D", out var value);
        id = new(value);
        return parsed;
    }
    public override string ToString() => Value.ToString("D");
}

/// <summary>A turn: from user input until the agent is idle again; a UUID v4 on the wire.</summary>
[JsonConverter(typeof(TurnIdConverter))]
public readonly record struct TurnId(Guid Value)
{
    public static TurnId New() => new(Guid.NewGuid());
    public static bool TryParse(string? text, out TurnId id)
    {
        var parsed = Guid.TryParseExact(text, "D", out var value);
        id = new(value);
        return parsed;
    }
    public override string ToString() => Value.ToString("D");
}

/// <summary>One stored thing in a session; a UUID v4 on the wire.</summary>
[JsonConverter(typeof(ItemIdConverter))]
public readonly record struct ItemId(Guid Value)
{
    public static ItemId New() => new(Guid.NewGuid());
    public override string ToString() => Value.ToString("D");
}

/// <summary>A question to a person; a UUID v4 on the wire.</summary>
[JsonConverter(typeof(ApprovalIdConverter))]
public readonly record struct ApprovalId(Guid Value)
{
    public static ApprovalId New() => new(Guid.NewGuid());
    public static bool TryParse(string? text, out ApprovalId id)
    {
        var parsed = Guid.TryParseExact(text, "D", out var value);
        id = new(value);
        return parsed;
    }
    public override string ToString() => Value.ToString("D");
}

/// <summary>Writes an id as its 36-character UUID; a text that is none is a <see cref="JsonException"/>.</summary>
public abstract class IdConverter<TId> : JsonConverter<TId>
{
    protected abstract TId Wrap(Guid value);
    protected abstract Guid Unwrap(TId id);

    public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Wrap(reader.GetGuid());
    public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) => writer.WriteStringValue(Unwrap(value));
}

public sealed class SessionIdConverter : IdConverter<SessionId>
{
    protected override SessionId Wrap(Guid value) => new(value);
    protected override Guid Unwrap(SessionId id) => id.Value;
}

public sealed class TurnIdConverter : IdConverter<TurnId>
{
    protected override TurnId Wrap(Guid value) => new(value);
    protected override Guid Unwrap(TurnId id) => id.Value;
}

public sealed class ItemIdConverter : IdConverter<ItemId>
{
    protected override ItemId Wrap(Guid value) => new(value);
    protected override Guid Unwrap(ItemId id) => id.Value;
}

public sealed class ApprovalIdConverter : IdConverter<ApprovalId>
{
    protected override ApprovalId Wrap(Guid value) => new(value);
    protected override Guid Unwrap(ApprovalId id) => id.Value;
}
