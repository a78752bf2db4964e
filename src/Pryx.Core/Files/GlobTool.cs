using System.Globalization;
using System.Text;
using Pryx.Agent.Tools;
using Pryx.Core.Tools;

namespace Pryx.Core.Files;

/// <summary>Finds files by name.</summary>
public sealed class GlobTool(Disk disk) : ITool
{
    private const int MaxFiles = 500;

    public ToolDefinition Definition { get; } = ToolSchema.Define("filesystem.glob", "glob", """
        {"type":"object","properties":{
        "pattern":{"type":"string","description":"Such as **/*.cs or src/**/test_*.{py,pyi}"},
        "path":{"type":"string","description":"Folder to search; the workspace when left out"},
        "include_ignored":{"type":"boolean","description":"Also what .gitignore names"}},
        "required":["pattern"]}
        """, "fileSearch", "fs.glob", "filesystem_glob", "find_files") with { IsRepeatable = true };

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var (folder, pattern) = GlobPattern.SplitFolder(arguments.RequireString("pattern", "query"));
        var start = arguments.OptionalString("path") is { Length: > 0 } given ? given : ".";
        var path = WorkspacePath.Resolve(context.Workspace, folder.Length > 0 ? folder : ".", start);
        var plan = FilePlan.For("Search", AccessKind.Read, Definition.PolicyName, path);
        return ValueTask.FromResult(plan with { Summary = $"Find {pattern.TrimStart('/')} in {path.Display}", State = (path, new GlobPattern(pattern)) });
    }

    public Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var (path, pattern) = ((WorkspacePath, GlobPattern))plan.State!;
        var walk = new FolderWalk(disk, path, context.Workspace) { IncludesIgnored = arguments.OptionalBool("include_ignored", otherwise: false) };
        return Task.Run(() =>
        {
            try
            {
                return FilePlan.Contents(Found(walk, pattern, cancellationToken), path, context);
            }
            catch (FileNotFoundException)
            {
                return ToolOutcome.Error($"failed to search: no such folder: {path.Display}");
            }
            catch (Exception e) when (FilePlan.IsExpected(e))
            {
                return ToolOutcome.Error($"failed to search: {e.Message}");
            }
        }, cancellationToken);
    }

    private static string Found(FolderWalk walk, GlobPattern pattern, CancellationToken cancellationToken)
    {
        var output = new StringBuilder();
        var count = 0;
        foreach (var entry in walk.Entries(cancellationToken))
        {
            if (entry.Kind == FileKind.Folder || !pattern.IsMatch(entry.Relative) || ++count > MaxFiles)
            {
                continue;
            }
            output.Append(entry.Path.Display).Append('\n');
        }
        if (count > MaxFiles)
        {
            output.Append(CultureInfo.InvariantCulture, $"({count - MaxFiles} more; use a narrower pattern or path)\n");
        }
        if (walk.Unreadable > 0)
        {
            output.Append(CultureInfo.InvariantCulture, $"({walk.Unreadable} folders could not be read)\n");
        }
        return count == 0 ? $"No files match.{(walk.IncludesIgnored ? "" : " (What .gitignore names was left out; include_ignored searches it too.)")}" : output.ToString().TrimEnd('\n');
    }
}
