using System.Text.RegularExpressions;
using Pryx.Core.Tools;

namespace Pryx.Core.Commands;

/// <summary>What to say of a first word that looks like a command and stands for nothing; asked last.</summary>
/// <param name="all">Everybody who knows words.</param>
public sealed partial class NearestWord(Func<IReadOnlyList<IInputExpansion>> all) : IInputExpansion
{
    public ValueTask<InputExpansion?> ExpandAsync(string text, ToolScope scope, CancellationToken cancellationToken) =>
        ValueTask.FromResult(LooksLikeOne(text) ? new InputExpansion("") { Notes = [NoteOn(text, [.. all().SelectMany(one => one.Words(scope, cancellationToken))])] } : null);

    private static bool LooksLikeOne(string text) => Word().Match(text) is { Success: true } match && !Path.Exists(match.Value);

    private static string NoteOn(string text, IReadOnlyList<InputWord> words)
    {
        var said = Word().Match(text).Groups["name"].Value;
        var nearest = words.Select(word => (word.Name, Distance: Distance(word.Name.ToLowerInvariant(), said.ToLowerInvariant()))).OrderBy(static one => one.Distance).FirstOrDefault();
        return nearest.Name is not null && nearest.Distance <= Math.Max(1, said.Length / 3)
            ? $"/{said} stands for nothing here, so it went to the model as it is. Did you mean /{nearest.Name}? /help lists what there is."
            : $"/{said} stands for nothing here, so it went to the model as it is. /help lists what there is.";
    }

    private static int Distance(string one, string two)
    {
        var row = Enumerable.Range(0, two.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= two.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (one[i - 1] == two[j - 1] ? 0 : 1)));
            }
        }
        return row[^1];
    }

    [GeneratedRegex(@"\A/(?<name>[A-Za-z][A-Za-z0-9_:-]{0,63})(?=\s|\z)")]
    private static partial Regex Word();
}
