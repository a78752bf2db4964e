using System.Globalization;
using System.Text.Json.Serialization;
using Pryx.Protocol;
using Pryx.Terminal;

namespace Pryx.Commands.Undo;

/// <summary>What was taken back, in words.</summary>
internal static class UndoText
{
    private const int Shown = 40;

    public static void Show(CommandIo io, UndoneChanges done, SessionId session)
    {
        var what = done.Kind switch { "redo" => "brought back", "rewind" => "rewound", _ => "undone" };
        var turns = done.Turns.Count == 0 ? "" : $" (turn {string.Join(", ", done.Turns)})";
        io.Out.WriteLine(done.Changed.Count == 0
            ? $"No file {(done.Preview ? "would change" : "was changed")}{turns}."
            : string.Create(CultureInfo.InvariantCulture, $"{(done.Preview ? "Would be" : "Has been")} {what}{turns}: {done.Changed.Count} path{(done.Changed.Count == 1 ? "" : "s")} in {SafeText.Line(done.Workspace)}"));
        foreach (var path in done.Changed.Take(Shown))
        {
            io.Out.WriteLine($"  {path.Action,-10}  {SafeText.Line(path.Path)}{(path.Note is { } note ? io.OutStyle.Dim($"  ({SafeText.Line(note)})") : "")}");
        }
        More(io, done.Changed.Count);
        if (done.Left.Count > 0)
        {
            io.Out.WriteLine(io.OutStyle.Yellow("Left alone:"));
            foreach (var path in done.Left.Take(Shown))
            {
                io.Out.WriteLine($"  {SafeText.Line(path.Path)}  {io.OutStyle.Dim($"({SafeText.Line(path.Why)})")}");
            }
            More(io, done.Left.Count);
        }
        foreach (var note in done.Notes)
        {
            io.Out.WriteLine(io.OutStyle.Dim(SafeText.Line(note)));
        }
        if (done.Conversation)
        {
            io.Out.WriteLine(done.Kind == "redo" ? "The turns are in the conversation again." : done.Preview ? "The turns would leave the conversation." : "The turns have left the conversation.");
        }
        if (done.Left.FirstOrDefault(static path => path.IsConflict) is { } conflict)
        {
            var again = done.Kind == "undo" && done.Turns is [var only] ? string.Create(CultureInfo.InvariantCulture, $"pryx undo --turn {only}") : $"pryx {done.Kind}";
            io.Error.WriteLine($"{io.ErrorStyle.Bold("Next:")} to overwrite it all the same: {again} --session {session.ToString()[..8]} --force --file {ShellQuote.Of(SafeText.Line(conflict.Path))}");
        }
        else if (!done.Preview && done.Kind != "redo")
        {
            io.Error.WriteLine(io.ErrorStyle.Dim($"To have it back: pryx redo --session {session.ToString()[..8]}"));
        }
    }

    public static void Show(CommandIo io, TurnChanges list)
    {
        if (list.Turns.Count == 0)
        {
            io.Out.WriteLine("The session has no turns yet.");
        }
        foreach (var turn in list.Turns)
        {
            var state = (turn.Undone ? " undone" : "") + (turn.Hidden ? " rewound" : "");
            io.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{turn.Number,3}  {SafeText.Line(turn.Text.Length == 0 ? "(no text)" : turn.Text, 80)}{io.OutStyle.Yellow(state)}"));
            foreach (var file in turn.Files.Take(Shown))
            {
                io.Out.WriteLine($"       {io.OutStyle.Dim($"{file.Change,-8}")} {SafeText.Line(file.Path)}");
            }
            More(io, turn.Files.Count);
            foreach (var note in turn.Notes)
            {
                io.Out.WriteLine($"       {io.OutStyle.Dim(SafeText.Line(note))}");
            }
        }
    }

    private static void More(CommandIo io, int count)
    {
        if (count > Shown)
        {
            io.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  … and {count - Shown:N0} more (--json shows all)"));
        }
    }
}

/// <summary>As the gateway takes it.</summary>
internal sealed record UndoRequest
{
    public int? Turn { get; init; }
    public int? To { get; init; }
    public string? What { get; init; }
    public bool Force { get; init; }
    public IReadOnlyList<string>? Paths { get; init; }
}

/// <summary>As the gateway shows it.</summary>
internal sealed record UndoneChanges(string Kind, bool Preview, IReadOnlyList<int> Turns, string Workspace, IReadOnlyList<RestoredChange> Changed, IReadOnlyList<LeftChange> Left, IReadOnlyList<string> Notes, bool Conversation);

internal sealed record RestoredChange(string Path, string Action, long? Bytes, string? Note);

internal sealed record LeftChange(string Path, string Why, bool IsConflict);

internal sealed record TurnChanges(IReadOnlyList<TurnChange> Turns, bool CanRedo);

internal sealed record TurnChange(int Number, TurnId TurnId, string Status, DateTimeOffset? StartedAt, string Text, bool Undone, bool Hidden, IReadOnlyList<FileChange> Files, IReadOnlyList<string> Notes);

internal sealed record FileChange(string Path, string Change);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UndoRequest))]
[JsonSerializable(typeof(UndoneChanges))]
[JsonSerializable(typeof(TurnChanges))]
internal sealed partial class UndoJson : JsonSerializerContext;
