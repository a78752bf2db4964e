using System.Text;
using System.Text.Json;
using Pryx.Agent.Tools;
using Pryx.Core.Tools;

namespace Pryx.Core.Dialogue;

/// <summary><c>plan.update</c>: the model's own list of steps. It touches nothing; the stored call is the plan.</summary>
public sealed class PlanTool : ITool
{
    private const int MaxSteps = 50;

    private const string Schema = """
        {"type":"object","properties":{
        "steps":{"type":"array","items":{"type":"object","properties":{
        "step":{"type":"string"},"status":{"type":"string","enum":["pending","in_progress","completed"]}},"required":["step","status"]}},
        "explanation":{"type":"string","description":"Why the plan changed"}},
        "required":["steps"]}
        """;

    public ToolDefinition Definition { get; } = ToolSchema.Define("plan.update", "update_plan", Schema, "updatePlan") with { IsRepeatable = true };

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(ToolPlan.WithoutAccess("Update the plan") with { State = Render(arguments) });

    public Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken) =>
        Task.FromResult(ToolOutcome.Ok((string)plan.State!));

    private static string Render(ToolArguments arguments)
    {
        // Codex calls the list "plan"; models trained on it do too.
        if (arguments.Find("steps", "plan") is not { ValueKind: JsonValueKind.Array } steps || steps.GetArrayLength() is 0 or > MaxSteps)
        {
            throw new ToolArgumentException($"The argument 'steps' must be a list of 1 to {MaxSteps} objects with 'step' and 'status'.");
        }
        var text = new StringBuilder();
        if (arguments.OptionalString("explanation") is { Length: > 0 } explanation)
        {
            text.Append(explanation.Trim()).Append('\n');
        }
        var active = 0;
        foreach (var element in steps.EnumerateArray())
        {
            var step = ToolArguments.From(element);
            var status = step.OptionalString("status") ?? "pending";
            var sign = status switch
            {
                "completed" => "[x]",
                "in_progress" => "[>]",
                "pending" => "[ ]",
                _ => throw new ToolArgumentException($"The status '{status}' is unknown. Use pending, in_progress or completed."),
            };
            active += status == "in_progress" ? 1 : 0;
            text.Append(sign).Append(' ').Append(step.RequireString("step").ReplaceLineEndings(" ").Trim()).Append('\n');
        }
        return active <= 1
            ? text.ToString().TrimEnd('\n')
            : throw new ToolArgumentException($"{active} steps are in progress. At most one may be; mark the others pending or completed.");
    }
}
