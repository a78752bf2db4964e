using System.Globalization;
using Pryx.Agent.Models;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Budgets;

/// <summary>What is said before a turn that is going to be dear (NFR-M1.6).</summary>
public static class LargeCall
{
    private const long LargeInput = 50_000;
    private const decimal DearUsd = 0.25m;

    /// <summary>Null for a call that needs no words.</summary>
    public static Notice? Warning(ModelInfo model, CallNeeds needs)
    {
        var usd = model.Price is { } price ? WorstCase.TypicalUsd(price, needs.InputTokens) : (decimal?)null;
        if (usd is 0 || (needs.InputTokens <= LargeInput && (usd ?? 0) <= DearUsd))
        {
            return null;
        }
        var cost = usd is { } known ? string.Create(CultureInfo.InvariantCulture, $"about ${known:0.00##}") : "an unknown amount: its price is not in the catalog";
        return new("cost", string.Create(CultureInfo.InvariantCulture,
            $"The first call of this turn sends about {needs.InputTokens:N0} tokens to {model.Ref} and costs {cost}; each step after it sends them again."));
    }
}
