using Pryx.Agent.Tools;
using Pryx.Protocol.Processes;

namespace Pryx.Core.Background;

/// <summary>The options of a process, as a model or a program writes them.</summary>
internal static class ProcessOptions
{
    public const int LongestName = 60;
    private const int MostTags = 10;
    private const int LongestTag = 40;
    private const int MostPatterns = 50;

    /// <exception cref="ToolArgumentException">One of them is out of its limits.</exception>
    public static NewProcess Read(ToolArguments arguments, NewProcess plain)
    {
        var tags = arguments.OptionalStrings("tags").Select(static tag => tag.Trim()).Where(static tag => tag.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        if (tags.Count > MostTags || tags.Any(static tag => tag.Length > LongestTag))
        {
            throw new ToolArgumentException($"At most {MostTags} tags of {LongestTag} characters are taken.");
        }
        var mode = arguments.OptionalString("mode") ?? plain.Mode;
        if (mode is not ("hybrid" or "streaming" or "pump-dump"))
        {
            throw new ToolArgumentException($"The mode '{mode}' is unknown. Use hybrid, streaming or pump-dump.");
        }
        return plain with
        {
            Name = arguments.OptionalString("name") is { } name && name.Trim().Length > 0 ? OneLine(name) : plain.Name,
            Tags = tags,
            IsGlobal = arguments.OptionalBool("global", otherwise: false),
            Mode = mode,
            Output = arguments.Find("output_config", "outputConfig") is { } output ? Read(ToolArguments.From(output)) : plain.Output,
        };
    }

    public static string OneLine(string text)
    {
        var line = text.Trim().ReplaceLineEndings(" ");
        return line.Length <= LongestName ? line : line[..(LongestName - 1)] + "…";
    }

    private static ProcessOutputConfig Read(ToolArguments output)
    {
        var plain = new ProcessOutputConfig();
        var patterns = output.Find("error_patterns") is null ? output.OptionalStrings("errorPatterns") : output.OptionalStrings("error_patterns");
        if (patterns.Count > MostPatterns || patterns.Any(static pattern => pattern.Length is 0 or > 200))
        {
            throw new ToolArgumentException($"At most {MostPatterns} error patterns of 1 to 200 characters are taken.");
        }
        return new()
        {
            BufferLines = Number(output, 1, 500, "buffer_lines", "bufferLines") ?? plain.BufferLines,
            CircularBufferSize = Number(output, 10, 5_000, "circular_buffer_size", "circularBufferSize") ?? plain.CircularBufferSize,
            ErrorPatterns = patterns,
            SummaryInterval = output.OptionalString("summary_interval", "summaryInterval"),
        };
    }

    private static int? Number(ToolArguments output, int min, int max, string name, string alias) => output.OptionalInt(name, min, max) ?? output.OptionalInt(alias, min, max);
}
