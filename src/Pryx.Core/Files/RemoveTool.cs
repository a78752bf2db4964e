using Pryx.Agent.Tools;
using Pryx.Core.Tools;
using Pryx.Protocol.Approvals;

namespace Pryx.Core.Files;

/// <summary><c>filesystem.delete</c>: one file, or a folder with nothing in it. Whole trees are left to commands, whose cards say so.</summary>
public sealed class RemoveTool(Disk disk) : ITool
{
    public ToolDefinition Definition { get; } = ToolSchema.Define("filesystem.delete", "remove", """
        {"type":"object","properties":{"path":{"type":"string","description":"Relative to the workspace, absolute, or ~/…"}},"required":["path"]}
        """, "fs.delete", "filesystem_remove", "filesystem_delete") with { RunsAlone = true };

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(FilePlan.For("Delete", AccessKind.Write, Definition.PolicyName, WorkspacePath.Resolve(context.Workspace, arguments.RequireString("path", "filePath", "file_path"))));

    public ValueTask<ToolPreview> PreviewAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var path = FilePlan.Path(plan);
        try
        {
            var facts = disk.Look(path.Canonical);
            return ValueTask.FromResult(new ToolPreview(PreviewKind.Text, facts switch
            {
                null => $"{path.Display} does not exist.",
                { Kind: FileKind.Folder } => $"Deletes the folder {path.Display}, if it is empty.",
                _ => $"Deletes {path.Display} ({FileSize.Format(facts.Size)}).",
            }));
        }
        catch (Exception e) when (FilePlan.IsExpected(e))
        {
            return ValueTask.FromResult(new ToolPreview(PreviewKind.Text, e.Message));
        }
    }

    public Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var path = FilePlan.Path(plan);
        return Task.Run(() =>
        {
            try
            {
                if (path.Canonical == context.Workspace)
                {
                    return ToolOutcome.Error("failed to remove: the workspace itself is not removed.");
                }
                if (disk.Look(path.Canonical) is not { } facts)
                {
                    return ToolOutcome.Error($"failed to remove: no such file: {path.Display}");
                }
                if (facts.Kind == FileKind.Folder)
                {
                    if (disk.List(path.Canonical).Count > 0)
                    {
                        return ToolOutcome.Error($"failed to remove: {path.Display} is a folder with something in it. Remove that first, or use a shell command.");
                    }
                    disk.DeleteFolder(path.Canonical);
                    return ToolOutcome.Ok($"Removed the folder {path.Display}.");
                }
                disk.Delete(path.Canonical, facts.Stamp);
                return ToolOutcome.Ok($"Removed {path.Display}.");
            }
            catch (Exception e) when (FilePlan.IsExpected(e))
            {
                return ToolOutcome.Error($"failed to remove: {e.Message}");
            }
        }, cancellationToken);
    }
}
