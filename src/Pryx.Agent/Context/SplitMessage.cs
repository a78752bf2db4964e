using Pryx.Protocol.Items;

namespace Pryx.Agent.Context;

/// <summary>
/// A user message that is too long for its model's window (FR1.A1): its beginning is read in calls of their own, the last part stands in
/// the request itself, behind what was noted of the others. Text can be split so; instructions and tools can not.
/// </summary>
/// <param name="Before">What an earlier split has made of the very beginning; null when there was none.</param>
/// <param name="Beginning">The parts that are read before.</param>
internal sealed record SplitMessage(UserMessage Message, Summary? Before, IReadOnlyList<string> Beginning)
{
    // Characters of both ends, where people say what they want.
    private const int EndsLength = 1_000;

    public int Calls => Beginning.Count + 1;

    /// <summary>Of the message, that its notes stand for.</summary>
    public int Characters => (Before?.Characters ?? 0) + Beginning.Sum(part => part.Length);
    public string Opening => Message.Text[..Transcript.CutAt(Message.Text, Math.Min(EndsLength, Message.Text.Length))];
    public string Ending => Message.Text[Transcript.CutAt(Message.Text, Message.Text.Length - Math.Min(EndsLength, Message.Text.Length))..];

    /// <summary>Null when splitting it would not help: what is around it fills the window.</summary>
    /// <param name="tokens">Of the message, by the same count as the others.</param>
    /// <param name="used">Of the whole request.</param>
    public static SplitMessage? Of(UserMessage message, Summary? before, long tokens, long used, long window)
    {
        // The notes of the other parts and the reply need room too.
        var room = window * 9 / 10 - (used - tokens);
        if (room < window / 5 || tokens <= 0)
        {
            return null;
        }
        var calls = (int)((tokens + room - 1) / room);
        var parts = Transcript.Parts(message.Text[(before?.Characters ?? 0)..], calls);
        return parts.Count < 2 ? null : new(message, before, parts[..^1]);
    }

    /// <summary>The message as the model reads it from then on.</summary>
    public static string Join(string notes, string rest) =>
        $"[This message was too long for one call. Its beginning was read before; this was noted of it:]\n{notes}\n[The rest of the message, word for word:]\n{rest}";
}
