using Pryx.Agent.Tools;
using Pryx.Protocol.Items;

namespace Pryx.Core.Diagnostics;

/// <summary>A file tool whose result also says which errors it has introduced. It is planned, judged and done as the tool itself.</summary>
internal sealed class DiagnosedTool(ITool tool, Func<DiagnosticsDesk?> desk) : ITool
{
    public ToolDefinition Definition => tool.Definition;

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken) => tool.PlanAsync(arguments, context, cancellationToken);

    public ValueTask<ToolPreview> PreviewAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken) => tool.PreviewAsync(arguments, plan, context, cancellationToken);

    public async Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var files = plan.Accesses.Where(static access => access is { Kind: AccessKind.Write, IsInsideWorkspace: true }).Select(static access => access.Target).Distinct().ToList();
        if (!context.IsTrusted || files.Count == 0 || desk() is not { } diagnostics)
        {
            return await tool.InvokeAsync(arguments, plan, context, cancellationToken);
        }
        var places = await diagnostics.BeforeAsync(files, context, cancellationToken);
        var outcome = await tool.InvokeAsync(arguments, plan, context, cancellationToken);
        if (outcome.Status != ToolStatus.Completed || places.Count == 0)
        {
            return outcome;
        }
        try
        {
            return outcome with { Text = outcome.Text + await diagnostics.AfterAsync(places, context, cancellationToken) };
        }
        catch (OperationCanceledException)
        {
            return outcome; // What was done is done, and is stored.
        }
    }
}
