using Pryx.Agent.Tools;
using Pryx.Core.Tools;
using Pryx.Protocol.Items;

namespace Pryx.Core.Background;

/// <summary><c>process.read</c>: the session's own processes and the global ones of its folder, or the last lines of one.</summary>
internal sealed class ProcessReadTool(ProcessDesk desk) : ITool
{
    private const string Schema = """
        {"type":"object","properties":{"id":{"type":"string"},"lines":{"type":"integer"},"tag":{"type":"string"}}}
        """;

    public ToolDefinition Definition { get; } = ToolSchema.Define("process.read", "process_read", Schema, "process_list", "listBackgroundProcesses", "list_background_processes") with { IsRepeatable = true };

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(ToolPlan.WithoutAccess(arguments.OptionalString("id") is { } id ? $"Read the output of {id}" : "List background processes"));

    public Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken) => Task.FromResult(Answer(arguments, context));

    private ToolOutcome Answer(ToolArguments arguments, ToolContext context)
    {
        var seen = desk.All.Where(process => IsSeen(process, context)).ToList();
        if (arguments.OptionalString("id") is { Length: > 0 } id)
        {
            if (seen.FirstOrDefault(process => process.Id == id.Trim()) is not { } process)
            {
                return ToolOutcome.Error($"This session has no process {id}. process_read without an id lists those there are.");
            }
            var lines = arguments.OptionalInt("lines", 1, 500) ?? process.Wanted.Output.BufferLines;
            _ = process.IsRunning || process.TellOnce();
            return From([process], ProcessText.Of(process.Body(lines, withPorts: true), desk.Now));
        }
        var tag = arguments.OptionalString("tag", "tags");
        var listed = seen.Where(process => tag is null || process.Wanted.Tags.Contains(tag)).ToList();
        return listed.Count == 0
            ? ToolOutcome.Ok("There are no background processes.")
            : From(listed, string.Join("\n\n", listed.Select(process => ProcessText.Of(process.Body(ProcessDesk.ListedLines), desk.Now))));
    }

    private static ToolOutcome From(IReadOnlyList<BackgroundProcess> processes, string text) =>
        processes.Select(static process => process.Wanted.Source).FirstOrDefault(static source => source is not null) is { } source
            ? ToolOutcome.Ok(text) with { Provenance = Provenance.Untrusted, Source = source }
            : ToolOutcome.Ok(text);

    private static bool IsSeen(BackgroundProcess process, ToolContext context) =>
        process.Wanted.Session == context.SessionId || (process.Wanted.IsGlobal && process.Wanted.Workspace == context.Workspace);
}
