using System.Text.Json;
using Pryx.Agent.Tools;

namespace Pryx.Agent.Tests;

/// <summary>A tool whose plan and effect a test writes down; it counts what it did.</summary>
internal sealed class FakeTool(string name, Func<ToolArguments, CancellationToken, Task<ToolOutcome>> effect) : ITool
{
    private int _runs;

    public FakeTool(string name, string answer = "done")
        : this(name, (_, _) => Task.FromResult(ToolOutcome.Ok(answer)))
    {
    }

    public int Runs => _runs;
    public IReadOnlyList<ToolAccess> Accesses { get; init; } = [];
    public bool IsRepeatable { get; init; }
    public string Description { get; init; } = "A tool for tests.";
    public List<string> Seen { get; } = [];

    public ToolDefinition Definition => new($"test.{name}", name, Description, JsonElement.Parse("""{"type":"object"}""")) { IsRepeatable = IsRepeatable, Aliases = [name + "Alias"] };

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new ToolPlan($"{name} {arguments.Json.GetRawText()}", Accesses));

    public async Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _runs);
        lock (Seen)
        {
            Seen.Add(arguments.Json.GetRawText());
        }
        return await effect(arguments, cancellationToken);
    }
}
