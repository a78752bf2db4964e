using System.Text;

namespace Pryx.Core.Skills;

/// <summary>What the model is told of the skills before it has asked for one: names and descriptions, never more than a fixed size.</summary>
public static class SkillIndex
{
    /// <summary>About 1,500 tokens, by <see cref="WeightOf"/>.</summary>
    public const int MaxWeight = 6_000;

    private static readonly int[] Lengths = [1000, 500, 300, 200, 140, 100, 70, 50];

    /// <param name="head">What stands before it, and counts.</param>
    /// <param name="skills">In the order in which they are to stand.</param>
    public static string Of(string head, IReadOnlyList<Skill> skills)
    {
        foreach (var length in Lengths)
        {
            var text = new StringBuilder(head);
            foreach (var skill in skills)
            {
                text.Append("\n- ").Append(skill.Id).Append(": ").Append(HiddenText.Line(skill.Description, length));
            }
            if (text.Length <= MaxWeight && WeightOf(text.ToString()) <= MaxWeight)
            {
                return text.ToString();
            }
        }
        return Names(head, skills);
    }

    /// <summary>Four to a token, whatever the script: an upper bound for the usual vocabularies.</summary>
    public static int WeightOf(string text)
    {
        var weight = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            weight += rune.Utf8SequenceLength switch { 1 => 1, 2 => 3, 3 => 5, _ => 12 };
        }
        return weight;
    }

    private static string Names(string head, IReadOnlyList<Skill> skills)
    {
        const int More = 80;
        var text = new StringBuilder(head).Append("\n- ");
        var left = MaxWeight - WeightOf(text.ToString()) - More;
        var shown = 0;
        foreach (var skill in skills)
        {
            if ((left -= skill.Id.Length + 2) < 0)
            {
                break;
            }
            text.Append(shown++ == 0 ? "" : ", ").Append(skill.Id);
        }
        return shown == skills.Count ? text.ToString() : text.Append($"\n- {skills.Count - shown} more: search with skill{{\"query\": \"words\"}}").ToString();
    }
}
