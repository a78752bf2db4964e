using Pryx.Agent.Tools;
using Pryx.Core.Tools;

namespace Pryx.Core.Files;

/// <summary><c>filesystem.mkdir</c>: a folder with those above it.</summary>
public sealed class MakeFolderTool(Disk disk) : ITool
{
    public ToolDefinition Definition { get; } = ToolSchema.Define("filesystem.mkdir", "mkdir", """
        {"type":"object","properties":{"path":{"type":"string","description":"Relative to the workspace, absolute, or ~/…"}},"required":["path"]}
        """, "fs.mkdir", "filesystem_mkdir", "filesystem_create_directory") with { RunsAlone = true };

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(FilePlan.For("Make folder", AccessKind.Write, Definition.PolicyName, WorkspacePath.Resolve(context.Workspace, arguments.RequireString("path", "dirPath", "dir_path"))));

    public Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var path = FilePlan.Path(plan);
        return Task.Run(() =>
        {
            try
            {
                var isThere = disk.Look(path.Canonical) is { Kind: FileKind.Folder };
                disk.MakeFolder(path.Canonical);
                return ToolOutcome.Ok(isThere ? $"{path.Display} is there already." : $"Made {path.Display}.");
            }
            catch (Exception e) when (FilePlan.IsExpected(e))
            {
                return ToolOutcome.Error($"failed to make the folder: {e.Message}");
            }
        }, cancellationToken);
    }
}
