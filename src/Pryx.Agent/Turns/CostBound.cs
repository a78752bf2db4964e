using System.Text;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Turns;

/// <summary>
/// Keeps a turn within its cost limit: the worst case of a call is reserved before it is made, its output limit lowered to what is left.
/// </summary>
public static class CostBound
{
    // Fewer output tokens than this are not worth paying the input for.
    private const int LeastOutput = 64;

    /// <summary>The output limit for the next call, or why it is not made.</summary>
    /// <param name="spent">USD so far in this turn.</param>
    /// <param name="last">What the provider counted for the step before: the next request holds at least that.</param>
    public static (int? MaxOutputTokens, string? Refusal) ForCall(TurnSetup setup, IReadOnlyList<Item> items, decimal spent, TokenUsage last, int step)
    {
        var wanted = setup.Limits.MaxOutputTokens;
        if (setup.Limits.MaxCostUsd is not { } limit)
        {
            return (wanted, null);
        }
        if (setup.Model.Price is not { } price)
        {
            return (null, $"The price of {setup.Model.Ref} is not known, so a cost limit can not be kept. Choose a model with a known price or leave --max-cost out.");
        }
        var input = Math.Max(EstimateTokens(setup, items), last.Input + last.Output) * Math.Max(price.Input, price.CacheWrite ?? 0) / 1_000_000m;
        var left = limit - spent;
        if (price.Output == 0 && input <= left)
        {
            return (wanted, null);
        }
        var affordable = price.Output == 0 ? 0 : (left - input) * 1_000_000m / price.Output;
        if (affordable < LeastOutput)
        {
            return (null, $"Stopped before model call {step}: it would cost about ${input + LeastOutput * price.Output / 1_000_000m:0.0000} or more, ${Math.Max(0, left):0.0000} of ${limit:0.00##} is left.");
        }
        var most = (int)Math.Min(affordable, setup.Model.MaxOutput ?? 1_000_000);
        return (Math.Min(most, wanted ?? int.MaxValue), null);
    }

    // Three bytes a token: English and code have about four, CJK three, so the estimate errs on the side of the limit.
    private static decimal EstimateTokens(TurnSetup setup, IReadOnlyList<Item> items)
    {
        var bytes = Size(setup.Instructions);
        foreach (var tool in setup.Tools.Tools)
        {
            bytes += Size(tool.Definition.Description) + Size(tool.Definition.Schema.GetRawText());
        }
        long images = 0;
        foreach (var item in items)
        {
            bytes += item switch
            {
                UserMessage user => Size(user.Text),
                Reply reply => Size(reply.Text),
                Reasoning reasoning => Size(reasoning.Text) + Size(reasoning.Opaque?.Data ?? ""),
                ToolCall call => Size(call.Arguments) + 50,
                ToolResult result => Size(result.Output) + 20,
                Summary summary => Size(summary.Text),
                _ => 0,
            };
            images += item switch { UserMessage user => user.Attachments.Count, ToolResult result => result.Attachments.Count, _ => 0 };
        }
        return bytes / 3m + images * 2_000;
    }

    private static long Size(string text) => Encoding.UTF8.GetByteCount(text);
}
