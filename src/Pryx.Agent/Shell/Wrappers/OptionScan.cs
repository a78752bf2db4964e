namespace Pryx.Agent.Shell.Wrappers;

/// <summary>A command's options by their grammar.</summary>
internal sealed class OptionScan
{
    private readonly List<(string Name, ShellWord? Word, string? Text)> _options = [];
    private readonly List<ShellWord> _rest = [];

    /// <summary>Where the first operand stands; the count of words when there is none. Of no use for a lenient grammar.</summary>
    public int Operands { get; private set; }

    /// <summary>Lenient: all operands, wherever they stand.</summary>
    public IReadOnlyList<ShellWord> Rest => _rest;

    /// <summary>Why the options are not understood; null when they are.</summary>
    public string? Trouble { get; private set; }

    public bool Has(params ReadOnlySpan<string> names)
    {
        foreach (var option in _options)
        {
            if (names.Contains(option.Name))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>The values of an option; what is not known is "".</summary>
    public IEnumerable<string> Values(params string[] names) => _options.Where(option => names.Contains(option.Name)).Select(option => option.Text ?? "");

    /// <summary>The values of an option as words; a value attached to its letter is a word of its own.</summary>
    public IEnumerable<ShellWord> Words(params string[] names) => _options.Where(option => names.Contains(option.Name)).Select(option => option.Word ?? ShellWord.Later);

    public static OptionScan Read(IReadOnlyList<ShellWord> words, int start, OptionGrammar grammar)
    {
        var scan = new OptionScan { Operands = words.Count };
        for (var i = start; i < words.Count; i++)
        {
            var word = words[i];
            var text = word.Text;
            if (!word.IsLiteral && word.MayBeOption && !grammar.IsLenient)
            {
                scan.Trouble = "may get an option that is not known";
                scan.Operands = i;
                return scan;
            }
            if (text.Length < 2 || text[0] != '-')
            {
                if (!grammar.IsLenient)
                {
                    scan.Operands = i;
                    return scan;
                }
                scan._rest.Add(word);
            }
            else if (text == "--")
            {
                scan.Operands = i + 1;
                scan._rest.AddRange(words.Skip(i + 1));
                return scan;
            }
            else if (text[1] == '-')
            {
                scan.ReadLong(words, ref i, grammar);
            }
            else
            {
                scan.ReadShort(words, ref i, grammar);
            }
            if (scan.Trouble is not null)
            {
                return scan;
            }
        }
        return scan;
    }

    private void ReadLong(IReadOnlyList<ShellWord> words, ref int i, OptionGrammar grammar)
    {
        var word = words[i];
        var sign = word.Text.IndexOf('=', StringComparison.Ordinal);
        var name = sign < 0 ? word.Text[2..] : word.Text[2..sign];
        // GNU programs take any beginning of a name.
        var known = grammar.LongWithValue?.FirstOrDefault(option => option == name) ?? (grammar.IsLenient ? grammar.LongWithValue?.FirstOrDefault(option => option.StartsWith(name, StringComparison.Ordinal) && name.Length > 2) : null);
        if (known is null && !grammar.IsLenient && grammar.LongFlags?.Contains(name) != true)
        {
            Trouble = $"has the option --{name}, which is not understood";
            return;
        }
        if (sign >= 0)
        {
            var value = Part(word, sign + 1);
            _options.Add(($"--{known ?? name}", value, value.IsUnknown ? null : value.Text));
        }
        else if (known is not null)
        {
            AddNext(words, ref i, $"--{known}");
        }
        else
        {
            _options.Add(($"--{name}", null, null));
        }
    }

    private void ReadShort(IReadOnlyList<ShellWord> words, ref int i, OptionGrammar grammar)
    {
        var word = words[i];
        for (var at = 1; at < word.Text.Length; at++)
        {
            var letter = word.Text[at];
            var name = $"-{letter}";
            if (grammar.WithValue.Contains(letter, StringComparison.Ordinal) || grammar.MayHaveValue.Contains(letter, StringComparison.Ordinal))
            {
                if (at + 1 < word.Text.Length)
                {
                    var value = Part(word, at + 1);
                    _options.Add((name, value, value.IsUnknown ? null : value.Text));
                }
                else if (grammar.WithValue.Contains(letter, StringComparison.Ordinal))
                {
                    AddNext(words, ref i, name);
                }
                else
                {
                    _options.Add((name, null, null));
                }
                return;
            }
            if (!grammar.IsLenient && (!grammar.Flags.Contains(letter, StringComparison.Ordinal) || !word.IsLiteral))
            {
                Trouble = $"has the option -{letter}, which is not understood";
                return;
            }
            _options.Add((name, null, null));
        }
    }

    private void AddNext(IReadOnlyList<ShellWord> words, ref int i, string name)
    {
        if (i + 1 >= words.Count)
        {
            Trouble = $"has the option {name} without its value";
            return;
        }
        i++;
        if (words[i].Has(WordTraits.Splits) || words[i].Has(WordTraits.More))
        {
            Trouble = "may get an option that is not known";
        }
        _options.Add((name, words[i], words[i].IsLiteral ? words[i].Text : null));
    }

    /// <summary>The rest of a word; a tilde in it is none.</summary>
    private static ShellWord Part(ShellWord word, int start) => word.IsLiteral
        ? ShellWord.Literal(word.Text[start..])
        : word with { Text = word.Text[start..], Raw = word.Text[start..], Traits = word.Traits & ~WordTraits.Tilde };
}
