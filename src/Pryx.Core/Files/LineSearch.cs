using System.Text.RegularExpressions;
using Pryx.Agent.Tools;

namespace Pryx.Core.Files;

/// <summary>Says whether a line matches, in time linear in its length wherever the pattern allows that.</summary>
public sealed class LineSearch
{
    /// <summary>For patterns with lookaround or back references, which need backtracking.</summary>
    private static readonly TimeSpan s_limitPerLine = TimeSpan.FromSeconds(1);

    private readonly string? _literal;
    private readonly Regex? _regex;
    private readonly StringComparison _comparison;

    /// <exception cref="ToolArgumentException">Not a regular expression.</exception>
    public LineSearch(string pattern, bool isLiteral, bool ignoresCase)
    {
        _comparison = ignoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        if (isLiteral)
        {
            _literal = pattern;
            return;
        }
        var options = RegexOptions.CultureInvariant | (ignoresCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        try
        {
            _regex = Create(pattern, options);
        }
        catch (ArgumentException e)
        {
            throw new ToolArgumentException($"The pattern is not a regular expression: {e.Message} To search for the text as it stands, set literal to true.");
        }
    }

    /// <exception cref="RegexMatchTimeoutException">Backtracking took more than a second on one line.</exception>
    public bool IsMatch(ReadOnlySpan<char> line) => _regex?.IsMatch(line) ?? line.Contains(_literal, _comparison);

    private static Regex Create(string pattern, RegexOptions options)
    {
        try
        {
            return new(pattern, options | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException)
        {
            return new(pattern, options, s_limitPerLine);
        }
    }
}
