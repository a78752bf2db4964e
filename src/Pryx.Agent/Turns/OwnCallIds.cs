using Pryx.Protocol;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Turns;

/// <summary>
/// Gives a call another id whose id the turn knows already. Some servers count from one in every reply, and an answer or a result of the
/// first call must never be taken for one of the second.
/// </summary>
internal static class OwnCallIds
{
    public static StepRecord Of(StepRecord step, IReadOnlyList<Item> items, TurnId turn)
    {
        if (!step.Items.Any(static item => item is ToolCall))
        {
            return step;
        }
        var known = items.OfType<ToolCall>().Where(call => call.TurnId == turn).Select(static call => call.CallId).ToHashSet(StringComparer.Ordinal);
        return step.Items.OfType<ToolCall>().All(call => known.Add(call.CallId)) ? step : step with { Items = Renamed(step.Items, items, turn) };
    }

    private static List<Item> Renamed(IReadOnlyList<Item> made, IReadOnlyList<Item> items, TurnId turn)
    {
        var known = items.OfType<ToolCall>().Where(call => call.TurnId == turn).Select(static call => call.CallId).ToHashSet(StringComparer.Ordinal);
        return [.. made.Select(item => item is ToolCall call ? call with { CallId = Free(call.CallId, known) } : item)];
    }

    private static string Free(string id, HashSet<string> known)
    {
        var free = id;
        for (var number = 2; !known.Add(free); number++)
        {
            free = $"{id}-{number}";
        }
        return free;
    }
}
