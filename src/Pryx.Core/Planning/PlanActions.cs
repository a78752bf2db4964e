using System.Text;
using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Planning;

/// <summary>The actions of a plan: those that approving it grants, and those that are asked when it comes to them, each with its reason.</summary>
/// <param name="Granted">In the syntax of <c>--allow</c>, in canonical spelling.</param>
internal sealed record PlanActions(IReadOnlyList<string> Granted, IReadOnlyList<(string Action, string Why)> Asked)
{
    /// <summary>More than anybody reads on a card.</summary>
    private const int Most = 30;
    private const int Longest = 300;

    /// <exception cref="ToolArgumentException">One can not be read, or there are too many.</exception>
    public static PlanActions Read(IReadOnlyList<string> actions)
    {
        if (actions.Count > Most || actions.Any(static action => action.Length > Longest))
        {
            throw new ToolArgumentException($"At most {Most} actions of {Longest} characters are taken. Name the ones that matter; the others are asked when it comes to them.");
        }
        List<string> granted = [];
        List<(string, string)> asked = [];
        foreach (var action in actions.Select(static action => action.Trim()).Where(static action => action.Length > 0).Distinct(StringComparer.Ordinal))
        {
            if (action.AsSpan().IndexOfAnyInRange('\0', '\x1f') >= 0)
            {
                throw new ToolArgumentException("An action is one line: a tool and a pattern, such as shell.exec:dotnet test*.");
            }
            ToolRule rule;
            try
            {
                rule = ToolRule.Parse(action);
            }
            catch (PryxException e)
            {
                throw new ToolArgumentException($"The action '{action}' can not be read: {e.Message} Write a tool and a pattern, such as shell.exec:dotnet test* or filesystem.write:src/**.");
            }
            if (WhyAsked(rule) is { } why)
            {
                asked.Add((rule.Text, why));
            }
            else
            {
                granted.Add(rule.Text);
            }
        }
        return new([.. granted.Distinct(StringComparer.Ordinal)], asked);
    }

    /// <summary>As the card shows them below the plan.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        text.Append(Granted.Count > 0 ? "Approving allows exactly this, unasked, until the session ends:" : "Approving allows nothing unasked.");
        foreach (var action in Granted)
        {
            text.Append("\n  + ").Append(action);
        }
        if (Asked.Count > 0)
        {
            text.Append("\nStill asked when it comes to it:");
            foreach (var (action, why) in Asked)
            {
                text.Append("\n  ? ").Append(action).Append(" (").Append(why).Append(')');
            }
        }
        return text.ToString();
    }

    // Stricter than a grant that a person types: this one was written by a model, and a card is read in passing.
    private static string? WhyAsked(ToolRule rule)
    {
        var colon = rule.Text.IndexOf(':', StringComparison.Ordinal);
        var (tool, pattern) = colon < 0 ? (rule.Text, "") : (rule.Text[..colon], rule.Text[(colon + 1)..].Trim());
        if (rule.IsFolder || rule.IsWholeNetwork || tool.Contains('*', StringComparison.Ordinal))
        {
            return "it means more than one thing";
        }
        try
        {
            ToolRule.ParseGrant(rule.Text);
        }
        catch (PryxException e)
        {
            return e.Message.TrimEnd('.');
        }
        if (tool.StartsWith("mcp.", StringComparison.Ordinal) || rule.NetworkHost is not null)
        {
            return null;
        }
        return pattern.Length == 0 ? "it names no command, file or host"
            : PolicyTools.IsFileTool(tool) && IsEverywhere(pattern) ? "it names no file or folder"
            : pattern.StartsWith('*') ? "it begins with anything"
            : null;
    }

    private static bool IsEverywhere(string path)
    {
        var rest = path.TrimStart('.', '/', '~');
        return rest.Length == 0 || rest.StartsWith('*');
    }
}
