using Pryx.Protocol.Events;
using Pryx.Tui.Rendering;
using Pryx.Tui.Shell;

namespace Pryx.Tui.Chat;

/// <summary>Tells a person who looks elsewhere: a question waits, a long turn is over.</summary>
internal sealed class ChatNews(TuiContext ui, ChatState state)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10);

    public void Heard(IReadOnlyList<PryxEvent> events)
    {
        foreach (var e in events)
        {
            switch (e.Event)
            {
                case EventNames.ApprovalNeeded:
                    Tell("Pryx asks", state.Turn?.Doing ?? "A question waits for your answer.");
                    break;
                case EventNames.ApprovalResolved when e.Surface is { } surface && surface != "tui":
                    ui.Toast($"Answered on another surface ({surface}).", Ink.Info);
                    break;
                default:
                    break;
            }
        }
    }

    public void Ended(RunningTurn turn, TurnEndedPayload ended)
    {
        var took = ui.Time.GetUtcNow() - turn.StartedAt;
        if (took >= Long)
        {
            var how = ended.Outcome switch { "completed" => "Done", "failed" => "Failed", "cancelled" => "Stopped", _ => "A limit ended it" };
            ui.Toast($"{how} after {ChatWords.Duration(took)}.", ended.Outcome == "completed" ? Ink.Success : Ink.Warning);
            Tell($"Pryx: {how.ToLowerInvariant()}", state.Session?.Title ?? "The turn is over.");
        }
    }

    private void Tell(string head, string body)
    {
        if (ui.App.HasTerminalFocus)
        {
            ui.App.Signals.Bell();
        }
        else
        {
            ui.App.Signals.Notify(head, body);
        }
    }
}
