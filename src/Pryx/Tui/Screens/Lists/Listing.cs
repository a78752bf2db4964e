using Pryx.Protocol.Errors;

namespace Pryx.Tui.Screens.Lists;

/// <summary>What a list has read, what of it is shown, and why it could not be read.</summary>
/// <param name="keyOf">What stays selected when it is read anew.</param>
/// <param name="wordsOf">What the filter looks at.</param>
internal sealed class Listing<T>(Func<T, string> keyOf, Func<T, string> wordsOf)
    where T : class
{
    private IReadOnlyList<T> _all = [];

    /// <summary>What the filter leaves, in the order in which it was read.</summary>
    public IReadOnlyList<T> Shown { get; private set; } = [];
    public int Total => _all.Count;
    public string Filter { get; private set; } = "";

    /// <summary>False until the first answer: then nothing is known, which is not the same as there being none.</summary>
    public bool IsRead { get; private set; }

    /// <summary>Why the last reading failed; null when it did not.</summary>
    public PryxException? Error { get; private set; }

    public void Take(IReadOnlyList<T> items)
    {
        (_all, IsRead, Error) = (items, true, null);
        Choose();
    }

    public void Fail(PryxException error) => Error = error;

    /// <summary>Each word of it must occur.</summary>
    public void Narrow(string filter)
    {
        Filter = filter;
        Choose();
    }

    /// <summary>-1 when it is not shown any more.</summary>
    public int PlaceOf(string key)
    {
        for (var i = 0; i < Shown.Count; i++)
        {
            if (keyOf(Shown[i]) == key)
            {
                return i;
            }
        }
        return -1;
    }

    public string KeyOf(T item) => keyOf(item);

    private void Choose()
    {
        var words = Filter.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Shown = words.Length == 0 ? _all : [.. _all.Where(item => wordsOf(item) is var text && Array.TrueForAll(words, word => text.Contains(word, StringComparison.OrdinalIgnoreCase)))];
    }
}
