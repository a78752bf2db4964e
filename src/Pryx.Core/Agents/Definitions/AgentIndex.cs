using System.Text;
using Pryx.Core.Skills;

namespace Pryx.Core.Agents.Definitions;

/// <summary>What the model is told of the agents there are: names and descriptions, never more than a fixed size.</summary>
internal static class AgentIndex
{
    /// <summary>About 1,000 tokens, by <see cref="SkillIndex.WeightOf"/>.</summary>
    private const int MaxWeight = 4_000;

    private static readonly int[] Lengths = [500, 300, 200, 140, 100, 70, 50, 0];

    /// <param name="head">What stands before it, and counts.</param>
    public static string Of(string head, IReadOnlyList<AgentDefinition> agents)
    {
        var text = "";
        foreach (var length in Lengths)
        {
            text = With(head, agents, length);
            if (SkillIndex.WeightOf(text) <= MaxWeight)
            {
                return text;
            }
        }
        // More than their names take: whoever has that many names the one to be called.
        return text[..Math.Min(text.Length, MaxWeight)];
    }

    private static string With(string head, IReadOnlyList<AgentDefinition> agents, int length)
    {
        var text = new StringBuilder(head);
        foreach (var agent in agents)
        {
            text.Append("\n- ").Append(agent.Name);
            if (length > 0)
            {
                text.Append(": ").Append(HiddenText.Line(agent.Description, length));
            }
        }
        return text.ToString();
    }
}
