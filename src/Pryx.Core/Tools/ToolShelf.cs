using Pryx.Agent.Tools;

namespace Pryx.Core.Tools;

/// <summary>The tools of a turn and what the user should know about them.</summary>
public sealed record ShelvedTools(ToolSet Tools, IReadOnlyList<string> Notices);

/// <summary>Puts the tools of a turn together: the built-in ones, then each source's. A name that is taken stays with whoever had it first.</summary>
public sealed class ToolShelf(Func<ToolSet> builtIn, Func<IReadOnlyList<IToolSource>> sources)
{
    private readonly Lock _lock = new();
    private ToolSet? _last;

    public async ValueTask<ShelvedTools> ForAsync(ToolScope scope, CancellationToken cancellationToken)
    {
        var own = builtIn();
        List<ITool> tools = [.. own.Tools];
        List<ITool> onDemand = [];
        List<string> notices = [];
        var names = new HashSet<string>(tools.Select(static tool => tool.Definition.WireName), StringComparer.OrdinalIgnoreCase);
        foreach (var source in sources())
        {
            var offer = await source.OfferAsync(scope, cancellationToken);
            notices.AddRange(offer.Notices);
            Add(offer.Tools, tools);
            Add(offer.OnDemand, onDemand);
        }
        return new(tools.Count == own.Tools.Count && onDemand.Count == 0 ? own : SameOrNew(tools, onDemand), notices);

        void Add(IReadOnlyList<ITool> offered, List<ITool> to)
        {
            foreach (var tool in offered)
            {
                if (names.Add(tool.Definition.WireName))
                {
                    to.Add(tool);
                }
                else
                {
                    notices.Add($"The tool {tool.Definition.PolicyName} is left out: its name {tool.Definition.WireName} is taken.");
                }
            }
        }
    }

    // What was weighed of a set need not be weighed again.
    private ToolSet SameOrNew(List<ITool> tools, List<ITool> onDemand)
    {
        lock (_lock)
        {
            return _last is { } last && last.Tools.SequenceEqual(tools) && last.OnDemand.SequenceEqual(onDemand) ? last : _last = new ToolSet(tools, onDemand);
        }
    }
}
