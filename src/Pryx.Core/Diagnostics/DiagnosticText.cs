using System.Globalization;
using System.Text.RegularExpressions;

namespace Pryx.Core.Diagnostics;

/// <summary>Reads what compilers and linters print: <c>file:line:column: error …</c> and <c>file(line,column): error …</c>. Warnings are left out.</summary>
internal static partial class DiagnosticText
{
    private const int Most = 1_000;

    /// <param name="folder">What relative names are relative to: where the checker ran.</param>
    public static IReadOnlyList<Diagnostic> Read(string output, string folder, string workspace)
    {
        var found = new List<Diagnostic>();
        var seen = new HashSet<Diagnostic>();
        foreach (var line in output.AsSpan().EnumerateLines())
        {
            if (found.Count == Most)
            {
                break;
            }
            var match = Place().Match(line.ToString());
            // "Time Elapsed 00:01:02" has the shape, and says nothing.
            if (!match.Success || !match.Groups["message"].Value.Any(char.IsLetter) || Mild().IsMatch(match.Groups["message"].ValueSpan))
            {
                continue;
            }
            var file = match.Groups["file"].Value.Trim();
            var message = Project().Replace(match.Groups["message"].Value, "").Trim();
            var diagnostic = new Diagnostic(Relative(Path.GetFullPath(file, folder), workspace), int.Parse(match.Groups["line"].ValueSpan, CultureInfo.InvariantCulture), message.Length > 300 ? message[..300] + "…" : message);
            if (seen.Add(diagnostic))
            {
                found.Add(diagnostic);
            }
        }
        return found;
    }

    public static string Relative(string path, string workspace) => Path.GetRelativePath(workspace, path) is var relative && relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;

    [GeneratedRegex(@"^\s*(?:vet: )?(?=[^:(]*[A-Za-z./])(?<file>[^\s:(][^:(]*)(?:\((?<line>\d{1,7})(?:,\d+)*\)|:(?<line>\d{1,7})(?::\d+)?):\s*(?<message>\S.*)$")]
    private static partial Regex Place();

    [GeneratedRegex(@"^\s*(?:warning|note|info|hint|help)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Mild();

    // MSBuild names the project behind each.
    [GeneratedRegex(@"\s*\[[^\]]*proj\]\s*$")]
    private static partial Regex Project();
}
