using Pryx.Tui.Rendering;
using Pryx.Tui.Shell;
using Pryx.Tui.Text;

namespace Pryx.Tui.Chat;

/// <summary>An empty chat: what this is, what would answer, where it works, what it may do, and the first keys.</summary>
internal static class WelcomeText
{
    public static IReadOnlyList<StyledLine> Lines(ChatState state, ChatActions actions, TuiContext ui, string? mode, string? setup, int width, int height)
    {
        var lines = new List<StyledLine>();
        if (height >= 16)
        {
            lines.Add(StyledLine.Empty);
        }
        lines.Add(new LineBuilder().Add("◆ Pryx", new TextStyle(Ink.Accent).With(Effects.Bold)).Add("  your agent, on this machine", Ink.Muted).Build());
        lines.Add(StyledLine.Empty);
        lines.Add(Fact("Model", state.Model ?? actions.NewModel ?? (ui.Link.State == Link.LinkState.Ready ? "none yet: /connect" : "…"), "/model changes it"));
        lines.Add(Fact("Folder", ChatStatus.Short(ui.Folder, Math.Max(16, width - 12)), ""));
        lines.Add(Fact("Mode", actions.Policy ?? mode ?? "…", MeaningOf(actions.Policy ?? mode)));
        if (setup is not null)
        {
            lines.Add(Fact("Setup", setup, ""));
        }
        lines.Add(StyledLine.Empty);
        (string, string)[] keys =
        [
            ("Enter", "sends · Shift+Enter or Ctrl+J is a new line"),
            ("/", "commands · @ names a file"),
            ("Tab", "next screen · Alt+1…9 · Ctrl+P finds everything"),
            ("Esc", "stops a turn · looks back through the chat"),
            ("?", "all keys · Ctrl+C twice leaves"),
        ];
        lines.AddRange(keys.Take(Math.Max(2, height - lines.Count)).Select(static key => new LineBuilder().Add($"  {key.Item1,-6}", new TextStyle(Ink.Accent)).Add(key.Item2, Ink.Muted).Build()));
        return lines;

        StyledLine Fact(string name, string value, string note) => StyledText.Cut(new LineBuilder().Add($"  {name,-8}", Ink.Muted).Add(value, Ink.Strong).Add(note.Length == 0 || width < 70 ? "" : $"  {note}", Ink.Faint).Build(), width);
    }

    private static string MeaningOf(string? mode) => mode switch
    {
        "read-only" => "it reads, and changes nothing",
        "ask" => "every side effect is asked",
        "workspace-only" => "works in the folder once you allow it; leaving it is asked",
        "network-allowlist" => "as workspace-only, with the hosts you listed",
        "full" => "hardly anything is asked",
        _ => "",
    };
}
