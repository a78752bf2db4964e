using Microsoft.Extensions.AI;
using Pryx.Agent.Budgets;
using Pryx.Agent.Context;
using Pryx.Agent.Models;
using Pryx.Agent.Turns;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Tools;

/// <summary>Takes a tool's question along the one road to a model: the turn's route, its budget, its journal.</summary>
internal sealed class ToolModel(TurnSetup setup, ITurnJournal journal, int step, TimeProvider time) : IToolModel
{
    public ModelEstimate Estimate(ModelQuestion question)
    {
        var model = setup.Route.Current;
        var bid = new CallBid(CallKind.Sampling, step, model, NeedsOf(question, model), 0, default);
        return new(model.Ref.ToString(), model.Price is { } price && WorstCase.Of(price, bid) is var worst ? worst.CostOf(worst.WantedOutput) : null);
    }

    public async Task<ModelAnswer> AskAsync(ModelQuestion question, CancellationToken cancellationToken)
    {
        List<ChatMessage> messages = [.. question.Parts.Select(static part => new ChatMessage(part.IsOfModel ? ChatRole.Assistant : ChatRole.User, part.Text))];
        if (question.Instructions is { Length: > 0 } instructions)
        {
            messages.Insert(0, new(ChatRole.System, instructions));
        }
        var call = new ModelCall(CallKind.Sampling, step, messages, new ChatOptions(), NeedsOf(question, setup.Route.Current));
        var reply = await new ModelCaller(setup, journal, time).CallAsync(call, cancellationToken);
        await journal.CommitCallAsync(reply.Record, CancellationToken.None);
        return new(string.Concat(reply.Items.OfType<Reply>().Select(static item => item.Text)), reply.Record.Model.Ref.ToString(), reply.Record.FinishReason == "length");
    }

    private static CallNeeds NeedsOf(ModelQuestion question, Protocol.Models.ModelInfo model)
    {
        List<string> texts = [question.Instructions ?? "", .. question.Parts.Select(static part => part.Text)];
        return new()
        {
            InputTokens = texts.Sum(text => TokenEstimate.Of(text, model)) + 20,
            WorstInputTokens = texts.Sum(static text => TokenEstimate.AtMost(text)) + 200,
            MaxOutputTokens = question.MaxOutputTokens,
        };
    }
}
