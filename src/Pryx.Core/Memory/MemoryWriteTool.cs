using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Core.Tools;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;

namespace Pryx.Core.Memory;

/// <summary>Notes a fact for later sessions. After untrusted text a person is asked, whatever the policy allows, and the note keeps saying where it came from.</summary>
public sealed class MemoryWriteTool(MemoryDesk desk) : ITool
{
    public ToolDefinition Definition { get; } = ToolSchema.Define(PolicyTools.MemoryWrite, "memory_write", """
        {"type":"object","properties":{
        "text":{"type":"string"},
        "about":{"type":"string","enum":["user","folder"]}},
        "required":["text"]}
        """, "memory.add") with { RunsAlone = true };

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var text = MemoryDocument.Clean(arguments.RequireString("text"));
        return ValueTask.FromResult(ToolPlan.WithoutAccess($"Remember for later sessions{(ScopeOf(arguments) == MemoryScope.User ? "" : " in this folder")}: {text}") with { GrantPattern = PolicyTools.MemoryWrite });
    }

    public ValueTask<ToolPreview> PreviewAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new ToolPreview(PreviewKind.Text, MemoryDocument.Clean(arguments.RequireString("text"))));

    public async Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        if (plan.UsesSecrets.Count > 0)
        {
            return ToolOutcome.Error("Not remembered: the text holds a secret. Say what it is for and where it lies instead.");
        }
        try
        {
            var untrusted = context.Taint == Provenance.Untrusted ? context.TaintSource ?? "an untrusted source" : null;
            var added = await desk.AddAsync(new(arguments.RequireString("text"), ScopeOf(arguments), "model", untrusted), new(context.Workspace, context.IsTrusted), cancellationToken);
            return ToolOutcome.Ok($"Remembered [{added.Entry.Id}]{(untrusted is null ? "." : $", marked as taken from {untrusted}.")}");
        }
        catch (PryxException e)
        {
            return ToolOutcome.Error($"Not remembered: {e.Message}");
        }
    }

    private static MemoryScope ScopeOf(ToolArguments arguments) => arguments.OptionalString("about", "scope") switch
    {
        null or "" or "folder" or "workspace" => MemoryScope.Workspace,
        "user" => MemoryScope.User,
        var other => throw new ToolArgumentException($"'about' is user or folder, not '{other}'."),
    };
}
