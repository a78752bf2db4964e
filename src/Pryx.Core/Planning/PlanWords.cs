using Pryx.Core.Tools;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Planning;

/// <summary><c>/plan</c> and <c>/act</c> in a message switch plan mode on and off; what stands behind them is the message.</summary>
public sealed class PlanWords : IInputExpansion
{
    public IReadOnlyList<InputWord> Words(ToolScope scope, CancellationToken cancellationToken) =>
    [
        new("plan", "built-in", "Plan mode: read and ask, act once the plan is approved", "[what to plan] or off"),
        new("act", "built-in", "End plan mode", "[what to do]"),
    ];

    public ValueTask<InputExpansion?> ExpandAsync(string text, ToolScope scope, CancellationToken cancellationToken)
    {
        var space = text.AsSpan().IndexOfAny(' ', '\n', '\t');
        var word = space < 0 ? text : text[..space];
        var rest = space < 0 ? "" : text[space..].Trim();
        var mode = word.ToLowerInvariant() switch
        {
            "/plan" when rest.ToLowerInvariant() is "off" => "act",
            "/plan" => "plan",
            "/act" => "act",
            _ => null,
        };
        if (mode is null)
        {
            return ValueTask.FromResult<InputExpansion?>(null);
        }
        var isBare = rest.Length == 0 || rest.Equals("off", StringComparison.OrdinalIgnoreCase);
        var said = mode == "plan" ? "Plan mode is on: I read and ask, and present a plan before I act." : "Plan mode is off.";
        // Words that are not the user's own switch nothing.
        return ValueTask.FromResult<InputExpansion?>(new("")
        {
            Becomes = request => !request.SpeaksForUser ? request with { Text = rest.Length == 0 ? text : rest }
                : isBare ? request with { Mode = mode, Say = said, Delivery = Delivery.Queue, KeepsSessionModel = true }
                : request with { Mode = mode, Text = rest },
        });
    }
}
