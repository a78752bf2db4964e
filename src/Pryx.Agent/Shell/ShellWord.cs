using System.Buffers;
using Pryx.Agent.Shell.Syntax;

namespace Pryx.Agent.Shell;

/// <summary>What the shell would still do to a word.</summary>
[Flags]
public enum WordTraits
{
    None = 0,

    /// <summary>Part of it is not known before the script runs.</summary>
    Unknown = 1,

    /// <summary>The unknown part is not quoted: it may become several words, or none.</summary>
    Splits = 2,

    /// <summary>Has a star, a question mark or a bracket outside quotes.</summary>
    Pattern = 4,

    /// <summary>Begins with a tilde outside quotes.</summary>
    Tilde = 8,

    /// <summary>Has a brace outside quotes.</summary>
    Brace = 16,

    /// <summary>Some of it is quoted or escaped.</summary>
    Quoted = 32,

    /// <summary>Is digits or one arithmetic expansion: it can only be a number.</summary>
    Number = 64,

    /// <summary>More words may follow in its place that nobody sees here: what xargs or find put there.</summary>
    More = 128,
}

/// <summary>One word of a command.</summary>
/// <param name="Raw">As written; line continuations outside quotes removed.</param>
/// <param name="Text">Without quotes; unknown parts as written, commands in them as <c>$…</c>.</param>
/// <param name="Shown">How rules and cards see it: without quotes where they change nothing, so that <c>r''m</c> reads <c>rm</c>.</param>
public sealed record ShellWord(string Raw, string Text, WordTraits Traits, string Shown)
{
    /// <summary>What is not known before the script runs.</summary>
    public const string UnknownText = "$…";

    /// <summary>The commands whose output becomes part of the word.</summary>
    internal IReadOnlyList<ShellNode> Inner { get; init; } = [];

    /// <summary>The shell takes it exactly as <see cref="Text"/> says.</summary>
    public bool IsLiteral => (Traits & (WordTraits.Unknown | WordTraits.Splits | WordTraits.Pattern | WordTraits.Tilde | WordTraits.Brace | WordTraits.More)) == 0;

    /// <summary>True when nobody can say here which words it becomes.</summary>
    public bool IsUnknown => (Traits & (WordTraits.Unknown | WordTraits.Splits | WordTraits.Brace | WordTraits.More)) != 0;

    /// <summary>The words it becomes can begin with a minus: unknown from its first character, or able to become several.</summary>
    public bool MayBeOption => (Traits & (WordTraits.Splits | WordTraits.More)) != 0
        || ((Traits & WordTraits.Unknown) != 0 && Text.StartsWith('$')) || ((Traits & WordTraits.Pattern) != 0 && Text[0] is '*' or '?' or '[');

    internal bool Has(WordTraits trait) => (Traits & trait) != 0;

    /// <summary>A word that is exactly this text.</summary>
    internal static ShellWord Literal(string text)
    {
        if (text.Length > 0 && text.AsSpan().IndexOfAnyExcept(Plain) < 0)
        {
            return new(text, text, WordTraits.None, text);
        }
        var quoted = $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
        return new(quoted, text, WordTraits.Quoted, quoted);
    }

    /// <summary>The words that a program which runs other commands puts there.</summary>
    internal static ShellWord Later { get; } = new(UnknownText, UnknownText, WordTraits.Unknown | WordTraits.Splits | WordTraits.More, UnknownText);

    internal static string Show(string raw, string written, string text, WordTraits traits)
    {
        var isAsText = (traits & (WordTraits.Unknown | WordTraits.Pattern | WordTraits.Tilde | WordTraits.Brace)) == 0 || raw == text;
        return isAsText && text.Length > 0 && IsShowable(text) && (raw == text || text.AsSpan().IndexOfAny(Special) < 0) ? text : written;
    }

    private static bool IsShowable(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsLetterOrDigit(c) && !Plain.Contains(c) && !Special.Contains(c))
            {
                return false;
            }
        }
        return true;
    }

    private static readonly SearchValues<char> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=+,@%^");

    // A quoted star is not the same argument as a bare one.
    private static readonly SearchValues<char> Special = SearchValues.Create("*?[]{}$~");
}
