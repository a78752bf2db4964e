using Pryx.Protocol;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Context;

/// <summary>What is summarised next: the oldest messages, in ranges that hold nothing that has to stay.</summary>
internal sealed class CompactionPlan
{
    /// <summary>The part of the messages that is taken at once (NFR-M1.2).</summary>
    public const double Ratio = 0.2;

    public const long Everything = long.MaxValue;

    // The newest units that stay as they are while there is anything else.
    private const int Tail = 4;

    public required IReadOnlyList<CompactionRange> Ranges { get; init; }
    public int Messages => Ranges.Sum(range => range.Messages);
    public long Tokens => Ranges.Sum(range => range.Tokens);

    /// <summary>Null when nothing is left that may be summarised, or none of it is worth it.</summary>
    /// <param name="toFree">Tokens of the estimate; the oldest fifth is taken in any case, more of them until that is reached. <see cref="Everything"/> for all that may be.</param>
    public static CompactionPlan? Of(IReadOnlyList<Item> items, Func<Item, long> weigh, long toFree)
    {
        var units = CompactionUnit.Of(items, weigh);
        return (toFree == Everything ? null : Of(units, Tail, toFree)) ?? Of(units, 1, toFree);
    }

    private static CompactionPlan? Of(List<CompactionUnit> units, int tail, long toFree)
    {
        var quota = (int)Math.Ceiling(units.Sum(unit => unit.Messages) * Ratio);
        var candidates = units.Take(Math.Max(0, units.Count - tail)).ToList();
        var ranges = new List<CompactionRange>();
        List<CompactionUnit> open = [];
        var (messages, freed, goal) = (0, 0L, quota);
        foreach (var unit in candidates)
        {
            if (unit.MustStay)
            {
                Close();
                continue;
            }
            if (messages >= goal)
            {
                if (freed >= toFree)
                {
                    break;
                }
                goal += quota;
            }
            open.Add(unit);
            messages += unit.Messages;
            freed += unit.Tokens;
        }
        Close();
        return ranges.Count == 0 ? null : new() { Ranges = ranges };

        void Close()
        {
            // A result that came late may lie behind a message that stays.
            while (open.Count > 0 && IsInterrupted(units, open))
            {
                open.RemoveAt(open.Count - 1);
            }
            var range = new CompactionRange([.. open]);
            open.Clear();
            // A summary of a summary alone, or of next to nothing, would only cost.
            if (range.Units.Count > 0 && range.Units.Any(unit => !unit.IsSummary) && range.Tokens >= CompactionRange.LeastTokens)
            {
                ranges.Add(range);
            }
        }
    }

    private static bool IsInterrupted(List<CompactionUnit> units, List<CompactionUnit> open)
    {
        var taken = open.ToHashSet(ReferenceEqualityComparer.Instance);
        var (from, to) = (open[0].FromSeq, open.Max(unit => unit.ToSeq));
        return units.Exists(unit => unit.FromSeq <= to && unit.ToSeq >= from && !taken.Contains(unit) && unit.Items.Any(item => item.Seq >= from && item.Seq <= to));
    }
}

/// <summary>Units that stand side by side.</summary>
internal sealed record CompactionRange(IReadOnlyList<CompactionUnit> Units)
{
    public const long LeastTokens = 100;

    public long FromSeq => Units.Min(unit => unit.FromSeq);
    public long ToSeq => Units.Max(unit => unit.ToSeq);
    public int Messages => Units.Sum(unit => unit.Messages);
    public long Tokens => Units.Sum(unit => unit.Tokens);
}

/// <summary>What is summarised as a whole or not at all: a user message, a step with its calls and their results, an older summary.</summary>
internal sealed class CompactionUnit
{
    // Those of the running turn that the model is in the middle of.
    private const int StepsKept = 2;

    private readonly List<Item> _items = [];

    public IReadOnlyList<Item> Items => _items;
    public long FromSeq { get; private set; }
    public long ToSeq { get; private set; }
    public long Tokens { get; private set; }
    public bool IsSummary { get; private init; }

    /// <summary>The first request, what the running turn is about, calls without a result.</summary>
    public bool MustStay { get; private set; }

