using Pryx.Protocol.Items;

namespace Pryx.Core.Conversations;

/// <summary>From items to what was said: messages only, each step's text parts as one.</summary>
internal static class ConversationHistory
{
    public static IReadOnlyList<HistoryEntry> Of(IReadOnlyList<Item> items)
    {
        var entries = new List<HistoryEntry>();
        Reply? last = null;
        foreach (var item in items)
        {
            switch (item)
            {
                case UserMessage user:
                    entries.Add(new("user", user.Text));
                    last = null;
                    break;
                case Reply { Text.Length: > 0 } reply when last is not null && last.TurnId == reply.TurnId && last.Step == reply.Step:
                    entries[^1] = new("assistant", $"{entries[^1].Content}\n{reply.Text}");
                    break;
                case Reply { Text.Length: > 0 } reply:
                    entries.Add(new("assistant", reply.Text));
                    last = reply;
                    break;
                default:
                    break;
            }
        }
        return entries;
    }

    /// <summary>The text of the last step that has one; null before there is one.</summary>
    public static string? LastReply(IEnumerable<Item> turn)
    {
        string? text = null;
        var step = -1;
        foreach (var reply in turn.OfType<Reply>().Where(static reply => reply.Text.Length > 0))
        {
            text = reply.Step == step ? $"{text}\n{reply.Text}" : reply.Text;
            step = reply.Step;
        }
        return text;
    }
}
