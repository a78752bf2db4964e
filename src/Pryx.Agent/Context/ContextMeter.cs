using Pryx.Agent.Tools;
using Pryx.Protocol;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Context;

/// <summary>
/// Counts what is in a session's window. It lives as long as the session is in use and weighs each item once, so that a step pays only for
/// what is new; what the provider counted for the last request corrects the estimate of the next.
/// </summary>
public sealed class ContextMeter
{
    /// <summary>Where nobody knows the window.</summary>
    public const long AssumedWindow = 128_000;
    private const long ReserveOfUnknown = 8_192;

    // What providers add where there are tools, beyond anything that was measured.
    private const long AroundToolsAtMost = 1_000;

    private readonly Lock _gate = new();
    private readonly List<ItemWeight> _items = [];
    private readonly Dictionary<ModelRef, long> _tooLong = [];
    private TokenWeights? _weights;
    private ItemId _last;
    private Sums _sums;
    private int _summaries;
    private long _everAdded;
    private (string? Instructions, ItemWeight Weight) _system;
    private (ToolSet? Set, ItemWeight Weight) _tools;
    private Count? _counted;

    public ContextMeasure Measure(ModelInfo model, string instructions, ToolSet tools, IReadOnlyList<Item> items)
    {
        lock (_gate)
        {
            Take(model, items);
            Weigh(instructions, tools);
            var system = _system.Weight;
            var toolWeight = tools.Tools.Count == 0 ? default : _tools.Weight;
            var attachments = _sums.Images * ImageWeight.Tokens;
            var estimated = system.Tokens + toolWeight.Tokens + _sums.History + _sums.Thought + _sums.Summaries + attachments;
            var used = Corrected(model.Ref, estimated);
            var scale = estimated == 0 ? 1 : (double)used / estimated;
            var counted = _counted is { } count && count.Model == model.Ref ? count : (Count?)null;
            var usage = new ContextUsage
            {
                Model = model.Ref.ToString(),
                System = Scaled(system.Tokens),
                Tools = Scaled(toolWeight.Tokens),
                History = used - Scaled(system.Tokens) - Scaled(toolWeight.Tokens) - Scaled(_sums.Thought) - Scaled(_sums.Summaries) - Scaled(attachments),
                Reasoning = Scaled(_sums.Thought),
                Summaries = Scaled(_sums.Summaries),
                Attachments = Scaled(attachments),
                Used = used,
                Window = WindowOf(model),
                IsWindowKnown = LimitOf(model) is not null,
                ReasoningUsed = _sums.Thought,
                ReasoningLimit = model.ReasoningBudget?.Max,
                LastCounted = counted?.Reported,
                LastEstimated = counted?.Estimated,
            };
            usage = usage with { ReplyReserve = Math.Max(0, Math.Min(model.MaxOutput ?? ReserveOfUnknown, usage.Window - used)) };
            var images = _sums.Images * ImageWeight.AtMost(model);
            var worst = system.Bytes + toolWeight.Bytes + _sums.Bytes + images;
            long? byCount = counted is { } known ? Math.Min(worst, known.Reported + _everAdded - known.EverAdded + (_sums.Images - known.Images) * ImageWeight.AtMost(model)) : null;
            return new(usage, estimated, worst, byCount, _sums.Images) { EverAdded = _everAdded, Summaries = _summaries };

            long Scaled(long tokens) => (long)(tokens * scale);
        }
    }

    /// <summary>What the provider counted for a request that was measured.</summary>
    public void Learn(ModelRef model, ContextMeasure measured, long reported)
    {
        lock (_gate)
        {
            if (reported > 0)
            {
                _counted = new(model, measured.Estimated, reported, measured.Summaries, measured.EverAdded, measured.Images);
                if (_tooLong.TryGetValue(model, out var refused) && reported > refused)
                {
                    _tooLong.Remove(model);
                }
            }
        }
    }

    /// <summary>The correction that an earlier process has learned; what it counted is no bound for what came after.</summary>
    public void Restore(ContextUsage kept)
    {
        lock (_gate)
        {
            if (_counted is null && ModelRef.TryParse(kept.Model, out var model) && kept is { LastCounted: { } reported, LastEstimated: > 0 and var estimated })
            {
                _counted = new(model, estimated, reported, -1, long.MinValue / 2, 0);
            }
        }
    }

    /// <summary>The provider refused a request as too long: whatever the catalog says, its window is smaller.</summary>
    public void Refused(ModelRef model, long tokens)
    {
        lock (_gate)
        {
            _tooLong[model] = Math.Min(_tooLong.GetValueOrDefault(model, long.MaxValue), tokens * 9 / 10);
        }
    }

