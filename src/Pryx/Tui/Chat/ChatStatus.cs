using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Shell;
using Pryx.Tui.Text;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Chat;

/// <summary>The lines below and above a chat's input: what is being done, and how model, window and cost stand.</summary>
internal static class ChatStatus
{
    private const int MeterWidth = 8;
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10);

    /// <summary>What the turn does; after ten seconds also how far its plan is. Null while nothing is done.</summary>
    public static StyledLine? Working(ChatState state, LinkWatch link, DateTimeOffset now, int width)
    {
        if (link.State == LinkState.Lost)
        {
            return StyledText.Cut(new LineBuilder().Add("▲ ", Ink.Warning).Add("Core is away", new TextStyle(Ink.Warning).With(Effects.Bold)).Add($" – connecting again, {ChatWords.Duration(now - link.LostAt)}. Nothing is lost; what you type stays.", Ink.Muted).Build(), width);
        }
        if (link.State == LinkState.Failed)
        {
            return StyledText.Cut(new LineBuilder().Add("✗ ", Ink.Error).Add(link.Failure?.Message ?? "Pryx host not running.", Ink.Error).Add($" → {link.Failure?.Next ?? "pryx serve"}", Ink.Muted).Build(), width);
        }
        if (state.Turn is not { } turn)
        {
            return link.State == LinkState.Connecting ? new LineBuilder().Add($"{Chat.Working.Sign(now)} ", Ink.Accent).Add("Starting Pryx …", Ink.Muted).Build() : null;
        }
        var took = now - turn.StartedAt;
        var line = new LineBuilder().Add(turn.IsParked ? "‖ " : $"{Chat.Working.Sign(now)} ", turn.IsParked ? Ink.Warning : Ink.Accent)
            .Add(turn.IsStopping ? "Stopping …" : turn.Doing, new TextStyle(Ink.Accent)).Add($" · {ChatWords.Duration(took)}", Ink.Muted);
        if (took >= Long && state.Transcript.Plan is { Count: > 0 } plan)
        {
            line.Add($" · {PlanText.Short(plan)}", Ink.Muted);
        }
        else if (took >= Long)
        {
            line.Add($" · step {turn.Step}", Ink.Muted);
        }
        var right = new LineBuilder();
        if (state.Queued > 0)
        {
            right.Add($"{state.Queued} queued · ", Ink.Muted);
        }
        return StatusLine.Of(width, line.Build(), right.Add("Esc", Ink.Accent).Add(" stops", Ink.Muted).Build());
    }

    /// <summary>The last line.</summary>
    public static StyledLine Line(ChatState state, ChatActions actions, TuiContext ui, int width)
    {
        var left = new LineBuilder().Add(state.Model ?? "no model", Ink.Muted);
        if (state.IsPlanning || actions.NewIsPlanning)
        {
            left.Add(" · ", Ink.Faint).Add("plan mode", new TextStyle(Ink.Info).With(Effects.Bold));
        }
        if (actions.Policy is { } policy)
        {
            left.Add(" · ", Ink.Faint).Add(policy, policy == "full" ? Ink.Error : Ink.Info);
        }
        if (width >= 100)
        {
            left.Add(" · ", Ink.Faint).Add(Short(state.Session?.Workspace ?? ui.Folder, width / 3), Ink.Faint);
        }
        var right = new LineBuilder();
        if (state.Context is { Window: > 0 } context)
        {
            var ink = context.Percent >= 90 ? Ink.Error : context.Percent >= 80 ? Ink.Warning : Ink.Muted;
            var full = (int)Math.Clamp(Math.Round(context.Percent / 100 * MeterWidth), 0, MeterWidth);
            right.Add(width >= 72 ? new string('█', full) : "", ink).Add(width >= 72 ? new string('░', MeterWidth - full) : "", Ink.Faint)
                .Add($" {context.Percent:0}%{(context.Percent >= 80 ? " /compact" : "")}", ink);
        }
        if (state.Usage.Input + state.Usage.Output > 0)
        {
            right.Add(right.IsEmpty ? "" : " · ", Ink.Faint).Add($"{ChatWords.Tokens(state.Usage.Input + state.Usage.Output)} tokens", Ink.Muted);
        }
        if (state.Cost > 0)
        {
            right.Add(right.IsEmpty ? "" : " · ", Ink.Faint).Add(ChatWords.Money(state.Cost), Ink.Muted);
        }
        if (right.IsEmpty)
        {
            right.Add("?", Ink.Accent).Add(" help · ", Ink.Muted).Add("Ctrl+P", Ink.Accent).Add(" everything", Ink.Muted);
        }
        return StatusLine.Of(width, left.Build(), right.Build());
    }

    public static string Short(string path, int most)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var text = home.Length > 1 && path.StartsWith(home, StringComparison.Ordinal) ? "~" + path[home.Length..] : path;
        return text.Length <= most ? text : "…" + text[^(most - 1)..];
    }
}
