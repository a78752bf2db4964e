using Pryx.Commands.Costs;
using Pryx.Commands.Sessions;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Telemetry;

/// <summary>The last turns, and each one's time: what ran when, what waited for whom.</summary>
internal sealed class Turns(ScreenHost host) : BrowseScreen<TurnTrace>(host)
{
    private (string Id, IReadOnlyList<TraceSpan> Spans)? _spans;
    private (string Id, PryxException Error)? _failure;

    public override string Name => "Timeline";
    protected override TimeSpan? Renewal => TimeSpan.FromSeconds(1);
    protected override StyledLine Heading => new("The last turns", Ink.Muted);

    protected override StyledLine Summary
    {
        get
        {
            var took = Listing.Shown.Where(static turn => turn.Took is not null).Select(static turn => turn.Took!.Value).Order().ToList();
            var failed = Listing.Shown.Count(static turn => turn.Error is not null);
            return new([new(took.Count > 0 ? $"median {Say.Took(took[took.Count / 2])}" : "", Ink.Muted), .. failed > 0 ? [new($" · {failed} failed", Ink.Error)] : Array.Empty<Span>()]);
        }
    }

    protected override Facts Empty => new Facts().Title("No turn yet")
        .Gap().Text("Every turn leaves a trace: each model call, each tool call and each wait for your answer, with its time, its tokens and what went wrong. It stays on this machine.")
        .Gap().Text("Ask something in the chat, and look here while it works.", Ink.Accent);

    protected override async Task<IReadOnlyList<TurnTrace>> ReadAsync(CancellationToken cancellationToken)
    {
        var list = await Host.Core.GetAsync("/api/v1/traces?limit=50", ProtocolJson.Default.JsonElement, cancellationToken);
        return [.. list.ItemsOf("traces").Select(TurnTrace.Of)];
    }

    protected override string KeyOf(TurnTrace item) => item.Id;

    protected override string WordsOf(TurnTrace item) => $"{item.Model} {item.Status} {item.Error} {item.Surface} {item.Id} {item.SessionId}";

    protected override StyledLine Row(TurnTrace item, int width)
    {
        var (sign, ink) = SignOf(item);
        return StatusLine.Of(width,
            new([new(sign + " ", ink), new($"{Host.Time.OfDay(item.StartedAt)}  ", Ink.Muted), new(item.Model ?? "")]),
            new([new(item.CostUsd is > 0 and var cost ? CostText.Usd(cost) + "  " : "", Ink.Muted), new(TookOf(item), item.IsRunning ? Ink.Info : Ink.Default)]));
    }

    protected override Facts DetailsOf(TurnTrace item)
    {
        var (_, ink) = SignOf(item);
        var facts = new Facts().Title($"Turn of {RelativeTime.Of(item.StartedAt, Host.Time.GetUtcNow())}", item.Status, ink).Text(item.Error, Ink.Error)
            .Text($"{TookOf(item)} · {Say.Count(item.Steps, "step")} · {Say.Short(item.Tokens)} tokens{(item.CostUsd is { } cost ? " · " + CostText.Usd(cost) : "")}{(item.Surface is { } surface ? " · from " + surface : "")}", Ink.Muted)
            .Gap();
        if (_spans is { } read && read.Id == item.Id && read.Spans.Count > 0)
        {
            var timeline = new Timeline(read.Spans, Host.Time.GetUtcNow());
            timeline.Latency(facts.Rows(timeline.Bars));
        }
        else
        {
            _ = _failure is { } failure && failure.Id == item.Id ? facts.Text(failure.Error.Message, Ink.Error) : facts.Text("Reading its spans…", Ink.Muted);
        }
        return facts.Gap().Say("trace", item.Id, Ink.Faint).Say("session", item.SessionId, Ink.Faint);
    }

    protected override void OnSelected(TurnTrace item)
    {
        // One that has ended does not change any more.
        if (_spans is { } read && read.Id == item.Id && !item.IsRunning && read.Spans.All(static span => span.Took is not null))
        {
            return;
        }
        Host.App.Start(async () =>
        {
            try
            {
                var trace = await Host.Core.GetAsync($"/api/v1/traces/{Uri.EscapeDataString(item.Id)}", ProtocolJson.Default.JsonElement, Host.Stopping);
                _spans = (item.Id, TraceSpan.AllOf(trace));
                Renew();
            }
            catch (PryxException e)
            {
                _failure = (item.Id, e);
                Renew();
            }
        });
    }

    private string TookOf(TurnTrace turn) => turn.Took is null ? $"{Say.Took((Host.Time.GetUtcNow() - turn.StartedAt).TotalMilliseconds)} …" : Say.Took(turn.Took);

    private static (string Sign, Ink Ink) SignOf(TurnTrace turn) => turn.Status switch
    {
        "running" => ("●", Ink.Info),
        "completed" => ("✓", Ink.Success),
        "cancelled" => ("■", Ink.Muted),
        "limited" => ("!", Ink.Warning),
        _ => ("✗", Ink.Error),
    };
}
