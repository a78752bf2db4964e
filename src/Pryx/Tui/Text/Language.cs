using System.Collections.Frozen;

namespace Pryx.Tui.Text;

/// <summary>As much of a programming language as it takes to colour it: its words, comments and quotes.</summary>
internal sealed record Language(string Name, string Keywords)
{
    private FrozenSet<string>? _keywords;
    private FrozenSet<string>? _types;

    /// <summary>Names of types and values that the language itself brings, separated by spaces.</summary>
    public string Types { get; init; } = "";
    public IReadOnlyList<string> LineComments { get; init; } = ["//"];
    public IReadOnlyList<(string Open, string Close)> BlockComments { get; init; } = [("/*", "*/")];

    /// <summary>Longest first. One that may run over lines says so.</summary>
    public IReadOnlyList<Quote> Quotes { get; init; } = [new("\""), new("'")];
    public bool IgnoresCase { get; init; }

    /// <summary>Characters beside letters, digits and _ that belong to a word.</summary>
    public string WordExtra { get; init; } = "";

    /// <summary>A word or string before this is a key (JSON, YAML, TOML, CSS); '\0' for none.</summary>
    public char KeyMark { get; init; }

    /// <summary>Begins a variable or decorator: $ in a shell, @ in Python.</summary>
    public string Sigils { get; init; } = "";
    public bool IsMarkup { get; init; }

    public bool IsKeyword(string word) => (_keywords ??= SetOf(Keywords)).Contains(word);

    public bool IsType(string word) => (_types ??= SetOf(Types)).Contains(word);

    private FrozenSet<string> SetOf(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(IgnoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
}

/// <param name="Escape">What takes away the mark's meaning; '\0' for nothing.</param>
internal readonly record struct Quote(string Mark, bool SpansLines = false, char Escape = '\\');
