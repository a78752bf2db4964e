using System.Buffers;

namespace Pryx.Agent.Policy;

/// <summary>
/// Words of a command. They are compared as written, quotes included, one by one. A star at the very end
/// (<c>dotnet test*</c> or <c>dotnet test *</c>) stands for any further words, never for the rest of a word:
/// it matches <c>dotnet test</c> and <c>dotnet test --x</c>, not <c>dotnet testx</c>. A star elsewhere is a plain character.
/// </summary>
internal sealed class CommandPattern
{
    private readonly string[] _words;
    private readonly bool _isOpen;

    private readonly string _program;

    private CommandPattern(string[] words, bool isOpen) => (_words, _isOpen, _program) = (words, isOpen, CommandWords.ProgramName(words[0]));

    /// <summary>Null when there is not a single word.</summary>
    public static CommandPattern? Parse(string text)
    {
        var trimmed = text.Trim();
        var isOpen = trimmed.EndsWith('*');
        var words = new List<string>();
        var reader = new CommandWords(isOpen ? trimmed.AsSpan(0, trimmed.Length - 1) : trimmed);
        while (reader.Next(out var word))
        {
            words.Add(word.ToString());
        }
        return words.Count == 0 ? null : new([.. words], isOpen);
    }

    /// <summary>Certain: one simple command, word by word.</summary>
    public bool Covers(ReadOnlySpan<char> command) => Matches(command, isStrict: true, null) && !CommandWords.HasOperator(command);

    /// <summary>Perhaps meant: for rules that ask or deny, where a program is the same one by any path.</summary>
    public bool Touches(ReadOnlySpan<char> command, string program) => Matches(command, isStrict: false, program);

    private bool Matches(ReadOnlySpan<char> command, bool isStrict, string? program)
    {
        // Nearly every rule speaks of another program, and is done here.
        if (program != _program && !command.TrimStart(" \t").StartsWith(_words[0], StringComparison.Ordinal))
        {
            return false;
        }
        var reader = new CommandWords(command);
        for (var i = 0; i < _words.Length; i++)
        {
            if (!reader.Next(out var word))
            {
                return false;
            }
            if (!word.SequenceEqual(_words[i]) && !(i == 0 && program == _program))
            {
                return false;
            }
        }
        return _isOpen || !isStrict || !reader.Next(out _);
    }

    /// <summary>Why this pattern must not be granted: it would hand over an interpreter or a wrapper, and so everything.</summary>
    public string? WhyTooWide()
    {
        if (!_isOpen)
        {
            return null;
        }
        var first = _words[0];
        if (first.AsSpan().IndexOfAny(NotPlain) >= 0)
        {
            return "the program's name must be plain, without quotes, variables or assignments";
        }
        var program = CommandWords.ProgramName(first);
        if (Programs.Wrappers.Contains(program))
        {
            return $"{program} runs whatever it is given";
        }
        var second = _words.Length > 1 ? _words[1] : null;
        if (Programs.Interpreters.Contains(program))
        {
            // Only a script directly behind the name fixes what runs: options may take the next word as their value.
            var hasModule = second == "-m" && _words.Length > 2;
            return hasModule || (second is not null && IsPlain(second) && !Programs.Evaluating.Contains(second))
                ? null
                : $"{program} runs whatever it is given; name the script, as in '{program} build.x*'";
        }
        if (Programs.WithSubcommands.Contains(program) && (second is null || !IsPlain(second)))
        {
            return $"{program} does too many things; name the subcommand, as in '{program} {Programs.Example(program)}*'";
        }
        return Programs.WithSubcommands.Contains(program) && Programs.Evaluating.Contains(second!) && !Programs.RunsItsProject(program, second!)
            ? _words.Length > 2 && IsPlain(_words[2]) ? null : $"{program} {second} runs whatever it is given"
            : null;
    }

    private static bool IsPlain(string word) => !word.StartsWith('-') && word.AsSpan().IndexOfAny(NotPlain) < 0;

    private static readonly SearchValues<char> NotPlain = SearchValues.Create("=$`\\'\"{}*?");
}
