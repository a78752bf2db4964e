using Pryx.Protocol.Items;
using Pryx.Tui.Rendering;
using Pryx.Tui.Text;

namespace Pryx.Tui.Chat;

/// <summary>A tool call as a card of few lines: what it does, how it stands, the end of what it says; everything when it is opened.</summary>
internal static class ToolText
{
    private const int LiveLines = 5;
    private const int ResultLines = 3;
    private const int DiffLines = 12;
    private const int MostLines = 2_000;

    public static List<StyledLine> Lines(ToolEntry call, int width, DateTimeOffset now)
    {
        var isOpen = call.IsExpanded == true;
        var lines = new List<StyledLine> { Head(call, width, now) };
        if (call.Tool == "plan.update" && !isOpen)
        {
            lines.AddRange(PlanText.Lines(ToolWords.Plan(call.Arguments), width - 4).Select(static line => Below(line, false)));
            return lines;
        }
        var body = new List<StyledLine>();
        if (call.Judgement is { } judgement && call.Result?.Status is ToolStatus.Denied)
        {
            body.AddRange(Plain($"denied: {judgement.Replace("denied: ", "", StringComparison.Ordinal)}", Ink.Warning));
        }
        if (isOpen)
        {
            body.Add(new StyledLine($"{call.Name} · {call.Tool}{(call.Judgement is { } who ? $" · {who}" : "")}", Ink.Faint));
            body.AddRange(ToolWords.Diff(call.Name, call.Arguments) is { } whole ? Diff(whole, call) : CodeText.Lines(ToolWords.Pretty(call.Arguments), "json"));
            body.Add(StyledLine.Empty);
            body.AddRange(Output(call).Take(MostLines));
        }
        else
        {
            Summarise(call, body);
        }
        if (call.Agent is { } agent)
        {
            body.AddRange(Plain(agent, Ink.Muted));
        }
        lines.AddRange(body.SelectMany(line => StyledText.Wrap(line, width - 5)).Select((line, i) => Below(line, i == 0)));
        return lines;
    }

    private static StyledLine Head(ToolEntry call, int width, DateTimeOffset now)
    {
        var (mark, ink) = Mark(call, now);
        var right = call switch
        {
            { Stage: ToolStage.Running } => ChatWords.Duration(now - call.StartedAt),
            { Stage: ToolStage.Asked } => "asks you",
            { Result: { Status: ToolStatus.Completed } result } => (result.Command is { ExitCode: not 0 } failed ? $"exit {failed.ExitCode} · " : "") + (result.DurationMs >= 100 ? ChatWords.Duration(TimeSpan.FromMilliseconds(result.DurationMs)) : ""),
            { Result: { } result } => result.Status.ToString().ToLowerInvariant(),
            _ => "",
        };
        var head = new LineBuilder().Add($"{mark} ", ink);
        var space = call.Summary.IndexOf(' ');
        head.Add(space < 0 ? call.Summary : call.Summary[..space], new TextStyle(Ink.Strong).With(Effects.Bold)).Add(space < 0 ? "" : call.Summary[space..].Replace('\n', ' '));
        var line = StyledText.Cut(head.Build(), Math.Max(10, width - right.Length - 2));
        return new LineBuilder().Add(line.Spans).Add(right.Length == 0 ? "" : $"  {right}", call.Stage == ToolStage.Asked ? Ink.Warning : call.Result?.Status is ToolStatus.Failed ? Ink.Error : Ink.Faint).Build();
    }

    private static (string Mark, TextStyle Ink) Mark(ToolEntry call, DateTimeOffset now) => call switch
    {
        { Stage: ToolStage.Running } => (Working.Sign(now), Ink.Accent),
        { Stage: ToolStage.Asked } => ("?", Ink.Warning),
        { Result.Status: ToolStatus.Completed, Result.Command: { ExitCode: not 0 } } => ("●", Ink.Warning),
        { Result.Status: ToolStatus.Completed } => ("●", Ink.Success),
        { Result.Status: ToolStatus.Failed } => ("✗", Ink.Error),
        { Result.Status: ToolStatus.Denied } => ("⊘", Ink.Warning),
        { Stage: ToolStage.Ended } => ("○", Ink.Muted),
        _ => ("○", Ink.Muted),
    };

    private static void Summarise(ToolEntry call, List<StyledLine> body)
    {
        if (call.Result?.Status is not (ToolStatus.Denied or ToolStatus.Failed) && ToolWords.Diff(call.Name, call.Arguments) is { } diff)
        {
            AddCut(body, Diff(diff, call), DiffLines);
        }
        else if (call.Result is null)
        {
            var live = Plain(call.Output.TrimEnd(), Ink.Muted).TakeLast(LiveLines).ToList();
            body.AddRange(call.Output.Length == 0 ? [] : live);
        }
        else if (call.Result.Status == ToolStatus.Failed || call.Tool.StartsWith("shell", StringComparison.Ordinal) || call.Tool.StartsWith("process", StringComparison.Ordinal))
        {
            AddCut(body, Output(call), ResultLines);
        }
        else if (call.Result.Status == ToolStatus.Completed)
        {
            var lines = call.Result.Output.AsSpan().Count('\n') + 1;
            body.Add(new StyledLine(lines > 1 ? $"{lines:N0} lines" : LineOf(call.Result.Output), Ink.Muted));
        }
    }

    private static void AddCut(List<StyledLine> body, IEnumerable<StyledLine> lines, int most)
    {
        var all = lines.Take(MostLines).ToList();
        body.AddRange(all.Take(all.Count <= most + 1 ? all.Count : most));
        if (all.Count > most + 1)
        {
            body.Add(new StyledLine($"… {all.Count - most:N0} more lines, Ctrl+O opens", Ink.Faint));
        }
    }

    private static IEnumerable<StyledLine> Output(ToolEntry call)
    {
        var text = call.Result?.Output ?? call.Output;
        if (call.Result?.Command is { } command)
        {
            var (stdout, stderr) = (command.StdoutOf(text), command.StderrOf(text));
            text = string.Join('\n', new[] { stdout.TrimEnd(), stderr.TrimEnd() }.Where(static part => part.Length > 0));
        }
        return string.IsNullOrWhiteSpace(text) ? [new StyledLine("(no output)", Ink.Faint)]
            : text.StartsWith("--- ", StringComparison.Ordinal) || text.StartsWith("diff ", StringComparison.Ordinal) ? DiffText.Lines(text) : Plain(text.TrimEnd(), call.Result?.Status == ToolStatus.Failed ? Ink.Error : Ink.Muted);
    }

    private static IEnumerable<StyledLine> Diff(string diff, ToolEntry call) => call.Name == "write_file"
        ? CodeText.Lines(string.Join('\n', diff.TrimEnd('\n').Split('\n').Select(static line => line[1..])), Path.GetExtension(call.Summary).TrimStart('.'))
        : DiffText.Lines(diff);

    private static IEnumerable<StyledLine> Plain(string text, Ink ink) => text.Split('\n').Select(line => new StyledLine(line.TrimEnd('\r'), ink));

    private static string LineOf(string text) => text.Split('\n')[0];

    private static StyledLine Below(StyledLine line, bool isFirst) => new LineBuilder().Add(isFirst ? "  └ " : "    ", Ink.Faint).Add(line.Spans).Build(line.Fill);
}
