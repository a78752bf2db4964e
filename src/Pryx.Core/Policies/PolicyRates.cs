using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Pryx.Agent.Policy;
using Pryx.Agent.Tools;

namespace Pryx.Core.Policies;

/// <summary>How often, by policy and by whom, within the last minute. Of this process: a restart begins anew.</summary>
public sealed class PolicyRates(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly object Counted = new();
    private readonly ConcurrentDictionary<(string Policy, string Who), Queue<DateTimeOffset>> _taken = [];

    // A call is judged again after each answer, by the same plan: it counts once.
    private readonly ConditionalWeakTable<ToolPlan, object> _counted = [];

    /// <summary>Null when there is room; else how long until there is.</summary>
    public TimeSpan? Take(string policy, string who, int perMinute)
    {
        var now = time.GetUtcNow();
        var taken = _taken.GetOrAdd((policy, who), static _ => new());
        lock (taken)
        {
            while (taken.TryPeek(out var oldest) && now - oldest >= Window)
            {
                taken.Dequeue();
            }
            if (taken.Count >= perMinute)
            {
                return Window - (now - taken.Peek());
            }
            taken.Enqueue(now);
            return null;
        }
    }

    /// <summary>As <see cref="Take"/>, for a tool call that may be judged several times.</summary>
    internal Judgement? TakeCall(string policy, PolicyRequest request, int perMinute)
    {
        if (_counted.TryGetValue(request.Plan, out _))
        {
            return null;
        }
        if (Take(policy, request.SessionId.ToString(), perMinute) is { } wait)
        {
            return new(Decision.Deny, $"policy:{policy}:rate_limits", $"The policy {policy} allows {perMinute} tool calls a minute; the next one is possible in {Math.Ceiling(wait.TotalSeconds):0} s.");
        }
        _counted.AddOrUpdate(request.Plan, Counted);
        return null;
    }
}