    /// <summary>The tokens of one item by the estimate, images included.</summary>
    internal static long Weigh(Item item, ModelInfo model, ContextView? view = null)
    {
        var weight = ItemWeight.Of(item, TokenWeights.For(model), view);
        return weight.Tokens + weight.Images * ImageWeight.Tokens;
    }

    private long? LimitOf(ModelInfo model)
    {
        var known = model.ContextWindow is { } window ? Math.Min(window, model.MaxInput ?? window) : model.MaxInput;
        return _tooLong.TryGetValue(model.Ref, out var refused) ? Math.Min(refused, known ?? refused) : known;
    }

    private long WindowOf(ModelInfo model) => LimitOf(model) ?? AssumedWindow;

    // The last count is the truth about what it counted; only what came after it is estimated.
    private long Corrected(ModelRef model, long estimated)
    {
        if (_counted is not { } last || last.Model != model || last.Estimated == 0)
        {
            return estimated;
        }
        // Small requests are mostly what wires write around them, and say nothing about text.
        var factor = last.Estimated < 500 ? 1 : Math.Clamp((double)last.Reported / last.Estimated, 0.6, 1.8);
        if (last.Summaries != _summaries)
        {
            return (long)(estimated * factor);
        }
        // A provider that counts hardly anything is not believed: its window is the same.
        var counted = Math.Max(last.Reported, last.Estimated / 2);
        return Math.Max((long)(counted + (estimated - last.Estimated) * factor), estimated / 2);
    }

    private void Take(ModelInfo model, IReadOnlyList<Item> items)
    {
        var weights = TokenWeights.For(model);
        var goesOn = ReferenceEquals(weights, _weights) && items.Count >= _items.Count && (_items.Count == 0 || items[_items.Count - 1].Id == _last);
        if (!goesOn)
        {
            _weights = weights;
            _items.Clear();
            (_sums, _summaries, _everAdded, _system, _tools) = (default, 0, 0, default, default);
            // The items that were counted are being added again: of the count only the correction is left.
            _counted = _counted is { } counted ? counted with { EverAdded = long.MinValue / 2 } : null;
        }
        var isRearranged = false;
        for (var i = _items.Count; i < items.Count; i++)
        {
            var item = items[i];
            var weight = ItemWeight.Of(item, weights);
            _items.Add(weight);
            _everAdded += weight.Bytes + (item is Summary { Of: not SummaryOf.Everything } summary ? TokenEstimate.AtMost(summary.Text) + 400 : 0);
            if (item is Summary)
            {
                (isRearranged, _summaries) = (true, _summaries + 1);
            }
            else
            {
                _sums.Add(item, weight);
            }
        }
        if (items.Count > 0)
        {
            _last = items[^1].Id;
        }
        if (isRearranged)
        {
            _sums = Recount(items, weights);
        }
    }

    private Sums Recount(IReadOnlyList<Item> items, TokenWeights weights)
    {
        var view = new ContextView(items);
        var sums = new Sums();
        for (var i = 0; i < items.Count; i++)
        {
            if (!view.IsHidden(items[i]))
            {
                var isChanged = items[i] is UserMessage || (items[i] is ToolResult result && view.IsTrimmed(result));
                sums.Add(items[i], isChanged ? ItemWeight.Of(items[i], weights, view) : _items[i]);
            }
        }
        return sums;
    }

    private void Weigh(string instructions, ToolSet tools)
    {
        if (!ReferenceEquals(_system.Instructions, instructions))
        {
            _system = (instructions, ItemWeight.OfText(instructions, _weights!));
        }
        if (!ReferenceEquals(_tools.Set, tools))
        {
            var sum = new ItemWeight(0, AroundToolsAtMost);
            foreach (var tool in tools.Tools)
            {
                var weight = ItemWeight.OfText($"{tool.Definition.WireName} {tool.Definition.Description} {tool.Definition.Schema.GetRawText()}", _weights!);
                sum = sum with { Tokens = sum.Tokens + weight.Tokens, Bytes = sum.Bytes + weight.Bytes };
            }
            _tools = (tools, sum);
        }
    }

    private readonly record struct Count(ModelRef Model, long Estimated, long Reported, int Summaries, long EverAdded, int Images);

    private struct Sums
    {
        public long History;
        public long Thought;
        public long Summaries;
        public long Bytes;
        public int Images;

        public void Add(Item item, ItemWeight weight)
        {
            Bytes += weight.Bytes;
            Images += weight.Images;
            switch (item)
            {
                case Reasoning:
                    Thought += weight.Tokens;
                    break;
                case Summary:
                    Summaries += weight.Tokens;
                    break;
                default:
                    History += weight.Tokens;
                    break;
            }
        }
    }
}
