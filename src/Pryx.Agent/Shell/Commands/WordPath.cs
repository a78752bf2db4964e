namespace Pryx.Agent.Shell.Commands;

/// <summary>A word as a path.</summary>
/// <param name="Text">Relative to the command's folder, absolute, or below <c>~</c>; of a pattern only the folder before it.</param>
internal readonly record struct WordPath(string Text, bool IsPattern)
{
    public bool IsRelative => !Text.StartsWith('/') && Text != "~" && !Text.StartsWith("~/", StringComparison.Ordinal);

    /// <summary>Null when it is not known before the script runs, or no path at all.</summary>
    public static WordPath? Of(ShellWord word)
    {
        if (word.IsUnknown || word.Text.Length == 0)
        {
            return null;
        }
        if (word.Has(WordTraits.Tilde))
        {
            // Somebody else's home, or a quoted part of the name.
            if (word.Raw != "~" && !word.Raw.StartsWith("~/", StringComparison.Ordinal))
            {
                return null;
            }
        }
        return Of(word.Text, word.Has(WordTraits.Tilde), word.Has(WordTraits.Pattern));
    }

    public static WordPath? Of(string text, bool isHome = false, bool hasPattern = false)
    {
        if (text.Length == 0)
        {
            return null;
        }
        // A file whose name begins with a tilde is not the home folder.
        text = text[0] == '~' && !isHome ? "./" + text : text;
        var star = hasPattern ? text.AsSpan().IndexOfAny('*', '?', '[') : -1;
        if (star < 0)
        {
            return new(text, false);
        }
        if (text.AsSpan(star).Contains("..", StringComparison.Ordinal))
        {
            return null;
        }
        var slash = text.LastIndexOf('/', star);
        return new(slash < 0 ? "." : slash == 0 ? "/" : text[..slash], true);
    }
}
