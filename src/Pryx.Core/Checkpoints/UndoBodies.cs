using System.Text.Json.Serialization;

namespace Pryx.Core.Checkpoints;

/// <summary>What is taken back.</summary>
public sealed record UndoInput
{
    /// <summary>The number of a turn, from 1; null for the last one that changed something.</summary>
    public int? Turn { get; init; }

    /// <summary>Overwrite also what somebody else has changed since.</summary>
    public bool Force { get; init; }

    /// <summary>Overwrite only these of them, relative to the workspace; null for all.</summary>
    public IReadOnlyList<string>? Paths { get; init; }
}

/// <param name="To">The number of the turn after which everything was as it shall be again; 0 for before the first.</param>
/// <param name="What">both, files or conversation.</param>
public sealed record RewindInput(int? To, string? What = null, bool Force = false, IReadOnlyList<string>? Paths = null);

/// <summary>The turns of a session with what each has changed.</summary>
/// <param name="CanRedo">Something was taken back that can be brought back.</param>
public sealed record CheckpointsBody(IReadOnlyList<ShownTurn> Turns, bool CanRedo);

/// <param name="Number">From 1: what <c>--turn</c> takes.</param>
/// <param name="Text">The beginning of what it began with.</param>
/// <param name="Undone">It was taken back.</param>
/// <param name="Hidden">It has left the conversation.</param>
/// <param name="Notes">What was not remembered, and why.</param>
public sealed record ShownTurn(int Number, Protocol.TurnId TurnId, string Status, DateTimeOffset? StartedAt, string Text, bool Undone, bool Hidden, IReadOnlyList<ShownChange> Files, IReadOnlyList<string> Notes);

/// <param name="Path">Relative to the workspace.</param>
/// <param name="Change">made, removed, changed or mode.</param>
public sealed record ShownChange(string Path, string Change);

/// <summary>What was done, or would be.</summary>
/// <param name="Kind">undo, redo or rewind.</param>
/// <param name="Preview">True: nothing was done.</param>
/// <param name="Turns">The numbers of the turns it is about.</param>
/// <param name="Changed">What was put back.</param>
/// <param name="Left">What was left as it is, and why.</param>
/// <param name="Notes">What was not remembered at the time.</param>
/// <param name="Conversation">Whether turns left the conversation, or came back into it.</param>
public sealed record UndoneBody(string Kind, bool Preview, IReadOnlyList<int> Turns, string Workspace, IReadOnlyList<RestoredPath> Changed, IReadOnlyList<LeftPath> Left, IReadOnlyList<string> Notes, bool Conversation);

/// <param name="Path">Relative to the workspace.</param>
/// <param name="Action">remove, bring back, restore or mode.</param>
/// <param name="Bytes">Of a file, as it is afterwards.</param>
/// <param name="Note">Why it goes back a part of the way only, or that somebody's change is overwritten.</param>
public sealed record RestoredPath(string Path, string Action, long? Bytes, string? Note);

/// <param name="IsConflict">Somebody has changed it since: <c>force</c> would overwrite it.</param>
public sealed record LeftPath(string Path, string Why, bool IsConflict);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UndoInput))]
[JsonSerializable(typeof(RewindInput))]
[JsonSerializable(typeof(CheckpointsBody))]
[JsonSerializable(typeof(UndoneBody))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
