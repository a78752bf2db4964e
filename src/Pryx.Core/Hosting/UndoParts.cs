using Pryx.Agent.Tools;
using Pryx.Core.Checkpoints;
using Pryx.Core.Commands;
using Pryx.Core.Configuration;
using Pryx.Core.Logs;

namespace Pryx.Core.Hosting;

/// <summary>What takes changes back, put together for one Core; each part when it is first needed.</summary>
internal sealed class UndoParts(PryxCore core, CoreStore store)
{
    public CheckpointShelf Shelf => field ??= new(store.Database, store.Events, core.Options.Paths, () => OptionsOf(core.Config), trouble => core.Log.Write(new(LogSeverity.Warning, "undo.cleaning") { Message = trouble }), core.ServerMemory);

    public UndoDesk Desk => field ??= new(store.Database, store.Sessions, Shelf);

    /// <summary>What the words in a chat stand for.</summary>
    public ToolSet Tools => field ??= new([new UndoTool(Desk)]);

    /// <summary>In a chat.</summary>
    public static IReadOnlyList<ChatWord> Words =>
    [
        Word("undo", "[turn] [preview] [force]", "Take back what the last turn has changed in the folder, or the one you name"),
        Word("redo", "[preview] [force]", "Bring back what was undone last"),
        Word("rewind", "turn [files|conversation] [preview] [force]", "Go back to how it was after a turn, 0 for the beginning"),
    ];

    private static ChatWord Word(string name, string hint, string description) =>
        ChatWord.Of(name, hint, description, (request, arguments) => UndoWords.Of(request, name, arguments) ?? ChatWord.Say(request, $"/{name} {hint}: {description}."));

    private static UndoOptions OptionsOf(PryxConfig config) => new()
    {
        IsOn = config.Bool("undo"),
        MaxFileBytes = config.Whole("undo_max_file_mb") << 20,
        MaxTurnBytes = config.Whole("undo_max_turn_mb") << 20,
        MaxTotalBytes = config.Whole("undo_max_total_mb") << 20,
        MaxAge = TimeSpan.FromDays(config.Whole("undo_days")),
        MaxSnapshotFiles = (int)Math.Min(int.MaxValue, config.Whole("undo_snapshot_files")),
        MaxSnapshotBytes = config.Whole("undo_snapshot_mb") << 20,
    };
}
