using System.Globalization;
using Pryx.Agent.Turns;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Context;

/// <summary>
/// Makes room in a session's window, the cheapest means first: reasoning of turns that are over, long tool output that has had its time,
/// then a summary of the oldest messages. Each is a stored item that stands for others; the originals stay. The one routine for a full
/// window and for <c>/compact</c>.
/// </summary>
internal sealed class Compaction(TurnSetup setup, ITurnJournal journal, Summarizer summarizer)
{
    // What a measure must free to be worth a new prefix: the provider's cache of everything behind it is lost.
    private const double LeastWorth = 0.05;

    // Tokens of the user's own words in a summary, as a part of the window.
    private const double UserWordsShare = 0.05;

    // And of what they are taken from: it has to become less.
    private const double UserWordsPart = 0.4;

    /// <summary>One measure that frees something; false when there is none left.</summary>
    /// <param name="toFree">Tokens that should become free.</param>
    public async Task<bool> FreeAsync(IReadOnlyList<Item> items, ContextUsage usage, long toFree, int step, decimal spent, CancellationToken cancellationToken)
    {
        var view = new ContextView(items);
        return await DropReasoningAsync(items, view, usage, step, cancellationToken)
            || await TrimOutputsAsync(items, view, usage, step, isLastResort: false, cancellationToken)
            || await SummarizeAsync(items, usage, toFree, null, step, spent, cancellationToken)
            || await TrimOutputsAsync(items, view, usage, step, isLastResort: true, cancellationToken);
    }

    /// <summary>Everything that may be summarised, at once.</summary>
    public Task<bool> CompactAsync(IReadOnlyList<Item> items, ContextUsage usage, string? instructions, CancellationToken cancellationToken) =>
        SummarizeAsync(items, usage, CompactionPlan.Everything, instructions, 0, 0, cancellationToken);

    /// <summary>Reads the beginning of the newest message in calls of its own; false when that is no help.</summary>
    public async Task<bool> SplitAsync(IReadOnlyList<Item> items, ContextUsage usage, int step, decimal spent, CancellationToken cancellationToken)
    {
        var view = new ContextView(items);
        var message = items.OfType<UserMessage>().Where(user => user.TurnId == setup.TurnId).MaxBy(user => view.TextOf(user).Length);
        if (message is null || SplitMessage.Of(message, view.BeginningOf(message), Weigh(message, view), usage.Used, usage.Window) is not { } split)
        {
            return false;
        }
        // ORC6's own words; said before, because reading takes a while.
        await journal.CommitItemAsync(Stamp(new Notice("limit", $"Context limit, split into {split.Calls} calls"), step), cancellationToken);
        var notes = await summarizer.ReadPartsAsync(split, step, spent, cancellationToken);
        var summary = new Summary(notes, message.Seq, message.Seq) { Of = SummaryOf.MessageBeginning, Characters = split.Characters, Provenance = message.Provenance, Source = message.Source };
        await CommitAsync([summary], usage, 1, step, cancellationToken);
        return true;
    }

    private async Task<bool> DropReasoningAsync(IReadOnlyList<Item> items, ContextView view, ContextUsage usage, int step, CancellationToken cancellationToken)
    {
        var old = items.OfType<Reasoning>().Where(reasoning => reasoning.TurnId != setup.TurnId && !view.IsHidden(reasoning)).ToList();
        var tokens = old.Sum(reasoning => Weigh(reasoning, view));
        var isOfBudget = usage.ReasoningLimit is { } limit && tokens >= limit / 5;
        if (tokens < usage.Window * LeastWorth && !isOfBudget)
        {
            return false;
        }
        var text = $"Reasoning of earlier turns ({Number(tokens)} tokens) is not sent to the model any more.";
        await CommitAsync([new Summary(text, old[0].Seq, old[^1].Seq) { Of = SummaryOf.Reasoning }, Notice($"Thinking trimmed to make room: {text}")], usage, 0, step, cancellationToken);
        return true;
    }

