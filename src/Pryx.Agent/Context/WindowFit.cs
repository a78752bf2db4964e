using System.Globalization;
using Pryx.Agent.Models;
using Pryx.Agent.Turns;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Context;

/// <summary>Sees to it that a turn's requests fit their model: warns at 80 % of the window, makes room at 90 %, splits what can be split, refuses what can not.</summary>
internal sealed class WindowFit(TurnSetup setup, ITurnJournal journal, ModelCaller caller, Action<CallRecord> onCall)
{
    // After making room it should last for a while: each time the provider's cache is lost.
    private const double Goal = 0.78;

    // Each round frees something or ends it, so this is only for what nobody thought of.
    private const int MostRounds = 8;

    private readonly Compaction _compaction = new(setup, journal, new Summarizer(setup, journal, caller, onCall));

    /// <returns>The items to send, with how much they are.</returns>
    /// <exception cref="ModelException">ContextTooLong: nothing is left that could be summarised, trimmed or split.</exception>
    public async Task<(IReadOnlyList<Item> Items, ContextMeasure Measure)> FitAsync(int step, IReadOnlyList<Item> items, decimal spent, CancellationToken cancellationToken)
    {
        var measure = Measure(items);
        if (!NeedsRoom(measure.Usage) && !measure.Usage.IsNearlyFull)
        {
            return (items, measure);
        }
        for (var round = 0; round < MostRounds && NeedsRoom(measure.Usage); round++)
        {
            var usage = measure.Usage;
            var toFree = Math.Max(usage.Used - (long)(usage.Window * Goal), IsThoughtOut(usage) ? usage.ReasoningLimit!.Value / 5 : 0);
            if (!await _compaction.FreeAsync(items, usage, toFree, step, spent, cancellationToken)
                && !(IsTooLarge(usage) && await _compaction.SplitAsync(items, usage, step, spent, cancellationToken)))
            {
                break;
            }
            var before = measure.Estimated;
            items = await journal.ReadItemsAsync(cancellationToken);
            measure = Measure(items);
            if (measure.Estimated >= before)
            {
                break;
            }
        }
        if (IsTooLarge(measure.Usage) && measure.Usage.IsWindowKnown)
        {
            throw RequestLimits.TooLarge(setup.Route.Current, measure.Usage.Used, measure.Usage.Window);
        }
        if (measure.Usage.IsNearlyFull && !IsWarned(items))
        {
            await WarnAsync(measure.Usage, step, cancellationToken);
            items = await journal.ReadItemsAsync(cancellationToken);
        }
        return (items, measure);
    }

    /// <summary><c>/compact</c>: summarises all that may be, full or not; false when there is nothing.</summary>
    public async Task<bool> CompactAsync(IReadOnlyList<Item> items, string? instructions, CancellationToken cancellationToken) =>
        await _compaction.CompactAsync(items, Measure(items).Usage, instructions, cancellationToken);

    public ContextMeasure Measure(IReadOnlyList<Item> items) => setup.Meter.Measure(setup.Route.Current, setup.Instructions, setup.Tools, items);

    private static bool NeedsRoom(ContextUsage usage) => usage.IsFull || IsThoughtOut(usage);

    private static bool IsTooLarge(ContextUsage usage) => usage.Used > usage.Window;

    // FR1.A2: at four fifths of the budget.
    private static bool IsThoughtOut(ContextUsage usage) => usage.ReasoningLimit is { } limit && usage.ReasoningUsed * 5 >= limit * 4;

    // Once for each time the limit is passed: making room is what brings it back below.
    private static bool IsWarned(IReadOnlyList<Item> items)
    {
        for (var i = items.Count - 1; i >= 0; i--)
        {
            if (items[i] is Summary)
            {
                return false;
            }
            if (items[i] is Notice { Kind: Warning })
            {
                return true;
            }
        }
        return false;
    }

    private const string Warning = "context_warning";

    private Task WarnAsync(ContextUsage usage, int step, CancellationToken cancellationToken)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture, $"Context window at {Math.Floor(usage.Percent):0}% capacity ({usage.Used:N0} of {usage.Window:N0} tokens). At 90% the oldest messages are summarized.");
        var notice = new Notice(Warning, text) { TurnId = setup.TurnId, Step = step, Provenance = Provenance.Model };
        return journal.CommitWindowAsync(new(EventNames.MemoryWarning, usage, [notice]), cancellationToken);
    }
}
