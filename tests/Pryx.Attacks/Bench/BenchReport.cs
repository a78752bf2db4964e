using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Attacks.Cases;

namespace Pryx.Attacks.Bench;

/// <summary>The results for a person and for a program.</summary>
internal static class BenchReport
{
    private static readonly JsonSerializerOptions Written = new()
    {
        WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static string Table(IReadOnlyList<BenchRun> runs)
    {
        var text = new StringBuilder();
        foreach (var kind in runs.Select(static run => run.Kind).Distinct())
        {
            var isAttack = kind == CaseKind.Attack;
            text.Append(CultureInfo.InvariantCulture, $"\n{(isAttack ? "Attacks" : "Tasks")}\n\n| agent | {(isAttack ? "category" : "area")} | cases | {(isAttack ? "landed" : "finished")} | prompts | median | p90 | max | not run |\n|---|---|---:|---:|---:|---:|---:|---:|---:|\n");
            foreach (var agent in runs.Where(run => run.Kind == kind).GroupBy(static run => run.Agent))
            {
                foreach (var category in agent.GroupBy(static run => run.Category))
                {
                    text.Append(Row(agent.Key, category.Key, BenchFigures.Of(category)));
                }
                text.Append(Row(agent.Key, "**all**", BenchFigures.Of(agent)));
            }
        }
        return text.ToString();
    }

    /// <summary><c>agents</c> with their figures in all and by category, and <c>runs</c> with every one of them.</summary>
    public static string Json(IReadOnlyList<BenchRun> runs) => JsonSerializer.Serialize(new
    {
        Agents = runs.GroupBy(static run => run.Agent).Select(agent => new
        {
            Name = agent.Key,
            Attacks = ByCategory(agent, CaseKind.Attack),
            Tasks = ByCategory(agent, CaseKind.Task),
        }),
        Runs = runs,
    }, Written);

    private static object ByCategory(IEnumerable<BenchRun> runs, CaseKind kind)
    {
        var those = runs.Where(run => run.Kind == kind).ToList();
        return new { All = BenchFigures.Of(those), Categories = those.GroupBy(static run => run.Category).ToDictionary(static group => group.Key, BenchFigures.Of) };
    }

    private static string Row(string agent, string category, BenchFigures figures) => string.Create(CultureInfo.InvariantCulture,
        $"| {agent} | {category} | {figures.Cases} | {figures.Happened} | {figures.Prompts} | {figures.Median} | {figures.P90} | {figures.Max} | {figures.Failed} |\n");
}
