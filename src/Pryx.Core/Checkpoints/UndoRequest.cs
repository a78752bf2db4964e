using System.Text;
using System.Text.Json;
using Pryx.Protocol;

namespace Pryx.Core.Checkpoints;

/// <summary>One undo, redo or rewind, and how it is put into words.</summary>
/// <param name="Taken">What is taken back, the newest first.</param>
/// <param name="By">Who wants it.</param>
/// <param name="Force">Overwrite what somebody else has changed since: all of it, or what is named.</param>
/// <param name="Named">Relative to the workspace.</param>
internal sealed record UndoRequest(
    string Kind, SessionId Session, string Workspace, IReadOnlyList<Checkpoint> Taken, IReadOnlyList<TurnPlace> Turns, bool Preview, string By, bool Force, IReadOnlyList<string>? Named)
{
    /// <summary>So many paths are named in words.</summary>
    public const int Shown = 50;

    /// <summary>The turn that does it itself, whose call no model needs to see; null for none.</summary>
    public TurnId? Own { get; init; }

    /// <summary>For a redo: the undo that it takes back.</summary>
    public Checkpoint? Reverses { get; init; }

    /// <summary>For a rewind of the conversation: the first item that leaves it.</summary>
    public long? HidesFrom { get; init; }

    /// <summary>For a rewind: the turn after which everything was as it shall be again.</summary>
    public int? To { get; init; }

    /// <summary>The turns it is about, where <see cref="Taken"/> does not say them all.</summary>
    public IReadOnlyList<int>? Numbers { get; init; }

    public bool Overwrites(string path) => Force && (Named is null || Named.Any(name => path == System.IO.Path.GetFullPath(name, Workspace)));

    public UndoneBody Describe(RestorePlan plan) => new(
        Kind, Preview, Numbers ?? [.. Taken.Select(NumberOf).Where(static number => number > 0).Order()], Workspace,
        [.. plan.Changes.Select(path => new RestoredPath(Relative(path.Path, Workspace), path.Action, path.Target.Kind == PathKind.File ? path.Target.Size : null, NoteOf(path)))],
        [.. plan.Left.Select(path => new LeftPath(Relative(path.Path, Workspace), path.Trouble!, path.IsConflict))],
        [.. Taken.SelectMany(static taken => taken.Notes).Distinct()],
        HidesFrom is not null || Reverses is { HiddenFrom: > 0 });

    /// <summary>What could not be done after all is told as left.</summary>
    public UndoneBody After(UndoneBody body, IReadOnlyDictionary<string, string> failed) => failed.Count == 0 ? body : body with
    {
        Changed = [.. body.Changed.Where(path => !failed.ContainsKey(System.IO.Path.GetFullPath(path.Path, Workspace)))],
        Left = [.. body.Left, .. failed.Select(pair => new LeftPath(Relative(pair.Key, Workspace), pair.Value, false))],
    };

    /// <summary>The model must not believe that its changes are still there.</summary>
    public string ForModel(UndoneBody body)
    {
        var text = new StringBuilder("[");
        text.Append(Kind switch
        {
            "redo" => "The user brought back what had been taken back",
            "rewind" when To == 0 => "The user went back to the beginning of this session",
            "rewind" => $"The user went back to how it was after turn {To}",
            _ => $"The user took back what you changed in turn {string.Join(", ", body.Turns)}",
        });
        text.Append(body.Changed.Count == 0 ? ". No file was changed by that." : $". Changed by that: {List(body.Changed.Select(static path => $"{path.Path} ({path.Action})"), body.Changed.Count)}.");
        if (body.Left.Count > 0)
        {
            text.Append($" Left as they are: {List(body.Left.Select(static path => $"{path.Path} ({path.Why})"), body.Left.Count)}.");
        }
        return text.Append(" Files may differ from what you have seen: read them again before you rely on them.]").ToString();
    }

    public string ForAudit(UndoneBody body)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("turns");
            foreach (var turn in body.Turns)
            {
                writer.WriteNumberValue(turn);
            }
            writer.WriteEndArray();
            writer.WriteNumber("changed", body.Changed.Count);
            writer.WriteNumber("left", body.Left.Count);
            writer.WriteBoolean("forced", Force);
            writer.WriteBoolean("conversation", body.Conversation);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public static string Relative(string path, string workspace) => path.Length > workspace.Length && path.StartsWith(workspace, StringComparison.Ordinal) ? path[workspace.Length..].TrimStart(System.IO.Path.DirectorySeparatorChar) : path;

    private int NumberOf(Checkpoint checkpoint)
    {
        for (var i = 0; i < Turns.Count; i++)
        {
            if (Turns[i].Id == checkpoint.Root)
            {
                return i + 1;
            }
        }
        return 0;
    }

    private static string? NoteOf(PlannedPath path) => path.IsOverwritten ? "overwrites what was changed since; redo brings that back"
        : path.Under is { } under ? $"not further back: {under}"
        : !path.Present.IsRestorable ? "too large to be kept: redo can not bring it back"
        : null;

    private static string List(IEnumerable<string> names, int count) => string.Join(", ", names.Take(Shown)) + (count > Shown ? $" and {count - Shown} more" : "");
}
