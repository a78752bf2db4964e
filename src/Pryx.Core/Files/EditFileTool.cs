using System.Text.Json;
using Pryx.Agent.Tools;
using Pryx.Core.Tools;
using Pryx.Protocol.Approvals;

namespace Pryx.Core.Files;

/// <summary>Changes parts of a file: all edits or none.</summary>
public sealed class EditFileTool(Disk disk) : ITool
{
    public ToolDefinition Definition { get; } = ToolSchema.Define("filesystem.write", "edit_file", """
        {"type":"object","properties":{
        "path":{"type":"string","description":"Relative to the workspace, absolute, or ~/…"},
        "edits":{"type":"array","minItems":1,"items":{"type":"object","properties":{
        "old_string":{"type":"string","description":"The text as it stands in the file, unique in it"},
        "new_string":{"type":"string"},
        "replace_all":{"type":"boolean","description":"Replace every occurrence"}},
        "required":["old_string","new_string"]}}},
        "required":["path","edits"]}
        """, "editFile", "fs.edit", "filesystem.edit", "filesystem_edit_file", "str_replace", "multi_edit") with { RunsAlone = true };

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var edits = Edits(arguments);
        var path = WorkspacePath.Resolve(context.Workspace, arguments.RequireString("path", "filePath", "file_path"), arguments.OptionalString("workdir"));
        return ValueTask.FromResult(FilePlan.For("Edit", AccessKind.Write, Definition.PolicyName, path) with { State = (path, edits) });
    }

    public async ValueTask<ToolPreview> PreviewAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var (path, edits) = ((WorkspacePath, IReadOnlyList<TextEdit>))plan.State!;
        return await Task.Run(() =>
        {
            try
            {
                var edited = EditedFile.Prepare(disk, path, edits);
                return edited.Failure is null
                    ? new ToolPreview(PreviewKind.Diff, UnifiedDiff.OfFile(path.Display, edited.Before, edited.After))
                    : new ToolPreview(PreviewKind.Text, $"This edit will fail: {edited.Failure}");
            }
            catch (Exception e) when (FilePlan.IsExpected(e))
            {
                return new ToolPreview(PreviewKind.Text, $"This edit will fail: {e.Message}");
            }
        }, cancellationToken);
    }

    public Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var (path, edits) = ((WorkspacePath, IReadOnlyList<TextEdit>))plan.State!;
        return Task.Run(() =>
        {
            try
            {
                var edited = EditedFile.Prepare(disk, path, edits);
                if (edited.Failure is not null)
                {
                    return FilePlan.Failure($"failed to edit {path.Display}: {edited.Failure}", path, context);
                }
                disk.Write(path.Canonical, edited.Bytes, edited.Stamp);
                var notes = string.Concat(edited.Notes.Select(note => $"\nNote: {note}"));
                return FilePlan.Contents($"Edited {path.Display}.{notes}\n{edited.ChangedRegion()}", path, context);
            }
            catch (FileNotFoundException)
            {
                var similar = SimilarNames.Find(disk, path, context.Workspace, cancellationToken);
                return ToolOutcome.Error($"failed to edit: no such file: {path.Display}{(similar.Count == 0 ? "" : $"\nDid you mean {string.Join(", ", similar)}?")}");
            }
            catch (Exception e) when (FilePlan.IsExpected(e))
            {
                return ToolOutcome.Error($"failed to edit: {e.Message}");
            }
        }, cancellationToken);
    }

    private static IReadOnlyList<TextEdit> Edits(ToolArguments arguments) => arguments.Find("edits") switch
    {
        null => [Edit(arguments)],
        { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() > 0 => [.. list.EnumerateArray().Select(edit => Edit(ToolArguments.From(edit)))],
        { ValueKind: JsonValueKind.Object } one => [Edit(ToolArguments.From(one))],
        _ => throw new ToolArgumentException("The argument 'edits' must be a list of {old_string, new_string} with at least one entry."),
    };

    private static TextEdit Edit(ToolArguments arguments) => new(
        arguments.RequireString("old_string", "oldString", "old_str", "old_text"),
        arguments.RequireString("new_string", "newString", "new_str", "new_text"),
        arguments.OptionalBool("replace_all", arguments.OptionalBool("replaceAll", otherwise: false)));
}
