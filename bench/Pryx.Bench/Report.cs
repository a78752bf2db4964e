using System.Globalization;
using System.Text;

namespace Pryx.Bench;

/// <summary>The results as people read them: bench/results.md.</summary>
internal static class Report
{
    public static string Markdown(IReadOnlyList<Subject> subjects, IReadOnlyList<Measure> measures, DateTimeOffset at, string machine, int runs, int warmUps)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # Measured

            {at:yyyy-MM-dd HH:mm} UTC on {machine}. Whole processes, started anew for each run with standard output in a pipe, against the fake provider of `tests/Pryx.Testing` on loopback; {runs} runs after {warmUps} warm-up runs, the subjects taking turns. What is measured in the harness itself says so as its subject. Made by `eng/bench`; budgets are those of the release build and of the Native AOT canary.

            | measure | subject | median | min | max | runs | budget | |
            |---|---|---|---|---|---|---|---|

            """);
        foreach (var measure in measures)
        {
            foreach (var sample in measure.Samples)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {measure.Name} | {sample.Subject} | {Show(sample.Median, measure)} | {Show(sample.Values.Min(), measure)} | {Show(sample.Values.Max(), measure)} | {sample.Values.Count} | {Budget(measure, sample)} |\n");
            }
        }
        text.Append("\n## What each is\n\n");
        foreach (var measure in measures.DistinctBy(measure => measure.Name))
        {
            text.Append(CultureInfo.InvariantCulture, $"- **{measure.Name}**: {measure.Explanation}.\n");
        }
        text.Append("\n## Commands\n\n");
        foreach (var subject in subjects)
        {
            // The prompt and the provider's address are filled in at the run.
            var command = subject.File is { } file ? subject.Prompted.Replace($"'{file}'", Path.GetFileName(file), StringComparison.Ordinal) : subject.Prompted;
            text.Append(CultureInfo.InvariantCulture, $"- {subject.Name}: `{command}`\n");
        }
        return text.ToString();
    }

    private static string Show(double value, Measure measure) =>
        value.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture) + " " + measure.Unit;

    private static string Budget(Measure measure, Sample sample) => measure.Budget(sample) is { } budget
        ? string.Create(CultureInfo.InvariantCulture, $"{budget} {measure.Unit} | {(sample.Median <= budget ? "within" : "**over**")}")
        : "– | ";
}