    /// <summary>As the model counts them: a reply is one, the results of its calls another.</summary>
    public int Messages { get; private set; }

    private bool IsUser { get; init; }
    private (TurnId? Turn, int Step) Place { get; init; }

    public static List<CompactionUnit> Of(IReadOnlyList<Item> items, Func<Item, long> weigh)
    {
        var view = new ContextView(items);
        var units = new List<CompactionUnit>();
        var byStep = new Dictionary<(TurnId?, int), CompactionUnit>();
        var byCall = new Dictionary<(TurnId?, string), CompactionUnit>();
        var summaries = new Queue<Summary>(view.Active);
        var answered = items.OfType<ToolResult>().Select(result => (result.TurnId, result.CallId)).ToHashSet();
        foreach (var item in items)
        {
            while (summaries.TryPeek(out var next) && next.FromSeq <= item.Seq)
            {
                summaries.Dequeue();
                units.Add(new() { IsSummary = true, Messages = 1, FromSeq = next.FromSeq, ToSeq = next.ToSeq, Tokens = weigh(next) });
                units[^1]._items.Add(next);
                byStep.Clear();
            }
            if (item is Summary { Of: not (SummaryOf.TakenBack or SummaryOf.BroughtBack) } or Notice or ApprovalRecord || view.IsHidden(item))
            {
                continue;
            }
            CompactionUnit? unit;
            switch (item)
            {
                case Summary { Text.Length: 0 }:
                    continue;
                case UserMessage or Summary:
                    units.Add(unit = new() { IsUser = item is UserMessage, Messages = 1, FromSeq = item.Seq, Place = (item.TurnId, item.Step) });
                    byStep.Clear();
                    break;
                case ToolResult result:
                    if (!byCall.TryGetValue((result.TurnId, result.CallId), out unit))
                    {
                        continue;
                    }
                    break;
                default:
                    if (!byStep.TryGetValue((item.TurnId, item.Step), out unit))
                    {
                        units.Add(unit = byStep[(item.TurnId, item.Step)] = new() { Messages = 1, FromSeq = item.Seq, Place = (item.TurnId, item.Step) });
                    }
                    if (item is ToolCall call)
                    {
                        unit.Messages = 2;
                        byCall[(call.TurnId, call.CallId)] = unit;
                        unit.MustStay |= !answered.Contains((call.TurnId, call.CallId));
                    }
                    break;
            }
            unit._items.Add(item);
            unit.ToSeq = Math.Max(unit.ToSeq, item.Seq);
            unit.Tokens += weigh(item);
        }
        Keep(units);
        return units;
    }

    /// <summary>How many messages a range of places holds, those that older summaries stand for included.</summary>
    public static int MessagesIn(IReadOnlyList<Item> items, long from, long to)
    {
        var originals = items.Where(item => item.Seq >= from && item.Seq <= to && item is not Summary);
        var count = 0;
        (TurnId?, int)? step = null;
        var hasCalls = false;
        foreach (var item in originals)
        {
            switch (item)
            {
                case UserMessage:
                    (count, step) = (count + 1, null);
                    break;
                case Reply or Reasoning or ToolCall:
                    if (step != (item.TurnId, item.Step))
                    {
                        (count, step, hasCalls) = (count + 1, (item.TurnId, item.Step), false);
                    }
                    if (item is ToolCall && !hasCalls)
                    {
                        (count, hasCalls) = (count + 1, true);
                    }
                    break;
                default:
                    break;
            }
        }
        return count;
    }

    private static void Keep(List<CompactionUnit> units)
    {
        if (units.Find(unit => unit.IsUser) is { } first)
        {
            first.MustStay = true;
        }
        if (units.FindLast(unit => unit.IsUser) is not { Place.Turn: var turn } last)
        {
            return;
        }
        last.MustStay = true;
        if (turn is null)
        {
            return;
        }
        foreach (var unit in units.Where(unit => unit.IsUser && unit.Place.Turn == turn))
        {
            unit.MustStay = true;
        }
        foreach (var unit in units.Where(unit => !unit.IsUser && !unit.IsSummary && unit.Place.Turn == turn).TakeLast(StepsKept))
        {
            unit.MustStay = true;
        }
    }
}
