using System.Text.Json;
using Pryx.Protocol;

namespace Pryx.Core.Events;

/// <summary>Something to show while it happens. Texts of one kind and place can be joined.</summary>
/// <param name="SessionId">Null for what concerns no session; only subscribers of all sessions get it.</param>
/// <param name="Place">What a text may be joined within: the step, or the call and stream.</param>
public sealed record Progress(string Event, SessionId? SessionId, TurnId? TurnId, string Place, string Text, Func<string, JsonElement> ToPayload)
{
    /// <summary>False for what is no text, such as a retry.</summary>
    public bool IsText { get; init; } = true;

    /// <summary>Where it was caused; null when the engine did.</summary>
    public string? Surface { get; init; }

    internal bool Continues(Progress other) => IsText && other.IsText && Event == other.Event && Place == other.Place && TurnId == other.TurnId;
}