    private async Task<bool> TrimOutputsAsync(IReadOnlyList<Item> items, ContextView view, ContextUsage usage, int step, bool isLastResort, CancellationToken cancellationToken)
    {
        // What the model is working on it still needs whole, unless nothing else is left.
        var units = CompactionUnit.Of(items, item => 0);
        var kept = units.TakeLast(isLastResort ? 0 : 4).SelectMany(unit => unit.Items).ToHashSet(ReferenceEqualityComparer.Instance);
        var old = items.OfType<ToolResult>().Where(result => !kept.Contains(result) && result.Output.Length >= TrimmedOutput.LeastLength && !view.IsHidden(result) && !view.IsTrimmed(result)).ToList();
        var tokens = old.Sum(result => Weigh(result, view) - TokenEstimate.Of(TrimmedOutput.Of(result), setup.Route.Current));
        if (old.Count == 0 || tokens < usage.Window * (isLastResort ? 0 : LeastWorth))
        {
            return false;
        }
        var text = $"{old.Count} long tool result(s) are sent with beginning and end only ({Number(tokens)} tokens less); the session has them whole.";
        await CommitAsync([new Summary(text, old[0].Seq, old[^1].Seq) { Of = SummaryOf.ToolOutput }, Notice($"Tool output trimmed to make room: {text}")], usage, 0, step, cancellationToken);
        return true;
    }

    private async Task<bool> SummarizeAsync(IReadOnlyList<Item> items, ContextUsage usage, long toFree, string? instructions, int step, decimal spent, CancellationToken cancellationToken)
    {
        var view = new ContextView(items);
        if (CompactionPlan.Of(items, item => Weigh(item, view), toFree) is not { } plan)
        {
            return false;
        }
        await journal.CommitWindowAsync(new(EventNames.MemorySummarizeRequest, usage, []) { Messages = plan.Messages }, cancellationToken);
        var summaries = new List<Item>();
        foreach (var range in plan.Ranges)
        {
            summaries.Add(await SummaryAsync(items, range, usage, instructions, step, spent, cancellationToken));
        }
        summaries.Add(Notice($"Session summarized to fit context window: the oldest {plan.Messages} messages (about {Number(plan.Tokens)} tokens) became a summary. Nothing is deleted."));
        await CommitAsync(summaries, usage, plan.Messages, step, cancellationToken);
        return true;
    }

    private async Task<Summary> SummaryAsync(IReadOnlyList<Item> items, CompactionRange range, ContextUsage usage, string? instructions, int step, decimal spent, CancellationToken cancellationToken)
    {
        var covered = range.Units.SelectMany(unit => unit.Items).ToList();
        var written = await summarizer.SummarizeAsync(covered, instructions, step, spent, cancellationToken);
        var room = Math.Min(usage.Window * UserWordsShare, range.Tokens * UserWordsPart);
        var words = UserWords.Of(items, range.FromSeq, range.ToSeq, (int)Math.Clamp(room * 4, 400, 40_000));
        var ledger = WorkLedger.Of(items, range.FromSeq, range.ToSeq, (int)Math.Clamp(room * 4, 600, 8_000));
        var text = written ?? $"(No model could be had to write this summary; these are the messages' own first words.)\n{Transcript.Extract(covered)}";
        // A summary that is no shorter than what it stands for would be worse than none.
        if (written is not null && TokenEstimate.Of(written, setup.Route.Current) > Math.Max(range.Tokens, CompactionRange.LeastTokens))
        {
            text = Transcript.Extract(covered);
        }
        var count = CompactionUnit.MessagesIn(items, range.FromSeq, range.ToSeq);
        var (provenance, source) = Taint(items, range);
        return new Summary(SummaryText.Of(count, text, words, ledger), range.FromSeq, range.ToSeq) { Provenance = provenance, Source = source };
    }

    // What strangers have written stays theirs, however often it is summarised.
    private static (Provenance, string?) Taint(IReadOnlyList<Item> items, CompactionRange range) =>
        items.LastOrDefault(item => item.Seq >= range.FromSeq && item.Seq <= range.ToSeq && item.Provenance == Provenance.Untrusted) is { } untrusted
            ? (Provenance.Untrusted, untrusted.Source)
            : (Provenance.Model, null);

    private Task CommitAsync(IReadOnlyList<Item> items, ContextUsage usage, int messages, int step, CancellationToken cancellationToken) =>
        journal.CommitWindowAsync(new(EventNames.MemorySummarized, usage, [.. items.Select(item => Stamp(item, step))]) { Messages = messages }, cancellationToken);

    private static Notice Notice(string text) => new("context", text) { Provenance = Provenance.Model };

    private Item Stamp(Item item, int step) => item with { TurnId = setup.TurnId, Step = step, Provenance = item.Provenance == Provenance.User ? Provenance.Model : item.Provenance };

    private long Weigh(Item item, ContextView view) => ContextMeter.Weigh(item, setup.Route.Current, view);

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
