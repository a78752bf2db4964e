using System.Globalization;
using Microsoft.Extensions.AI;
using Pryx.Agent.Turns;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Models;

/// <summary>
/// The way of one turn through the models its user has chosen: it stays with one as long as that one can take the calls, and goes on with
/// the next when it can not. Each turn begins with its first again.
/// </summary>
/// <param name="session">Rate limits are shared out fairly by it.</param>
public sealed class ModelRoute(RoutePlan plan, IModelTraffic traffic, string session, TimeProvider time) : IModelRoute
{
    /// <summary>Longer than that nobody waits when another model could answer.</summary>
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(10);
    private readonly Dictionary<ModelRef, IChatClient> _clients = [];
    private readonly Dictionary<CallKind, ModelInfo?> _small = [];
    private readonly HashSet<ModelRef> _lost = [];
    private readonly HashSet<ModelRef> _oneAtATime = [];
    private ModelInfo _current = plan.Models[0];
    private ModelInfo _picked = plan.Models[0];
    private ModelInfo? _cheaper;
    private Asked _asked = new(CallKind.Step, new());
    private int _attemptsBefore;
    private bool _isPatient;

    public ModelInfo Current => _current;

    public async Task<ModelTarget> NextAsync(CallKind kind, CallNeeds needs, Func<Notice, Task> sayAsync, CancellationToken cancellationToken)
    {
        _asked = new(kind, needs);
        if (kind != CallKind.Step && !_small.ContainsKey(kind))
        {
            _small[kind] = await plan.SmallAsync(kind, cancellationToken);
        }
        while (true)
        {
            var model = await PickAsync(cancellationToken);
            if (!traffic.TryBegin(model.Ref.Provider))
            {
                continue;
            }
            if (await TryConnectAsync(model, sayAsync, cancellationToken) is not { } client)
            {
                continue;
            }
            await SayWhyAsync(model, sayAsync);
            await traffic.QueueAsync(model, session, wait => sayAsync(RateLimited(wait)), cancellationToken);
            _picked = model;
            if (kind == CallKind.Step)
            {
                _current = model;
            }
            return new(model, client) { OneCallAtATime = model.MaxParallelToolCalls == 1 || _oneAtATime.Contains(model.Ref) };
        }
    }

    public Retry? AfterFailure(ModelTarget failed, ModelException failure, int attempt)
    {
        _attemptsBefore = attempt == 1 ? 0 : _attemptsBefore;
        var ofModel = attempt - _attemptsBefore;
        traffic.Failed(failed.Model, failure);
        if (RouteFailure.IsAboutParallelCalls(failure) && _oneAtATime.Add(failed.Model.Ref))
        {
            return new(TimeSpan.Zero, new Notice("retry", $"{NameOf(failed.Model)} takes fewer tool calls at once; asking again for one at a time."));
        }
        if (Substitute(failed.Model, failure) is { } next && !IsWorthAnotherTry(failed.Model, failure, ofModel))
        {
            Leave(failed.Model, failure);
            _attemptsBefore = attempt;
            _isPatient = false;
            if (_asked.Kind == CallKind.Step)
            {
                _current = next;
            }
            return new(TimeSpan.Zero, Unavailable(failed.Model, next, failure.Message));
        }
        if (RetryTable.DelayAfter(failure, ofModel) is not { } delay)
        {
            return null;
        }
        if (traffic.OutageOf(failed.Model.Ref.Provider) is { } outage && outage.TryAt - time.GetUtcNow() is var pause && pause > delay)
        {
            delay = pause;
        }
        _isPatient = true;
        return new(delay, failure.Failure == ModelFailure.RateLimited ? RateLimited(delay) : new Notice("retry", $"{failure.Message} Retrying in {Seconds(delay)}s"));
    }

    public void Answered(ModelTarget target, TimeSpan firstToken, TimeSpan latency)
    {
        _isPatient = false;
        traffic.Answered(target.Model);
    }

    public void Heard(ModelTarget target, RateLimitState limits) => traffic.Heard(target.Model, limits);

    public bool UseCheaper(CallNeeds needs, decimal atMostUsd)
    {
        var worst = needs with { InputTokens = Math.Max(needs.InputTokens, needs.WorstInputTokens), MaxOutputTokens = RouteFailure.LeastReply };
        var cheaper = Usable().Concat(_small.Values.OfType<ModelInfo>())
            .Where(model => model.Ref != _picked.Ref && ModelFit.Misfit(model, needs) is null)
            .Select(model => (Model: model, Cost: RouteOrder.CostOf(model, worst)))
            .Where(entry => entry.Cost <= atMostUsd && (RouteOrder.CostOf(_picked, worst) is not { } now || entry.Cost < now))
            .OrderBy(static entry => entry.Cost).ThenBy(static entry => entry.Model.Ref.ToString(), StringComparer.Ordinal).FirstOrDefault().Model;
        _cheaper = cheaper ?? _cheaper;
        return cheaper is not null;
    }

