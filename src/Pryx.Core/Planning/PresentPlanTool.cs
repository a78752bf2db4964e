using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Core.Tools;
using Pryx.Protocol.Approvals;

namespace Pryx.Core.Planning;

/// <summary>
/// <c>plan.present</c>: the plan as a question to a person. It is invoked only when somebody has said yes to exactly these arguments, and then
/// grants what they list and ends plan mode. Declared in plan mode alone.
/// </summary>
internal sealed class PresentPlanTool(PlanDesk desk) : ITool
{
    /// <summary>Characters.</summary>
    private const int LongestPlan = 10_000;

    private const string Schema = """
        {"type":"object","properties":{
        "plan":{"type":"string","description":"Short Markdown: what and why, in order"},
        "actions":{"type":"array","items":{"type":"string"},"description":"What the plan needs, each a tool and a pattern: filesystem.write:src/** or shell.exec:dotnet test* or network:registries"}},
        "required":["plan","actions"]}
        """;

    public ToolDefinition Definition { get; } = ToolSchema.Define(PolicyTools.PresentPlan, "present_plan", Schema, "exit_plan_mode", "ExitPlanMode") with { RunsAlone = true };

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var (_, actions) = Read(arguments);
        return ValueTask.FromResult(ToolPlan.WithoutAccess($"Go on as planned ({actions.Granted.Count} {(actions.Granted.Count == 1 ? "action" : "actions")} unasked)") with { State = actions });
    }

    public ValueTask<ToolPreview> PreviewAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var (text, actions) = Read(arguments);
        // What is granted stands first: a long plan must not push it out of sight.
        return ValueTask.FromResult(new ToolPreview(PreviewKind.Text, $"{actions.Describe()}\n\n{text}"));
    }

    public async Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var actions = (PlanActions)plan.State!;
        if (!await desk.CarryOutAsync(context.SessionId, context.TurnId, context.CallId, context.Workspace, actions.Granted, cancellationToken))
        {
            return ToolOutcome.Error("No person has approved this plan, so nothing was granted and plan mode stays as it is.");
        }
        var text = "The user has approved the plan. Plan mode is off: carry it out now."
            + (actions.Granted.Count > 0 ? $" These run unasked: {string.Join("; ", actions.Granted)}." : "")
            + (actions.Asked.Count > 0 ? $" These will be asked: {string.Join("; ", actions.Asked.Select(static asked => asked.Action))}." : "")
            + " Everything else is judged as usual.";
        return ToolOutcome.Ok(text);
    }

    private static (string Plan, PlanActions Actions) Read(ToolArguments arguments)
    {
        var plan = arguments.RequireString("plan").Trim();
        return plan.Length is 0 or > LongestPlan
            ? throw new ToolArgumentException($"The argument 'plan' must have 1 to {LongestPlan} characters.")
            : (plan, PlanActions.Read(arguments.OptionalStrings("actions")));
    }
}
