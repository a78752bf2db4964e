namespace Pryx.Tui.Chat;

/// <summary>
/// Whether a single letter answers a card or is meant for the input. Letters count only while the input is empty, nobody has typed and
/// the card has stood for a moment; and one that another follows at once was the beginning of a word.
/// </summary>
internal sealed class TypeAhead(TimeProvider time)
{
    /// <summary>So long a card must have been seen, and the keys been still.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(700);

    /// <summary>So long a letter waits for another.</summary>
    public static readonly TimeSpan Doubt = TimeSpan.FromMilliseconds(220);

    private long _still = time.GetTimestamp();

    /// <summary>The person has turned to the card: its letters count at once.</summary>
    public bool IsFocused { get; set; }

    /// <summary>A card has appeared, or something was typed.</summary>
    public void Disturb()
    {
        _still = time.GetTimestamp();
        IsFocused = false;
    }

    public bool TakesLetters(bool isInputEmpty) => isInputEmpty && (IsFocused || time.GetElapsedTime(_still) >= Settle);
}
