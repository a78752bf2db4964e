using Pryx.Agent.Tools;

namespace Pryx.Agent.Policy;

/// <param name="Label">How a person finds it: the policy file's name, or <c>rule:4f21…</c>.</param>
public sealed record PolicyRule(string Label, ToolRule Rule, Decision Decision, string? Reason = null);

/// <summary>A layer of written rules: the user's, the workspace's, or those of a channel's mapping.</summary>
/// <param name="canOnlyTighten">True for the workspace: its Allow is not heard.</param>
public sealed class RuleLayer(string name, IReadOnlyList<PolicyRule> rules, string home, bool canOnlyTighten = false) : IPolicyLayer
{
    public string Name { get; } = name;
    public bool HoldsAgainstGrants => false;

    public Judgement? Judge(PolicyRequest request, ToolAccess? access, GrantSet grants)
    {
        PolicyRule? strictest = null;
        var program = ToolRule.ProgramOf(access);
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules[i];
            if ((strictest is not null && rule.Decision <= strictest.Decision) || (canOnlyTighten && rule.Decision == Decision.Allow))
            {
                continue;
            }
            // An Allow has to be certain, an Ask or Deny only possible.
            if (rule.Decision == Decision.Allow ? rule.Rule.Covers(request, access, home) : rule.Rule.Touches(request, access, program, home))
            {
                strictest = rule;
            }
        }
        return strictest is null ? null : new(strictest.Decision, $"{Name}:{strictest.Label}", strictest.Reason ?? $"The rule '{strictest.Rule}' of {Name} says {Verb(strictest.Decision)}.");
    }

    private static string Verb(Decision decision) => decision switch
    {
        Decision.Allow => "allow",
        Decision.Ask => "ask",
        _ => "deny",
    };
}
