using Pryx.Protocol.Items;

namespace Pryx.Agent.Turns;

/// <summary>The calls that a user's words ask for, made before the model answers: on the same road as all others.</summary>
internal static class MentionCalls
{
    /// <summary>Those of the turn's messages that are not among its items yet. Told from what is stored, so that a crash loses and repeats none.</summary>
    public static IReadOnlyList<ToolCall> Missing(TurnSetup setup, IReadOnlyList<Item> items, int step)
    {
        List<ToolCall>? missing = null;
        HashSet<string>? made = null;
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is not UserMessage { Mentions.Count: > 0 } message || message.TurnId != setup.TurnId)
            {
                continue;
            }
            made ??= [.. items.OfType<ToolCall>().Where(call => call.TurnId == setup.TurnId).Select(static call => call.CallId)];
            for (var j = 0; j < message.Mentions.Count; j++)
            {
                var (id, mention) = ($"{ToolCall.MentionPrefix}{message.Seq}-{j + 1}", message.Mentions[j]);
                if (made.Add(id))
                {
                    (missing ??= []).Add(new(id, mention.Name, setup.Tools.PolicyNameOf(mention.Name, mention.Arguments), mention.Arguments)
                    {
                        TurnId = setup.TurnId,
                        Step = step,
                        Provenance = Provenance.User,
                    });
                }
            }
        }
        return missing ?? [];
    }
}
