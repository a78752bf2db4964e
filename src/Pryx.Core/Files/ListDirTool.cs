using System.Globalization;
using System.Text;
using Pryx.Agent.Tools;
using Pryx.Core.Tools;

namespace Pryx.Core.Files;

/// <summary>Names what is in a folder.</summary>
public sealed class ListDirTool(Disk disk) : ITool
{
    private const int MaxEntries = 500;

    public ToolDefinition Definition { get; } = ToolSchema.Define("filesystem.list", "list_dir", """
        {"type":"object","properties":{
        "path":{"type":"string","description":"Folder; the workspace when left out"},
        "depth":{"type":"integer","minimum":1,"maximum":20,"description":"Levels to show, 1 by default"},
        "include_ignored":{"type":"boolean","description":"Also enter what .gitignore names"}}}
        """, "listDir", "fs.list", "filesystem_list_dir", "ls") with { IsRepeatable = true };

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var path = WorkspacePath.Resolve(context.Workspace, arguments.OptionalString("path", "dirPath", "dir_path") is { Length: > 0 } given ? given : ".", arguments.OptionalString("workdir"));
        return ValueTask.FromResult(FilePlan.For("List", AccessKind.Read, Definition.PolicyName, path));
    }

    public Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var path = FilePlan.Path(plan);
        var walk = new FolderWalk(disk, path, context.Workspace)
        {
            MaxDepth = arguments.OptionalInt("depth", 1, 20) ?? 1,
            IncludesIgnored = arguments.OptionalBool("include_ignored", otherwise: false),
            NamesIgnoredAtTop = true,
        };
        return Task.Run(() =>
        {
            try
            {
                return FilePlan.Contents(Tree(walk, cancellationToken), path, context);
            }
            catch (FileNotFoundException)
            {
                return ToolOutcome.Error($"failed to list folder: no such folder: {path.Display}");
            }
            catch (Exception e) when (FilePlan.IsExpected(e))
            {
                return ToolOutcome.Error($"failed to list folder: {e.Message}");
            }
        }, cancellationToken);
    }

    private static string Tree(FolderWalk walk, CancellationToken cancellationToken)
    {
        var output = new StringBuilder();
        var count = 0;
        foreach (var entry in walk.Entries(cancellationToken))
        {
            if (++count > MaxEntries)
            {
                continue;
            }
            output.Append(' ', (entry.Depth - 1) * 2).Append(entry.Relative.AsSpan(entry.Relative.LastIndexOf('/') + 1)).Append(entry.Kind switch
            {
                FileKind.Folder => "/",
                FileKind.Link => new FileInfo(entry.Path.Canonical).LinkTarget is { } target ? $" -> {target}" : "@",
                FileKind.Other => " (device, pipe or socket)",
                _ => "",
            });
            output.Append('\n');
        }
        if (count > MaxEntries)
        {
            output.Append(CultureInfo.InvariantCulture, $"({count - MaxEntries} more; list a folder below, or search with glob)\n");
        }
        if (walk.Unreadable > 0)
        {
            output.Append(CultureInfo.InvariantCulture, $"({walk.Unreadable} folders could not be read)\n");
        }
        return count == 0 ? "(the folder is empty)" : output.ToString().TrimEnd('\n');
    }
}
