using System.Globalization;
using System.Text;
using Pryx.Agent.Tools;
using Pryx.Core.Tools;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Checkpoints;

/// <summary><c>workspace.undo</c>: what <c>/undo</c>, <c>/redo</c> and <c>/rewind</c> in a chat do. No model is offered it.</summary>
public sealed class UndoTool(UndoDesk desk) : ITool
{
    public const string Name = "undo_workspace";
    private const int Shown = 30;

    public ToolDefinition Definition { get; } = ToolSchema.Define("workspace.undo", Name, """
        {"type":"object","properties":{
        "action":{"type":"string","enum":["undo","redo","rewind"]},
        "turn":{"type":"integer","minimum":0},
        "what":{"type":"string","enum":["both","files","conversation"]},
        "preview":{"type":"boolean"},
        "force":{"type":"boolean"}},
        "required":["action"]}
        """) with { RunsAlone = true };

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(ToolPlan.WithoutAccess(arguments.RequireString("action") switch
        {
            "redo" => "Bring back what was undone",
            "rewind" => "Go back to an earlier turn",
            _ => "Undo what a turn has changed",
        }));

    public async Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var turn = arguments.OptionalInt("turn", 0, int.MaxValue);
        var (preview, force) = (arguments.OptionalBool("preview", otherwise: false), arguments.OptionalBool("force", otherwise: false));
        try
        {
            var done = arguments.RequireString("action") switch
            {
                "redo" => await desk.RedoAsync(context.SessionId, new() { Force = force }, preview, "chat", context.TurnId, cancellationToken),
                "rewind" => await desk.RewindAsync(context.SessionId, new(turn, arguments.OptionalString("what"), force), preview, "chat", context.TurnId, cancellationToken),
                _ => await desk.UndoAsync(context.SessionId, new() { Turn = turn, Force = force }, preview, "chat", context.TurnId, cancellationToken),
            };
            return ToolOutcome.Ok(Describe(done));
        }
        catch (PryxException e)
        {
            return ToolOutcome.Error(e.Next is { } next ? $"{e.Message} Next: {next}" : e.Message);
        }
    }

    private static string Describe(UndoneBody done)
    {
        var text = new StringBuilder();
        text.Append(done.Changed.Count == 0 ? $"No file {(done.Preview ? "would be" : "was")} changed." : string.Create(CultureInfo.InvariantCulture, $"{(done.Preview ? "Would change" : "Changed")} {done.Changed.Count} path{(done.Changed.Count == 1 ? "" : "s")}:"));
        foreach (var path in done.Changed.Take(Shown))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  {path.Action}: {path.Path}{(path.Note is { } note ? $" ({note})" : "")}");
        }
        if (done.Changed.Count > Shown)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  … and {done.Changed.Count - Shown} more");
        }
        foreach (var path in done.Left.Take(Shown))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  left alone: {path.Path} ({path.Why})");
        }
        if (done.Left.Any(static path => path.IsConflict))
        {
            text.Append(CultureInfo.InvariantCulture, $"\nTo overwrite what was changed since, say it: /{done.Kind} {(done.Kind == "undo" && done.Turns is [var only] ? $"{only} " : "")}force");
        }
        foreach (var note in done.Notes)
        {
            text.Append('\n').Append(note);
        }
        if (done.Conversation)
        {
            text.Append(done.Kind == "redo" ? "\nThe turns are in the conversation again." : "\nThe turns after it have left the conversation; /redo brings them back.");
        }
        return text.ToString();
    }
}
