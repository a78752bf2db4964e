using Microsoft.Extensions.AI;
using Pryx.Agent.Context;
using Pryx.Agent.Models;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Turns;

/// <summary>One model reply of a turn: what the model sees is built, the call is made, its reply made ready to be stored.</summary>
public sealed class ModelStep(TurnSetup setup, ITurnJournal journal, TimeProvider time)
{
    private readonly ModelCaller _caller = new(setup, journal, time);
    private bool _hasCalled;

    /// <param name="spent">USD so far in this turn.</param>
    /// <param name="last">What the provider counted for the step before.</param>
    /// <exception cref="ModelException">The model could not be had.</exception>
    /// <exception cref="Budgets.CallRefusedException">The budget does not pay for the call.</exception>
    /// <exception cref="InterruptedCallException">The token was cancelled when part of the reply had arrived.</exception>
    public async Task<StepRecord> RunAsync(int step, IReadOnlyList<Item> items, decimal spent, TokenUsage last, CancellationToken cancellationToken)
    {
        var needs = RequestSize.Of(setup.Instructions, setup.Tools, items, setup.Limits.MaxOutputTokens);
        var call = new ModelCall(CallKind.Step, step, ContextBuilder.Build(setup.Instructions, items), Options(), needs) { SpentInTurn = spent, Last = last, IsFirst = !_hasCalled };
        _hasCalled = true;
        var reply = await _caller.CallAsync(call, cancellationToken);
        var record = reply.Record;
        return new StepRecord(step, reply.Items, record.Model.Ref, record.Usage ?? default, record.Cost, record.Latency, record.FinishReason, record.RequestId) { Call = record };
    }

    private ChatOptions Options() => new()
    {
        Tools = setup.Tools.Declarations,
        ResponseFormat = setup.OutputSchema is { } schema ? ChatResponseFormat.ForJsonSchema(schema, "answer") : null,
        AdditionalProperties = new() { [WireKeys.Session] = setup.SessionId.ToString() },
    };
}
