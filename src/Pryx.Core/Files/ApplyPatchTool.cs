using Pryx.Agent.Tools;
using Pryx.Core.Tools;
using Pryx.Protocol.Approvals;

namespace Pryx.Core.Files;

/// <summary>Changes several files by one patch: all or none.</summary>
public sealed class ApplyPatchTool(Disk disk) : ITool
{
    public ToolDefinition Definition { get; } = ToolSchema.Define("filesystem.write", "apply_patch", """
        {"type":"object","properties":{"patch":{"type":"string"}},"required":["patch"]}
        """, "applyPatch", "fs.patch", "filesystem_apply_patch") with { RunsAlone = true };

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var folder = arguments.OptionalString("workdir");
        var patches = PatchText.Parse(arguments.RequireString("patch", "input", "diff"))
            .Select(patch => new PlannedPatch(
                patch,
                WorkspacePath.Resolve(context.Workspace, patch.Path, folder),
                patch.MoveTo is null ? null : WorkspacePath.Resolve(context.Workspace, patch.MoveTo, folder)))
            .ToList();
        var paths = patches.SelectMany(patch => patch.MoveTo is null ? [patch.Path] : new[] { patch.Path, patch.MoveTo }).ToList();
        if (paths.Select(path => path.Canonical).Distinct().Count() < paths.Count)
        {
            throw new ToolArgumentException("The patch names the same file twice, by different paths. Put all hunks of a file into one section.");
        }
        var summary = paths.Count == 1 ? $"Patch {paths[0].Display}" : $"Patch {paths.Count} files: {TextLines.Cut(string.Join(", ", paths.Select(path => path.Display)), 200)}";
        return ValueTask.FromResult(new ToolPlan(summary, [.. paths.Select(path => FilePlan.Access(AccessKind.Write, path))])
        {
            GrantPattern = FilePlan.Grant(Definition.PolicyName, paths),
            State = patches,
        });
    }

    public async ValueTask<ToolPreview> PreviewAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken) =>
        await Task.Run(() =>
        {
            var files = PatchedFiles.Prepare(disk, Patches(plan));
            return files.Failure is null
                ? new ToolPreview(PreviewKind.Diff, files.Diff())
                : new ToolPreview(PreviewKind.Text, $"This patch will fail: {files.Failure}");
        }, cancellationToken);

    public Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken) =>
        Task.Run(() =>
        {
            var first = Patches(plan)[0].Path;
            var files = PatchedFiles.Prepare(disk, Patches(plan));
            if (files.Failure is not null)
            {
                return FilePlan.Failure($"failed to apply the patch: {files.Failure}\nNo file was changed.", first, context);
            }
            try
            {
                files.Write(disk);
                return FilePlan.Contents(files.Report(), first, context);
            }
            catch (Exception e) when (FilePlan.IsExpected(e))
            {
                return ToolOutcome.Error($"failed to apply the patch: {e.Message}\nThe files written before it were put back.");
            }
        }, cancellationToken);

    private static List<PlannedPatch> Patches(ToolPlan plan) => (List<PlannedPatch>)plan.State!;
}
