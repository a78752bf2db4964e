using Pryx.Protocol.Items;

namespace Pryx.Agent.Context;

/// <summary>Which items the model still sees, and which summaries stand for the others. A later summary replaces the ones that lie within its range.</summary>
internal sealed class ContextView
{
    private readonly List<Summary> _active = [];
    private readonly List<Summary> _reasoning = [];
    private readonly List<Summary> _outputs = [];
    private readonly Dictionary<long, Summary> _beginnings = [];

    private readonly List<Summary> _takenBack = [];

    public ContextView(IReadOnlyList<Item> items)
    {
        AddTakenBack(items);
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is Summary summary)
            {
                Count++;
                if (!Covers(_takenBack, summary.Seq))
                {
                    Add(summary);
                }
            }
        }
        _active.Sort(static (one, two) => one.FromSeq.CompareTo(two.FromSeq));
    }

    /// <summary>All summaries there are, replaced ones included.</summary>
    public int Count { get; }

    /// <summary>Those that stand for everything in their range, in the order of what they stand for.</summary>
    public IReadOnlyList<Summary> Active => _active;

    public bool IsHidden(Item item) => item switch
    {
        _ when Covers(_takenBack, item.Seq) => true,
        Summary { Of: SummaryOf.TakenBack or SummaryOf.BroughtBack } => Covers(_active, item.Seq),
        Summary summary => !_active.Contains(summary),
        Reasoning => Covers(_active, item.Seq) || Covers(_reasoning, item.Seq),
        _ => Covers(_active, item.Seq),
    };

    /// <summary>What the model reads of a result.</summary>
    public string OutputOf(ToolResult result) => Covers(_outputs, result.Seq) ? TrimmedOutput.Of(result) : result.Output;

    public bool IsTrimmed(ToolResult result) => Covers(_outputs, result.Seq);

    /// <summary>What the model reads of a message.</summary>
    public string TextOf(UserMessage message) =>
        _beginnings.GetValueOrDefault(message.Seq) is { } beginning && beginning.Characters <= message.Text.Length
            ? SplitMessage.Join(beginning.Text, message.Text[beginning.Characters..])
            : message.Text;

    /// <summary>What the model reads of a message and of what its first word stands for.</summary>
    public string WholeTextOf(UserMessage message) => message.Expansion is { } expansion ? $"{TextOf(message)}\n\n{expansion}" : TextOf(message);

    /// <summary>What stands for the beginning of a message; null when it is read as it is.</summary>
    public Summary? BeginningOf(UserMessage message) => _beginnings.GetValueOrDefault(message.Seq);

    // The newest first: one that was taken back itself takes nothing back any more.
    private void AddTakenBack(IReadOnlyList<Item> items)
    {
        var broughtBack = new HashSet<long>();
        for (var i = items.Count - 1; i >= 0; i--)
        {
            switch (items[i])
            {
                case Summary { Of: SummaryOf.BroughtBack } summary when !Covers(_takenBack, summary.Seq):
                    broughtBack.Add(summary.FromSeq);
                    break;
                case Summary { Of: SummaryOf.TakenBack, FromSeq: > 0 } summary when !broughtBack.Contains(summary.Seq) && !Covers(_takenBack, summary.Seq):
                    _takenBack.Add(summary);
                    break;
                default:
                    break;
            }
        }
    }

    private void Add(Summary summary)
    {
        switch (summary.Of)
        {
            case SummaryOf.Reasoning:
                _reasoning.Add(summary);
                break;
            case SummaryOf.ToolOutput:
                _outputs.Add(summary);
                break;
            case SummaryOf.TakenBack or SummaryOf.BroughtBack:
                break; // Those that hold are known already.
            case SummaryOf.MessageBeginning:
                _beginnings[summary.FromSeq] = summary;
                break;
            default:
                _active.RemoveAll(older => older.FromSeq >= summary.FromSeq && older.ToSeq <= summary.ToSeq);
                _active.Add(summary);
                break;
        }
    }

    private static bool Covers(List<Summary> summaries, long seq)
    {
        foreach (var summary in summaries)
        {
            if (seq >= summary.FromSeq && seq <= summary.ToSeq)
            {
                return true;
            }
        }
        return false;
    }
}
