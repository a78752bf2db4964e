using System.Text.Json;
using Pryx.Agent.Tools;
using Pryx.Core.Tools;

namespace Pryx.Core.Dialogue;

/// <summary><c>user.ask</c>: a question to a person. Repeatable: after a restart it is asked again.</summary>
public sealed class QuestionTool : ITool
{
    private const int MaxChoices = 4;

    private const string Schema = """
        {"type":"object","properties":{
        "question":{"type":"string"},
        "choices":{"type":"array","items":{"type":"string"},"maxItems":4,"description":"Leave out for a free answer"}},
        "required":["question"]}
        """;

    public ToolDefinition Definition { get; } = ToolSchema.Define("user.ask", "ask_user", Schema, "askUser", "ask_question") with { IsRepeatable = true };

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(ToolPlan.WithoutAccess("Ask the user") with { State = Read(arguments) });

    public async Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var answer = await context.AskUserAsync((UserQuestion)plan.State!, cancellationToken).ConfigureAwait(false);
        return answer switch
        {
            { IsForWantOfPerson: true } => ToolOutcome.Error("Nobody is there to answer. Go on with the most careful assumption and say which one you made, or stop and say what you need to know."),
            { Approved: false } => ToolOutcome.Error(answer.Reason is { Length: > 0 } reason ? $"The user did not answer: {reason}" : "The user did not want to answer."),
            { Text: { Length: > 0 } text } => ToolOutcome.Ok(text),
            _ => ToolOutcome.Ok("Yes."),
        };
    }

    private static UserQuestion Read(ToolArguments arguments)
    {
        var question = arguments.RequireString("question").Trim();
        if (question.Length == 0)
        {
            throw new ToolArgumentException("The argument 'question' is empty.");
        }
        if (arguments.Find("choices", "options") is not { } choices)
        {
            return new UserQuestion(question, []);
        }
        if (choices.ValueKind != JsonValueKind.Array || choices.GetArrayLength() > MaxChoices
            || choices.EnumerateArray().Any(choice => choice.ValueKind != JsonValueKind.String || string.IsNullOrWhiteSpace(choice.GetString())))
        {
            throw new ToolArgumentException($"The argument 'choices' must be a list of up to {MaxChoices} texts. Ask with fewer, or without choices.");
        }
        return new UserQuestion(question, [.. choices.EnumerateArray().Select(choice => choice.GetString()!.Trim())]);
    }
}
