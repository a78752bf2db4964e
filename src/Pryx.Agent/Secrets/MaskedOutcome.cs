using Pryx.Agent.Tools;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Secrets;

/// <summary>A tool's outcome as it may be stored and shown.</summary>
internal static class MaskedOutcome
{
    public static ToolOutcome Of(ToolOutcome outcome, ISecretMask secrets)
    {
        var source = outcome.Source is { } from ? secrets.Mask(from) : null;
        if (outcome.Command is not { } command)
        {
            return outcome with { Text = secrets.Mask(outcome.Text), Source = source };
        }
        // Where a command's output begins is counted from the end: its parts are masked one by one.
        var (stdout, stderr) = (command.StdoutOf(outcome.Text), command.StderrOf(outcome.Text));
        var before = outcome.Text[..(outcome.Text.Length - LengthWithHeading(stdout, CommandOutcome.StdoutHeading) - LengthWithHeading(stderr, CommandOutcome.StderrHeading))];
        var (maskedOut, maskedErr) = (secrets.Mask(stdout), secrets.Mask(stderr));
        return outcome with
        {
            Text = secrets.Mask(before) + WithHeading(maskedOut, CommandOutcome.StdoutHeading) + WithHeading(maskedErr, CommandOutcome.StderrHeading),
            Command = command with { StdoutLength = maskedOut.Length, StderrLength = maskedErr.Length },
            Source = source,
        };
    }

    private static int LengthWithHeading(string text, string heading) => text.Length == 0 ? 0 : text.Length + heading.Length;

    private static string WithHeading(string text, string heading) => text.Length == 0 ? "" : heading + text;
}
