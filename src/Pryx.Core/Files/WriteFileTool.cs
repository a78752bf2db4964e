using System.Text;
using Pryx.Agent.Tools;
using Pryx.Core.Tools;
using Pryx.Protocol.Approvals;

namespace Pryx.Core.Files;

/// <summary>Creates a file or replaces it whole.</summary>
public sealed class WriteFileTool(Disk disk) : ITool
{
    public ToolDefinition Definition { get; } = ToolSchema.Define("filesystem.write", "write_file", """
        {"type":"object","properties":{
        "path":{"type":"string","description":"Relative to the workspace, absolute, or ~/…"},
        "content":{"type":"string","description":"The whole new content"}},
        "required":["path","content"]}
        """, "writeFile", "fs.write", "filesystem_write_file") with { RunsAlone = true };

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var content = Content(arguments);
        var path = WorkspacePath.Resolve(context.Workspace, arguments.RequireString("path", "filePath", "file_path"), arguments.OptionalString("workdir"));
        var plan = FilePlan.For("Write", AccessKind.Write, Definition.PolicyName, path);
        return ValueTask.FromResult(plan with { Accesses = [plan.Accesses[0] with { Size = Encoding.UTF8.GetByteCount(content) }] });
    }

    public async ValueTask<ToolPreview> PreviewAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var path = FilePlan.Path(plan);
        return await Task.Run(() =>
        {
            try
            {
                var old = Existing(path);
                return old?.Text is null && old is not null
                    ? new ToolPreview(PreviewKind.Text, $"Replaces the binary file {path.Display} ({FileSize.Format(old.Value.Content.Facts.Size)}).")
                    : new ToolPreview(PreviewKind.Diff, UnifiedDiff.OfFile(path.Display, old?.Text?.Text, old?.Text?.AdoptLineEnds(Content(arguments)) ?? Content(arguments)));
            }
            catch (Exception e) when (FilePlan.IsExpected(e))
            {
                // Shown to the person: the write itself will fail in the same way.
                return new ToolPreview(PreviewKind.Text, e.Message);
            }
        }, cancellationToken);
    }

    public Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var path = FilePlan.Path(plan);
        var content = Content(arguments);
        return Task.Run(() =>
        {
            try
            {
                var old = Existing(path);
                var bytes = old?.Text is { } text ? text.Encode(text.AdoptLineEnds(content)) : FileText.EncodeUtf8(content);
                disk.Write(path.Canonical, bytes, old?.Content.Facts.Stamp);
                var lines = TextLines.Of(content).Count();
                return ToolOutcome.Ok($"{(old is null ? "Created" : "Replaced")} {path.Display} ({lines} {(lines == 1 ? "line" : "lines")}, {FileSize.Format(bytes.Length)}).");
            }
            catch (Exception e) when (FilePlan.IsExpected(e))
            {
                return ToolOutcome.Error($"failed to write file: {e.Message}");
            }
        }, cancellationToken);
    }

    /// <summary>Null when nothing is there yet; the text is null for binary contents.</summary>
    private (FileContent Content, FileText? Text)? Existing(WorkspacePath path)
    {
        if (disk.Look(path.Canonical) is null)
        {
            return null;
        }
        var content = disk.Read(path.Canonical);
        return (content, FileText.Decode(content.Bytes));
    }

    // Not RequireString: an empty content is a content.
    private static string Content(ToolArguments arguments) => arguments.RequireString("content", "contents", "text");
}
