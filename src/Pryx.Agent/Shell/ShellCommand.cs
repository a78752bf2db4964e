using System.Text;

namespace Pryx.Agent.Shell;

/// <summary>Where in its script a command stands.</summary>
[Flags]
public enum CommandContext
{
    None = 0,
    Subshell = 1,
    Function = 2,
    Loop = 4,

    /// <summary>Only if something else succeeds or fails.</summary>
    Conditional = 8,
    Background = 16,
    Pipe = 32,
    Substitution = 64,

    /// <summary>Another program of the list runs it: sudo, xargs, find -exec, sh -c.</summary>
    Wrapped = 128,

    /// <summary>Its input is what the command before it writes.</summary>
    Piped = 256,

    /// <summary>It calls a function of the script.</summary>
    Call = 512,
}

/// <summary>One simple command that may run.</summary>
/// <param name="Words">The first is the program. Empty when the command only redirects or assigns.</param>
/// <param name="Folders">Where it may run: relative to the script's own folder ("" is that folder), absolute, or below <c>~</c>; null when nobody can say.</param>
public sealed record ShellCommand(
    IReadOnlyList<ShellWord> Words, IReadOnlyList<ShellAssignment> Assignments, IReadOnlyList<ShellRedirect> Redirects, CommandContext Context, IReadOnlyList<string>? Folders)
{
    private string? _text;
    private CommandFacts? _facts;

    /// <summary>The words as rules and cards see them.</summary>
    public string Text => _text ??= Join(Words);

    /// <summary>What is known of it.</summary>
    public CommandFacts Facts => _facts ??= CommandFacts.Of(this);

    /// <summary>The program's name without its folder; "" when there is none or it is not known.</summary>
    public string Program => Words.Count > 0 && (Words[0].IsLiteral || Words[0].Raw == "[") ? Words[0].Text[(Words[0].Text.LastIndexOf('/') + 1)..] : "";

    internal static string Join(IReadOnlyList<ShellWord> words)
    {
        if (words.Count == 1)
        {
            return words[0].Shown;
        }
        var text = new StringBuilder();
        foreach (var word in words)
        {
            text.Append(text.Length == 0 ? "" : " ").Append(word.Shown);
        }
        return text.ToString();
    }

    public override string ToString() => Text;
}
