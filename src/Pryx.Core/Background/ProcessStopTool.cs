using Pryx.Agent.Tools;
using Pryx.Core.Tools;

namespace Pryx.Core.Background;

/// <summary><c>process.stop</c>: ends what this session has started, and nothing else.</summary>
internal sealed class ProcessStopTool(ProcessDesk desk) : ITool
{
    private const string Schema = """{"type":"object","properties":{"id":{"type":"string"}},"required":["id"]}""";

    public ToolDefinition Definition { get; } = ToolSchema.Define("process.stop", "process_stop", Schema, "killProcesses", "kill_processes") with { IsRepeatable = true, RunsAlone = true };

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(ToolPlan.WithoutAccess($"Stop {arguments.RequireString("id")}"));

    public async Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var id = arguments.RequireString("id");
        if (desk.Find(id) is not { } process || process.Wanted.Session != context.SessionId)
        {
            return ToolOutcome.Error($"This session has started no process {id}. What others have started only the user can stop: pryx process stop {id}");
        }
        await process.StopAsync("agent");
        return ToolOutcome.Ok(ProcessText.Of(process.Body(ProcessDesk.ListedLines), desk.Now));
    }
}
