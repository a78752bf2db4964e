using System.Text;
using Pryx.Agent.Policy;

namespace Pryx.Core.Policies;

/// <summary>What the model is told of the pins, in the system prompt: it is part of every request, and no summary reaches it.</summary>
internal static class PinText
{
    /// <summary>The instructions as they are where nothing is pinned.</summary>
    public static string Under(string instructions, IReadOnlyList<StoredPin> pins)
    {
        if (pins.Count == 0)
        {
            return instructions;
        }
        var text = new StringBuilder(instructions.TrimEnd()).Append("\n\nThe user has pinned these constraints. They hold until the user takes them back, whatever else is said:\n");
        foreach (var pin in pins)
        {
            text.Append("- ").Append(pin.Pin.Text).Append(pin.Pin.Reading is not { IsEnforced: true } reading ? "" : reading.Decision == Decision.Deny ? " (such calls are denied)" : " (such calls are asked)").Append('\n');
        }
        return text.ToString();
    }
}
