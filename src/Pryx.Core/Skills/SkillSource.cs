using Pryx.Core.Tools;

namespace Pryx.Core.Skills;

/// <summary>Offers the <c>skill</c> tool where there is a skill to use; otherwise nothing is added to a request.</summary>
public sealed class SkillSource(SkillShelf shelf) : IToolSource
{
    private readonly Lock _lock = new();
    private readonly List<(SkillListing Listing, ToolOffer Offer)> _made = [];

    public ValueTask<ToolOffer> OfferAsync(ToolScope scope, CancellationToken cancellationToken)
    {
        var listing = shelf.ForTurn(scope.IsTrusted ? scope.Workspace : null, cancellationToken);
        if (ReferenceEquals(listing, SkillListing.Empty))
        {
            return ValueTask.FromResult(ToolOffer.None);
        }
        lock (_lock)
        {
            foreach (var (known, offer) in _made)
            {
                if (ReferenceEquals(known, listing))
                {
                    return ValueTask.FromResult(offer);
                }
            }
            var tool = new SkillTool(listing);
            var made = new ToolOffer(tool.Offered.Any() ? [tool] : []) { Notices = listing.Warning is { } warning ? [warning] : [] };
            if (_made.Count >= 16)
            {
                _made.RemoveAt(0);
            }
            _made.Add((listing, made));
            return ValueTask.FromResult(made);
        }
    }
}
