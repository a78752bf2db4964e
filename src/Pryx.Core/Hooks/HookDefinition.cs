using System.Text.RegularExpressions;

namespace Pryx.Core.Hooks;

/// <summary>Whose a hook is.</summary>
public enum HookOrigin { User, Workspace }

/// <summary>When hooks run, by the names that Claude Code gives.</summary>
public static class HookEvents
{
    public const string PreToolUse = "PreToolUse";
    public const string PostToolUse = "PostToolUse";
    public const string UserPromptSubmit = "UserPromptSubmit";
    public const string Stop = "Stop";
    public const string SessionStart = "SessionStart";

    public static IReadOnlyList<string> All { get; } = [PreToolUse, PostToolUse, UserPromptSubmit, Stop, SessionStart];
}

/// <summary>A program that runs at some point of a turn.</summary>
/// <param name="Command">For the shell.</param>
/// <param name="Path">The file that says so.</param>
public sealed record HookDefinition(string Event, string Matcher, string Command, TimeSpan Timeout, HookOrigin Origin, string Path)
{
    /// <summary>Hosts that it reaches; only the user's own file can say so.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    private Regex? Pattern { get; init; } = IsAll(Matcher) ? null : new($"^(?:{Matcher})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>For rules, cards and logs: the event and the beginning of the command.</summary>
    public string Name => $"{Event} '{Skills.HiddenText.Line(Command, 60)}'";

    /// <param name="names">All that the tool is called; none for what is no tool.</param>
    public bool Matches(IEnumerable<string> names) => Pattern is null || names.Any(Pattern.IsMatch);

    internal static bool IsAll(string matcher) => matcher is "" or "*";
}

/// <summary>A file, or a part of one, that can not be read: whether it holds a guard nobody knows.</summary>
public sealed record BrokenHooks(string Path, HookOrigin Origin, string Message);

/// <param name="Hooks">In the order in which they run.</param>
/// <param name="Notes">What is left out, in sentences.</param>
public sealed record HookListing(IReadOnlyList<HookDefinition> Hooks, IReadOnlyList<BrokenHooks> Broken, IReadOnlyList<string> Notes)
{
    public static HookListing Empty { get; } = new([], [], []);

    public bool IsEmpty => Hooks.Count == 0 && Broken.Count == 0;
}
