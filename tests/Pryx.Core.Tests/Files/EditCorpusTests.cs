using Pryx.Core.Files;

namespace Pryx.Core.Tests.Files;

/// <summary>
/// 300 edits with the mistakes models make in quoting: each has one right result, known from how it was made. The files hold
/// two near copies of every block as decoys.
/// </summary>
public sealed class EditCorpusTests(ITestOutputHelper output)
{
    private const int Count = 300;

    [Fact]
    public void At_least_95_percent_of_300_near_misses_land_and_none_in_the_wrong_place()
    {
        var random = new Random(20260101);
        var (landed, wrong) = (0, new List<string>());
        var byNoise = new Dictionary<string, (int Landed, int All)>();
        for (var i = 0; i < Count; i++)
        {
            var noise = QuotingNoise.All[i % QuotingNoise.All.Count];
            var edit = CorpusEdit.Make(random, Snippets.All[i / QuotingNoise.All.Count % Snippets.All.Count], noise, usesCrLf: i % 3 == 2);

            var outcome = new TextEdit(edit.Old, edit.New).Apply(edit.File);

            var isRight = outcome.Text == edit.Expected;
            landed += isRight ? 1 : 0;
            var (before, all) = byNoise.GetValueOrDefault(noise.Name);
            byNoise[noise.Name] = (before + (isRight ? 1 : 0), all + 1);
            if (!isRight)
            {
                output.WriteLine($"#{i} {noise.Name}: {outcome.Failure ?? UnifiedDiff.OfFile("expected", edit.Expected, outcome.Text)}\n--- old\n{edit.Old}\n--- new\n{edit.New}\n");
            }
            if (outcome.Text is not null && WithoutSpace(outcome.Text) != WithoutSpace(edit.Expected))
            {
                wrong.Add($"#{i} {noise.Name}");
            }
        }
        foreach (var (noise, (right, all)) in byNoise)
        {
            output.WriteLine($"{noise}: {right} of {all}");
        }
        Assert.Empty(wrong);
        Assert.InRange(landed, Count * 95 / 100, Count);
    }

    [Fact]
    public void Blocks_that_stand_twice_but_for_white_space_are_never_edited_by_a_near_miss()
    {
        var random = new Random(7);
        for (var i = 0; i < 100; i++)
        {
            var lines = Snippets.All[i % Snippets.All.Count].Split('\n');
            var start = random.Next(lines.Length - 4);
            var block = lines[start..(start + 3)];
            var file = string.Join('\n', [.. lines, "", .. block.Select(line => line.Length == 0 ? line : $"      {line}")]) + "\n";
            var quoted = string.Join('\n', block.Select(line => line.Length == 0 ? line : $"\t\t\t\t\t{line.Trim()}")).Trim('\n');

            var outcome = new TextEdit(quoted, quoted + "changed").Apply(file);

            Assert.Null(outcome.Text);
            Assert.Contains("Quote the one you mean", outcome.Failure, StringComparison.Ordinal);
        }
    }

    private static string WithoutSpace(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
}