    /// <exception cref="ModelException">None can take the call: the first one's reason.</exception>
    private async Task<ModelInfo> PickAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var order = Order();
            var fitting = order.Where(model => ModelFit.Misfit(model, _asked.Needs) is null).ToList();
            if (fitting.TrueForAll(model => traffic.OutageOf(model.Ref.Provider) is not null))
            {
                // Better a shorter history than no answer.
                fitting.AddRange(order.Where(model => MayBeRefitted(model) && traffic.OutageOf(model.Ref.Provider) is null));
            }
            // Nobody can take it: whoever is asked first says best why.
            fitting = fitting.Count > 0 ? fitting : order;
            var free = fitting.Where(model => traffic.OutageOf(model.Ref.Provider) is null).ToList();
            if (free.Find(model => traffic.WaitOf(model) <= (free.Count > 1 ? ShortWait : RetryTable.Longest)) is { } now)
            {
                return now;
            }
            if (free.Count > 0)
            {
                // All of them are at their limits: the one that is free first waits, or says that it takes too long.
                return free.MinBy(traffic.WaitOf)!;
            }
            if (fitting.Count == 0)
            {
                throw new ModelException(ModelFailure.NotConfigured, "None of the models of this turn can be called.");
            }
            var outage = traffic.OutageOf(fitting[0].Ref.Provider);
            if (outage is null)
            {
                continue;
            }
            if (!_isPatient)
            {
                throw RouteFailure.LeftAlone(plan.NameOf(fitting[0].Ref.Provider), fitting[0], outage, time.GetUtcNow());
            }
            await traffic.WaitForTrialAsync(fitting[0].Ref.Provider, cancellationToken);
        }
    }

    /// <summary>Who is asked, the first first.</summary>
    private List<ModelInfo> Order()
    {
        var order = new List<ModelInfo>();
        if (_cheaper is not null)
        {
            order.Add(_cheaper);
        }
        if (_asked.Kind != CallKind.Step && _small.GetValueOrDefault(_asked.Kind) is { } small)
        {
            order.Add(small);
        }
        order.Add(_current);
        order.AddRange(plan.Models);
        return [.. order.Where(model => !_lost.Contains(model.Ref)).DistinctBy(static model => model.Ref)];
    }

    private IEnumerable<ModelInfo> Usable() => plan.Models.Where(model => !_lost.Contains(model.Ref));

    private ModelInfo? Substitute(ModelInfo failed, ModelException failure)
    {
        if (!RouteFailure.MayBeAnotherModels(failure))
        {
            return null;
        }
        var others = Order().FindAll(model => model.Ref != failed.Ref && !(RouteFailure.IsOfProvider(failure) && model.Ref.Provider == failed.Ref.Provider)
            && traffic.OutageOf(model.Ref.Provider) is null && traffic.WaitOf(model) <= RetryTable.Longest);
        return others.Find(model => ModelFit.Misfit(model, _asked.Needs) is null) ?? others.Find(MayBeRefitted);
    }

    // Only its window is too small, and of a step room can be made in it.
    private bool MayBeRefitted(ModelInfo model) =>
        _asked.Kind == CallKind.Step && ModelFit.IsTooSmall(model, _asked.Needs);

    // With somebody else to ask, a user does not wait for the whole table.
    private bool IsWorthAnotherTry(ModelInfo model, ModelException failure, int attempt) => traffic.OutageOf(model.Ref.Provider) is null && failure.Failure switch
    {
        ModelFailure.RateLimited => attempt <= 2 && RetryTable.DelayAfter(failure, attempt) <= ShortWait,
        // It has been waited for long enough.
        ModelFailure.Silence => false,
        _ => attempt <= 1 && failure.IsRetryable,
    };

    private void Leave(ModelInfo model, ModelException failure)
    {
        foreach (var lost in Order().Where(other => other.Ref == model.Ref || (RouteFailure.IsOfProvider(failure) && other.Ref.Provider == model.Ref.Provider)))
        {
            _lost.Add(lost.Ref);
        }
    }

    private async Task<IChatClient?> TryConnectAsync(ModelInfo model, Func<Notice, Task> sayAsync, CancellationToken cancellationToken)
    {
        if (_clients.TryGetValue(model.Ref, out var client))
        {
            return client;
        }
        try
        {
            return _clients[model.Ref] = await plan.ConnectAsync(model, cancellationToken);
        }
        catch (ModelException failure) when (Substitute(model, failure) is { } next)
        {
            Leave(model, failure);
            await sayAsync(Unavailable(model, next, failure.Message));
            _current = _asked.Kind == CallKind.Step ? next : _current;
            return null;
        }
    }

    // A failure has said so already: this is for what is known before anything is sent.
    private async Task SayWhyAsync(ModelInfo model, Func<Notice, Task> sayAsync)
    {
        if (_asked.Kind != CallKind.Step || model.Ref == _current.Ref)
        {
            return;
        }
        if (model.Ref == _cheaper?.Ref)
        {
            await sayAsync(new Notice("fallback", $"{NameOf(_current)} would cost more than the budget has left, going on with {NameOf(model)}."));
        }
        else if (ModelFit.Misfit(_current, _asked.Needs) is { } why)
        {
            await sayAsync(new Notice("fallback", $"{NameOf(_current)} {why}, trying {NameOf(model)}."));
        }
        else if (traffic.OutageOf(_current.Ref.Provider) is { } outage)
        {
            await sayAsync(Unavailable(_current, model, RouteFailure.LeftAlone(plan.NameOf(_current.Ref.Provider), _current, outage, time.GetUtcNow()).Message));
        }
        else
        {
            await sayAsync(Unavailable(_current, model, $"Rate limited, it takes calls again in {Seconds(traffic.WaitOf(_current))}s."));
        }
    }

    // MOD11's own words.
    private static Notice Unavailable(ModelInfo failed, ModelInfo next, string why) => new("fallback", $"{NameOf(failed)} unavailable, trying {NameOf(next)}. {why}");

    // ORC6's own words.
    private static Notice RateLimited(TimeSpan wait) => new("retry", $"Rate limited, retrying in {Seconds(wait)}s");

    private static string NameOf(ModelInfo model) => model.DisplayName ?? model.Ref.ToString();

    private static string Seconds(TimeSpan wait) => Math.Ceiling(Math.Max(0, wait.TotalSeconds)).ToString("0", CultureInfo.InvariantCulture);

    private sealed record Asked(CallKind Kind, CallNeeds Needs);
}
