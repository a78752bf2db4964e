using Pryx.Agent.Tools;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Hooks;

/// <summary>A result with what programs have to say about its call.</summary>
internal static class HookedOutcome
{
    public static ToolOutcome With(ToolOutcome outcome, HookWords? words) => words is null ? outcome : outcome with
    {
        Text = $"{outcome.Text}\n\n[a hook says: {words.Text}]",
        Provenance = words.Source is null ? outcome.Provenance : Provenance.Untrusted,
        Source = outcome.Provenance == Provenance.Untrusted ? outcome.Source : words.Source ?? outcome.Source,
    };
}
