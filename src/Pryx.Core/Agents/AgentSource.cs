using Pryx.Agent.Tools;
using Pryx.Core.Agents.Definitions;
using Pryx.Core.Tools;

namespace Pryx.Core.Agents;

/// <summary>Offers the <c>task</c> tool with the agents that are defined for the turn's folder.</summary>
public sealed class AgentSource(AgentShelf shelf, Func<AgentCall, ToolContext, CancellationToken, Task<ToolOutcome>> callAsync) : IToolSource
{
    private const int Kept = 16;
    private readonly Lock _lock = new();
    private readonly List<(AgentListing Listing, ToolOffer Offer)> _made = [];

    public ValueTask<ToolOffer> OfferAsync(ToolScope scope, CancellationToken cancellationToken)
    {
        var listing = shelf.List(scope.IsTrusted ? scope.Workspace : null);
        lock (_lock)
        {
            foreach (var (known, offer) in _made)
            {
                if (ReferenceEquals(known, listing))
                {
                    return ValueTask.FromResult(offer);
                }
            }
            var made = new ToolOffer([new TaskTool(listing, callAsync)]);
            if (_made.Count >= Kept)
            {
                _made.RemoveAt(0);
            }
            _made.Add((listing, made));
            return ValueTask.FromResult(made);
        }
    }
}
