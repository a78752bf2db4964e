using System.Text.RegularExpressions;

namespace Pryx.Agent.Policy.Pins;

/// <param name="Text">The constraint, or the beginning of one that is to be forgotten.</param>
/// <param name="Forgets">True: it is taken back.</param>
/// <param name="WasAsked">True when the message says so itself ("remember: …"); false for a sentence found in it.</param>
public sealed record PinWish(string Text, bool Forgets, bool WasAsked)
{
    public PinReach Reach { get; init; }
}

/// <summary>Where a pin is to hold.</summary>
public enum PinReach { Session, Folder, Everywhere }

/// <summary>Finds what a user's own message wants pinned. Only for what a person typed: never for output of tools, files or pages.</summary>
public static partial class PinWords
{
    /// <summary>Characters. Longer messages carry pasted text, and that is not the person's word.</summary>
    private const int LongestMessage = 1_000;
    public const int LongestPin = 500;

    public static IReadOnlyList<PinWish> Find(string? message)
    {
        if (string.IsNullOrWhiteSpace(message))
        {
            return [];
        }
        // What `pryx run` adds of files and stdin is nobody's word.
        var text = (message.IndexOf("<input name=", StringComparison.Ordinal) is var input and >= 0 ? message[..input] : message).Trim();
        if (Begins().Match(text) is { Success: true } begins)
        {
            // The rest of its paragraph: what comes after is the message.
            var wish = text[begins.Length..].Split('\n')[0].Trim();
            return wish.Length is 0 or > LongestPin ? [] : [new(wish, begins.Groups["forget"].Success, WasAsked: true)
            {
                Reach = begins.Groups["everywhere"].Success ? PinReach.Everywhere : begins.Groups["folder"].Success ? PinReach.Folder : PinReach.Session,
            }];
        }
        if (text.Length > LongestMessage || text.Contains("```", StringComparison.Ordinal) || text.AsSpan().Count('\n') > 10)
        {
            return [];
        }
        return [.. Sentence().Matches(text).Select(static match => match.Value.Trim())
            .Where(static sentence => sentence.Length is > 0 and <= LongestPin && !sentence.EndsWith('?') && !sentence.StartsWith('>') && PinReader.IsLasting(sentence) && PinReader.Read(sentence).IsEnforced)
            .Select(static sentence => new PinWish(sentence, Forgets: false, WasAsked: false))];
    }

    [GeneratedRegex(@"^(?:(?<pin>remember|pin|merke? dir|merken)|(?<forget>forget|unpin|vergiss))\s*(?:(?<everywhere>everywhere|überall)|(?<folder>here|in this folder|hier|in diesem ordner))?\s*:\s*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Begins();

    [GeneratedRegex(@"[^\n]+?(?:[.!?](?=\s)|(?=\n)|\z)")]
    private static partial Regex Sentence();
}
