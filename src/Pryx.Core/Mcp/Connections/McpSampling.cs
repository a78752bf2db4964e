using System.Globalization;
using System.Text;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Pryx.Agent.Budgets;
using Pryx.Agent.Tools;
using Pryx.Protocol.Models;

// Deprecated since 2026-07-28, and what servers of older revisions still ask.
#pragma warning disable MCP9005
namespace Pryx.Core.Mcp.Connections;

/// <summary>
/// What a server wants to know from a model: put to the person whose call it is working on, with its words and what it may cost, and then asked of the
/// turn's model, which sees nothing but that.
/// </summary>
internal static class McpSampling
{
    private const int MaxText = 20_000, MaxShown = 4_000, MaxParts = 50, MaxOutput = 4_096;
    private const string Allow = "Allow once", Deny = "No";

    /// <summary>As the protocol has it for a person who says no.</summary>
    public static McpProtocolException Declined(string why) => new($"Sampling was declined: {why}.", (McpErrorCode)(-1));

    /// <exception cref="McpProtocolException">It was declined; the message says why.</exception>
    public static async Task<CreateMessageResult> AskAsync(McpServer server, CreateMessageRequestParams request, ToolContext context, CancellationToken cancellationToken)
    {
        var model = context.Model ?? throw Declined("this call belongs to no model's turn");
        var question = QuestionOf(request);
        var estimate = model.Estimate(question);
        var cost = estimate.MostUsd is { } usd ? string.Create(CultureInfo.InvariantCulture, $"for at most ${usd:0.####}") : "at a price that is not known";
        var answer = await context.AskUserAsync(new($"The MCP server '{server.Name}' wants to ask your model {estimate.Model}, {cost}, and gets the answer. Its words:\n{Shown(question)}", [Allow, Deny]), cancellationToken).ConfigureAwait(false);
        if (!answer.Approved || answer.Text?.Trim() != Allow)
        {
            throw Declined(answer.IsForWantOfPerson ? "nobody could be asked" : "the user said no");
        }
        try
        {
            var said = await model.AskAsync(question, cancellationToken).ConfigureAwait(false);
            return new()
            {
                // What it knows of secrets is not the server's.
                Content = [new TextContentBlock { Text = context.Secrets.Mask(said.Text) }],
                Model = said.Model,
                Role = Role.Assistant,
                StopReason = said.IsCut ? "maxTokens" : "endTurn",
            };
        }
        catch (Exception e) when (e is CallRefusedException or ModelException)
        {
            throw Declined(e.Message.TrimEnd('.'));
        }
    }

    private static ModelQuestion QuestionOf(CreateMessageRequestParams request)
    {
        if (request.Tools is { Count: > 0 })
        {
            throw Declined("tools are not offered to it");
        }
        if (request.Messages is not { Count: > 0 and <= MaxParts } messages)
        {
            throw Declined($"1 to {MaxParts} messages are expected");
        }
        List<ModelQuestionPart> parts = [];
        foreach (var message in messages)
        {
            if (!message.Content.All(static part => part is TextContentBlock))
            {
                throw Declined("only text is passed on");
            }
            parts.Add(new(message.Role == Role.Assistant, PlainWords.Of(string.Join('\n', message.Content.OfType<TextContentBlock>().Select(static part => part.Text)), MaxText)));
        }
        var instructions = request.SystemPrompt is { } words ? PlainWords.Of(words, MaxText) : null;
        return parts.Sum(static part => part.Text.Length) + (instructions?.Length ?? 0) > MaxText
            ? throw Declined($"it is longer than {MaxText} characters")
            : new(instructions, parts, Math.Clamp(request.MaxTokens, 1, MaxOutput));
    }

    private static string Shown(ModelQuestion question)
    {
        var text = new StringBuilder(question.Instructions is { Length: > 0 } instructions ? $"[instructions] {instructions}\n" : "");
        foreach (var part in question.Parts)
        {
            text.Append(part.IsOfModel ? "[as if the model had said] " : "").Append(part.Text).Append('\n');
        }
        var all = text.ToString().TrimEnd();
        return all.Length <= MaxShown ? all : string.Create(CultureInfo.InvariantCulture, $"{PlainWords.Of(all, MaxShown)}\n[{all.Length - MaxShown} more characters that are not shown]");
    }
}
