using System.Globalization;
using System.Text;
using Pryx.Agent.Tools;
using Pryx.Core.Tools;

namespace Pryx.Core.Files;

/// <summary>Reads a text file with line numbers, or shows an image to the model.</summary>
public sealed class ReadFileTool(Disk disk) : ITool
{
    private const int MaxLines = 2_000, MaxOutputBytes = 50 * 1024, MaxLineLength = 2_000, MaxImageBytes = 5 * 1024 * 1024;

    public ToolDefinition Definition { get; } = ToolSchema.Define("filesystem.read", "read_file", """
        {"type":"object","properties":{
        "path":{"type":"string","description":"Relative to the workspace, absolute, or ~/…"},
        "offset":{"type":"integer","minimum":1,"description":"First line, from 1"},
        "limit":{"type":"integer","minimum":1,"description":"How many lines"}},
        "required":["path"]}
        """, "readFile", "fs.read", "filesystem_read_file", "view", "viewImage", "view_image") with { IsRepeatable = true };

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var path = WorkspacePath.Resolve(context.Workspace, Asked(arguments), arguments.OptionalString("workdir"));
        return ValueTask.FromResult(FilePlan.For("Read", AccessKind.Read, Definition.PolicyName, path));
    }

    public Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var path = FilePlan.Path(plan);
        // Some models count lines from 0.
        var offset = Math.Max(1, arguments.OptionalInt("offset", 0, int.MaxValue) ?? 1);
        var limit = Math.Min(arguments.OptionalInt("limit", 1, int.MaxValue) ?? MaxLines, MaxLines);
        return Task.Run(() =>
        {
            try
            {
                return Read(path, offset, limit, context);
            }
            catch (FileNotFoundException)
            {
                var similar = SimilarNames.Find(disk, path, context.Workspace, cancellationToken);
                var hint = similar.Count == 0 ? "" : $"\nDid you mean {string.Join(", ", similar)}?";
                return ToolOutcome.Error($"failed to read file: no such file: {Asked(arguments)}{hint}");
            }
            catch (Exception e) when (FilePlan.IsExpected(e))
            {
                return ToolOutcome.Error($"failed to read file: {e.Message}");
            }
        }, cancellationToken);
    }

    private static string Asked(ToolArguments arguments) => arguments.RequireString("path", "filePath", "file_path");

    private ToolOutcome Read(WorkspacePath path, int offset, int limit, ToolContext context)
    {
        var facts = disk.Look(path.Canonical);
        if (facts?.Kind == FileKind.Folder)
        {
            return ToolOutcome.Error($"failed to read file: {path.Display} is a folder. List it with list_dir.");
        }
        if (facts is { Kind: FileKind.Regular, Size: > Disk.MaxFileBytes })
        {
            return ToolOutcome.Error(
                $"failed to read file: {path.Display} is too large ({FileSize.Format(facts.Size)}, at most {FileSize.Format(Disk.MaxFileBytes)}). Search it with grep, or take a part with a shell command (head, tail, sed -n).");
        }
        var bytes = disk.Read(path.Canonical).Bytes;
        if (FileSignature.ImageType(bytes) is { } imageType)
        {
            return Image(path, bytes, imageType, context);
        }
        return FileText.Decode(bytes) is { } text
            ? FilePlan.Contents(Numbered(context.Secrets.Mask(text.Text), offset, limit), path, context)
            : ToolOutcome.Error($"failed to read file: {path.Display} is not text but {FileSignature.Describe(bytes)}, {FileSize.Format(bytes.Length)}.");
    }

    private static ToolOutcome Image(WorkspacePath path, byte[] bytes, string type, ToolContext context) => bytes.Length > MaxImageBytes
        ? ToolOutcome.Error($"failed to read file: the image {path.Display} ({type}) has {FileSize.Format(bytes.Length)}; at most {FileSize.Format(MaxImageBytes)} can be shown.")
        : FilePlan.Contents($"{path.Display}: {type}, {FileSize.Format(bytes.Length)}. The image is attached.", path, context) with
        {
            Attachments = [new(type, Convert.ToBase64String(bytes), System.IO.Path.GetFileName(path.Canonical))],
        };

    private static string Numbered(string text, int offset, int limit)
    {
        if (text.Length == 0)
        {
            return "(the file is empty)";
        }
        var output = new StringBuilder();
        var outputBytes = 0;
        var number = 0;
        var last = 0;
        foreach (var line in TextLines.Of(text))
        {
            number++;
            if (number < offset || number >= (long)offset + limit || outputBytes > MaxOutputBytes)
            {
                continue;
            }
            var shown = TextLines.Cut(line, MaxLineLength);
            // Always at least one line, so that going on always goes on.
            var size = Encoding.UTF8.GetByteCount(shown) + 8;
            if (outputBytes + size > MaxOutputBytes && last > 0)
            {
                outputBytes = int.MaxValue;
                continue;
            }
            outputBytes += size;
            last = number;
            output.Append(CultureInfo.InvariantCulture, $"{number,6}\t{shown}\n");
        }
        if (last == 0)
        {
            return $"(the file has {number} lines; line {offset} is beyond its end)";
        }
        if (last < number)
        {
            output.Append(CultureInfo.InvariantCulture, $"(lines {offset} to {last} of {number}; go on with offset {last + 1})\n");
        }
        return output.ToString().TrimEnd('\n');
    }
}
