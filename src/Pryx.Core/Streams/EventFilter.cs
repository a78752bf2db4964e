using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;

namespace Pryx.Core.Streams;

/// <summary>What a reader of events wants to see: <c>session_id</c> and <c>event</c>, the latter as often as wanted.</summary>
/// <param name="SessionId">Null for all; with one, events without a session are left out.</param>
/// <param name="Names">Empty for all.</param>
public sealed record EventFilter(SessionId? SessionId, IReadOnlySet<string> Names)
{
    private const int NameLimit = 50;

    /// <exception cref="PryxException">VALIDATION_ERROR</exception>
    public static EventFilter Of(HttpContext http)
    {
        SessionId? session = null;
        if (http.QueryText("session_id") is { } text)
        {
            session = Protocol.SessionId.TryParse(text, out var id) ? id : throw new PryxException("VALIDATION_ERROR", "session_id: a UUID is expected");
        }
        var names = http.Request.Query["event"].OfType<string>().SelectMany(static value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.Ordinal);
        return names.Count <= NameLimit && names.All(static name => name.Length <= 64 && !name.Any(char.IsWhiteSpace))
            ? new(session, names)
            : throw new PryxException("VALIDATION_ERROR", $"event: at most {NameLimit} names of events are expected");
    }

    public bool Passes(PryxEvent e) => Names.Count == 0 || Names.Contains(e.Event);
}
