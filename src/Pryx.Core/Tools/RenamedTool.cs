using Pryx.Agent.Tools;
using Pryx.Protocol.Items;

namespace Pryx.Core.Tools;

/// <summary>A tool under another name and with other arguments, for contracts that were fixed elsewhere. It is planned, judged and invoked as the tool itself.</summary>
/// <param name="policyName">Null for the tool's own.</param>
/// <param name="translate">From these arguments to the tool's; null where they are the same.</param>
public sealed class RenamedTool(ITool tool, string wireName, string description, string schema, Func<ToolArguments, ToolArguments>? translate = null, string? policyName = null) : ITool
{
    public ToolDefinition Definition { get; } = tool.Definition with
    {
        PolicyName = policyName ?? tool.Definition.PolicyName,
        WireName = wireName,
        Description = description,
        Schema = ToolSchema.Read(schema),
        Aliases = [],
    };

    /// <summary>What is different in the answer; null where nothing is.</summary>
    public Func<ToolOutcome, ToolOutcome>? Answer { get; init; }

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken) => tool.PlanAsync(Translate(arguments), context, cancellationToken);

    public ValueTask<ToolPreview> PreviewAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken) =>
        tool.PreviewAsync(Translate(arguments), plan, context, cancellationToken);

    public async Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var outcome = await tool.InvokeAsync(Translate(arguments), plan, context, cancellationToken);
        return Answer is { } answer && outcome.Status == ToolStatus.Completed ? answer(outcome) : outcome;
    }

    private ToolArguments Translate(ToolArguments arguments) => translate is null ? arguments : translate(arguments);
}
