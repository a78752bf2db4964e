using Pryx.Protocol;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Turns;

/// <summary>How far a turn has come, read from what is stored of it: a turn that goes on after a crash looks no different from one that never stopped.</summary>
public sealed record TurnState
{
    /// <summary>The last step that has a stored reply; 0 before the first.</summary>
    public int LastStep { get; private init; }

    /// <summary>Calls without a result, in the model's order.</summary>
    public IReadOnlyList<ToolCall> PendingCalls { get; private init; } = [];

    /// <summary>True when the last step called tools, or input came after it: the model has to speak again.</summary>
    public bool AwaitsModel { get; private init; }

    /// <summary>The first result of the last step that is no success: failed, refused, cancelled or of unknown outcome.</summary>
    public ToolResult? FailedResult { get; private init; }

    public static TurnState Of(TurnId turn, IReadOnlyList<Item> items)
    {
        var calls = new List<ToolCall>();
        var results = new Dictionary<string, ToolResult>();
        var lastStep = 0;
        var lastStepCalls = false;
        var hasInputAfter = true;
        foreach (var item in items)
        {
            if (item.TurnId != turn)
            {
                continue;
            }
            switch (item)
            {
                case UserMessage:
                    hasInputAfter = true;
                    break;
                case ToolResult result:
                    results[result.CallId] = result;
                    break;
                case Reply or Reasoning or ToolCall:
                    if (item.Step > lastStep)
                    {
                        (lastStep, lastStepCalls, hasInputAfter) = (item.Step, false, false);
                        calls.Clear();
                    }
                    if (item is ToolCall call)
                    {
                        lastStepCalls = true;
                        calls.Add(call);
                    }
                    break;
                default:
                    break;
            }
        }
        return new TurnState
        {
            LastStep = lastStep,
            PendingCalls = [.. calls.Where(call => !results.ContainsKey(call.CallId))],
            AwaitsModel = lastStepCalls || hasInputAfter,
            FailedResult = calls.Where(static call => !call.IsMention()).Select(call => results.GetValueOrDefault(call.CallId)).FirstOrDefault(result => result is { Status: not ToolStatus.Completed }),
        };
    }
}
