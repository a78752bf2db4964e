using Pryx.Core.Tools;

namespace Pryx.Core.Planning;

/// <summary><c>/plan</c> and <c>/act</c> in a message switch plan mode on and off; what stands behind them is the message.</summary>
public sealed class PlanWords : IInputExpansion
{
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
        var said = mode == "plan" ? "[The user switched plan mode on. If it is not clear what to plan, ask; do nothing else yet.]" : "[The user switched plan mode off. If there is nothing left to do, say so in a word.]";
        // Words that are not the user's own switch nothing.
        return ValueTask.FromResult<InputExpansion?>(new("")
        {
            Becomes = request => request with { Mode = request.SpeaksForUser ? mode : null, Text = isBare ? text : rest, Expansion = isBare ? said : null },
        });
    }
}
