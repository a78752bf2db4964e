using System.Text.RegularExpressions;
using Pryx.Agent.Tools;
using Pryx.Core.Tools;

namespace Pryx.Core.Files;

/// <summary>Searches the contents of files, line by line.</summary>
/// <param name="holdsSecrets">
/// Of a canonical path: policy judges the folder that is searched, so what it would ask about by its own name is left out of the search.
/// </param>
public sealed class GrepTool(Disk disk, Func<string, bool> holdsSecrets) : ITool
{
    private const int DefaultLimit = 200, MaxLimit = 2_000;

    public ToolDefinition Definition { get; } = ToolSchema.Define("filesystem.grep", "grep", """
        {"type":"object","properties":{
        "pattern":{"type":"string","description":"Regular expression (.NET), matched against single lines"},
        "path":{"type":"string","description":"Folder or file; the workspace when left out"},
        "include":{"type":"string","description":"Only files matching this glob: *.{ts,tsx}"},
        "context":{"type":"integer","minimum":0,"maximum":20,"description":"Lines to show around each match"},
        "limit":{"type":"integer","minimum":1,"maximum":2000,"description":"Matching lines to show, 200 by default"},
        "literal":{"type":"boolean","description":"Take the pattern as plain text"},
        "ignore_case":{"type":"boolean"},
        "include_ignored":{"type":"boolean","description":"Also what .gitignore names"}},
        "required":["pattern"]}
        """, "grepFiles", "fs.grep", "filesystem_grep", "search") with { IsRepeatable = true };

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var pattern = arguments.RequireString("pattern", "query");
        var path = WorkspacePath.Resolve(context.Workspace, arguments.OptionalString("path") is { Length: > 0 } given ? given : ".", arguments.OptionalString("workdir"));
        var search = new LineSearch(pattern, arguments.OptionalBool("literal", otherwise: false), arguments.OptionalBool("ignore_case", otherwise: false));
        var plan = FilePlan.For("Search", AccessKind.Read, Definition.PolicyName, path);
        return ValueTask.FromResult(plan with { Summary = $"Search {path.Display} for {TextLines.Cut(pattern, 80)}", State = (path, search) });
    }

    public Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var (path, search) = ((WorkspacePath, LineSearch))plan.State!;
        var report = new GrepReport(arguments.OptionalInt("limit", 1, MaxLimit) ?? DefaultLimit, arguments.OptionalInt("context", 0, 20) ?? 0, context.Secrets);
        var include = arguments.OptionalString("include") is { Length: > 0 } glob ? new GlobPattern(glob) : null;
        var walk = new FolderWalk(disk, path, context.Workspace) { IncludesIgnored = arguments.OptionalBool("include_ignored", otherwise: false) };
        return Task.Run(() =>
        {
            try
            {
                Search(walk, path, include, search, report, cancellationToken);
                return FilePlan.Contents(report.ToText(walk), path, context);
            }
            catch (FileNotFoundException)
            {
                return ToolOutcome.Error($"failed to search: no such file or folder: {path.Display}");
            }
            catch (RegexMatchTimeoutException)
            {
                return ToolOutcome.Error("failed to search: the pattern takes too long on some line. Leave out lookaround, back references and nested repetition.");
            }
            catch (Exception e) when (FilePlan.IsExpected(e))
            {
                return ToolOutcome.Error($"failed to search: {e.Message}");
            }
        }, cancellationToken);
    }

    private void Search(FolderWalk walk, WorkspacePath path, GlobPattern? include, LineSearch search, GrepReport report, CancellationToken cancellationToken)
    {
        if (disk.Look(path.Canonical)?.Kind == FileKind.Regular)
        {
            report.Add(path.Display, FileText.Decode(disk.Read(path.Canonical).Bytes), search);
            return;
        }
        foreach (var entry in walk.Entries(cancellationToken))
        {
            if (entry.Kind != FileKind.Regular || include?.IsMatch(entry.Relative) == false)
            {
                continue;
            }
            if (holdsSecrets(entry.Path.Canonical))
            {
                report.Secret++;
                continue;
            }
            try
            {
                report.Add(entry.Path.Display, FileText.Decode(disk.Read(entry.Path.Canonical).Bytes), search);
            }
            catch (Exception e) when (FilePlan.IsExpected(e))
            {
                report.Unreadable++;
            }
        }
    }
}
