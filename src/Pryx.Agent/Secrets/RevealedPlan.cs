using Pryx.Agent.Tools;

namespace Pryx.Agent.Secrets;

/// <summary>
/// Whether a call with its real values is the call that was judged. What stands in a file or on a page decides about the values,
/// so one that would make another command, another path or another host of it must not get through.
/// </summary>
internal static class RevealedPlan
{
    // What no shell reads as more than a letter of a word.
    private const string Harmless = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+=/.,:@%^-";
    private static readonly System.Buffers.SearchValues<char> HarmlessChars = System.Buffers.SearchValues.Create(Harmless);

    /// <returns>Why it is another call, for the model; null when it is the same.</returns>
    public static string? Difference(ToolPlan judged, ToolPlan real, ISecretMask secrets, IReadOnlyList<string> placeholders)
    {
        const string another = "With the secret's value this would be another call than the one that was judged, so it was not made.";
        if (judged.Accesses.Count != real.Accesses.Count || (judged.Unclear is null) != (real.Unclear is null))
        {
            return another + Advice(judged);
        }
        for (var i = 0; i < judged.Accesses.Count; i++)
        {
            var (before, after) = (judged.Accesses[i], real.Accesses[i]);
            if (before.Kind == AccessKind.Execute && placeholders.FirstOrDefault(used => before.Target.Contains(used, StringComparison.Ordinal) && !FitsCommand(before.Target, used, secrets.Reveal(used))) is { } unfit)
            {
                return $"The value of {unfit} can not stand in a command line as it is; nothing was run." + Advice(judged);
            }
            if (before with { Target = "", Size = null } != after with { Target = "", Size = null } || !IsSame(before, after, secrets))
            {
                return another + Advice(judged);
            }
        }
        return null;
    }

    private static bool FitsCommand(string command, string placeholder, string value) =>
        value.AsSpan().IndexOfAnyExcept(HarmlessChars) < 0 && value[0] != '-' && !Bare(command).StartsWith(placeholder, StringComparison.Ordinal);

    // The parser leaves out quotes that change nothing, and which those are depends on the letters between them.
    private static bool IsSame(ToolAccess before, ToolAccess after, ISecretMask secrets) =>
        before.Kind == AccessKind.Execute ? Bare(secrets.Reveal(before.Target)) == Bare(after.Target) : secrets.Reveal(before.Target) == after.Target;

    private static string Bare(string command) => command.Replace("'", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal).Replace("\\", "", StringComparison.Ordinal);

    private static string Advice(ToolPlan judged) => judged.Accesses.Any(access => access.Kind == AccessKind.Execute)
        ? " Give the placeholder to the call as a variable instead (env: {\"MY_SECRET\": \"«…»\"}) and write \"$MY_SECRET\" in the command."
        : "";
}
