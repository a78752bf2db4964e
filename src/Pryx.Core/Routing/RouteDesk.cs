using Microsoft.Extensions.AI;
using Pryx.Agent.Models;
using Pryx.Core.Configuration;
using Pryx.Core.Models;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;
using Pryx.Providers;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Routing;

/// <summary>Who answers a turn, found before its input is stored.</summary>
/// <param name="Plan">The turn's own model first.</param>
/// <param name="Asked">The strategy that chose it, as <c>auto/cheapest</c>; null where the user named a model or has no choice.</param>
/// <param name="Notice">Why this one, where the user did not choose it; null where they did.</param>
public sealed record RouteChoice(RoutePlan Plan, string? Asked, string? Notice)
{
    public ModelInfo Model => Plan.Models[0];
}

/// <summary>
/// Chooses the models of a turn by the user's strategy, their list of candidates and their fallbacks. Content goes to providers that the
/// user has chosen: by naming the model, by the lists, or by <c>auto</c>, which means those that have a key.
/// </summary>
public sealed class RouteDesk(Func<PryxConfig> config, ModelDesk models, RouteHistory history, ModelTraffic traffic, TimeProvider time)
{
    // Of the candidates that nobody has put into an order, so many may step in.
    private const int Understudies = 3;

    /// <param name="settings">The environment with the folder's .env behind it.</param>
    /// <param name="needsAsync">What the turn's first call is going to need; asked only where a strategy chooses.</param>
    /// <exception cref="PryxException">MODEL_INVALID, ROUTE_EMPTY, ROUTE_NO_MODEL.</exception>
    /// <exception cref="ModelException">NotConfigured.</exception>
    public async Task<RouteChoice> ChooseAsync(StartTurn request, Session session, Settings settings, Func<CancellationToken, Task<CallNeeds>> needsAsync, CancellationToken cancellationToken)
    {
        var options = RoutingOptions.From(config());
        var named = request.Model ?? session.Model;
        var strategy = RouteStrategies.IsStrategy(named) ? RouteStrategies.OfModel(named) ?? throw RouteTrouble.UnknownStrategy(named!)
            : named is null ? options.Strategy : RouteStrategy.Fixed;
        if (strategy != RouteStrategy.Fixed)
        {
            return await ChooseByStrategyAsync(strategy, options, session.Id, settings, needsAsync, cancellationToken);
        }
        // auto/fixed: as if nothing had been said.
        var (ofRequest, ofSession) = (IsStrategy(request.Model) ? null : request.Model, IsStrategy(session.Model) ? null : session.Model);
        var choice = await models.ChooseAsync(ofRequest, ofSession, settings, cancellationToken, request.ModelApi ?? (request.Model is null ? session.ModelApi : null));
        var clients = new Clients(models, settings) { [choice.Model] = choice.Client };
        return new(PlanOf([choice.Info, .. await FallbacksAsync(options, clients, cancellationToken)], options, clients), null, choice.Notice);
    }

    /// <summary>Whether what stands for a model is the name of a strategy.</summary>
    /// <exception cref="PryxException">MODEL_INVALID: it tries to be one.</exception>
    public static bool IsStrategy(string? model) => !RouteStrategies.IsStrategy(model) ? false
        : RouteStrategies.OfModel(model) is not null ? true
        : throw RouteTrouble.UnknownStrategy(model!);

    /// <summary>The model that the session would go on with, as far as that is known before there is a request; no key is needed where it names one.</summary>
    /// <exception cref="ModelException">NotConfigured.</exception>
    public async Task<ModelInfo> FindModelAsync(Session session, Settings settings, CancellationToken cancellationToken) =>
        !IsStrategy(session.Model) && ModelRef.TryParse(session.Model, out var named) ? InfoOf(named)
        : (await ChooseAsync(new StartTurn { SessionId = session.Id, Surface = "" }, session, settings, static _ => Task.FromResult(new CallNeeds()), cancellationToken)).Model;

    /// <summary>The model that a message would go to, as far as nobody need be asked for it: no key is needed for one that was named.</summary>
    /// <param name="named">Of the request; null for the session's or the configured one.</param>
    /// <exception cref="PryxException">MODEL_INVALID, ROUTE_EMPTY, ROUTE_NO_MODEL.</exception>
    /// <exception cref="ModelException">NotConfigured.</exception>
    public async Task<ModelInfo> FindModelAsync(string? named, Session session, Settings settings, CancellationToken cancellationToken)
    {
        var name = named ?? session.Model ?? (RoutingOptions.From(config()).Strategy == RouteStrategy.Fixed ? config().ChosenModel : null);
        return name is not null && !IsStrategy(name) && await models.LookUpAsync(name, cancellationToken) is var found && models.Directory.Providers.Find(found.Provider) is not null
            ? InfoOf(found)
            : (await ChooseAsync(new StartTurn { SessionId = session.Id, Model = named, Surface = "" }, session, settings, static _ => Task.FromResult(new CallNeeds()), cancellationToken)).Model;
    }

    /// <summary>Models that could be asked in another's place: those that the user listed, then the best known ones of each provider that has a key.</summary>
    public async Task<IReadOnlyList<ModelInfo>> OthersAsync(Settings settings, CancellationToken cancellationToken)
    {
        var registry = await models.OpenAsync(null, settings, cancellationToken);
        var options = RoutingOptions.From(config());
        return
        [
            .. options.Candidates.Where(model => registry.IsConfigured(model.Provider)).Select(InfoOf),
            .. models.Directory.Providers.Popular.Where(provider => provider is { NeedsKey: true, DefaultModel: not null } && registry.IsConfigured(provider.Id)).Select(provider => InfoOf(new(provider.Id, provider.DefaultModel!))),
            .. Known(registry).Where(static model => model is { SupportsTools: true, Price: not null, Status: null }).OrderByDescending(static model => model.Released),
        ];
    }

    public ModelRoute RouteOf(RoutePlan plan, SessionId session) => new(plan, traffic, session.ToString(), time);

    private async Task<RouteChoice> ChooseByStrategyAsync(
        RouteStrategy strategy, RoutingOptions options, SessionId session, Settings settings, Func<CancellationToken, Task<CallNeeds>> needsAsync, CancellationToken cancellationToken)
    {
        var asked = RouteStrategies.ModelOf(strategy);
        var registry = await models.OpenAsync(null, settings, cancellationToken);
        List<ModelInfo> candidates = [.. options.Candidates.Count > 0
            ? options.Candidates.Where(model => registry.IsConfigured(model.Provider)).Select(InfoOf)
            : Known(registry).Where(static model => model.Price is not null && model.SupportsTools)];
        if (candidates.Count == 0)
        {
            throw RouteTrouble.NoCandidate(strategy);
        }
        var clients = new Clients(models, settings);
        var needs = await needsAsync(cancellationToken);
        var fallbacks = await FallbacksAsync(options, clients, cancellationToken);
        // What is down comes last, what can not take the call not at all.
        var sorted = RouteOrder.Sort(strategy, candidates, needs, await history.ReadAsync(cancellationToken));
        List<ModelInfo> fitting = [.. sorted.Concat(fallbacks).Where(model => ModelFit.Misfit(model, needs) is null).DistinctBy(static model => model.Ref)
            .OrderBy(model => traffic.OutageOf(model.Ref.Provider) is null ? 0 : 1)];
        if (fitting.Count == 0)
        {
            throw RouteTrouble.NoneFits(strategy, [.. sorted.Select(model => (model, ModelFit.Misfit(model, needs)!))]);
        }
        var last = await history.FindLastAsync(session, asked, cancellationToken);
        // The provider's cache holds the session's beginning: another model would have to be paid for all of it again.
        var kept = fitting.Find(model => model.Ref == last && traffic.OutageOf(model.Ref.Provider) is null);
        var first = kept ?? fitting[0];
        var others = options.Candidates.Count > 0 ? sorted : UnderstudiesOf(first, fitting);
        return new(
            PlanOf([.. fallbacks.Concat(others).Prepend(first).DistinctBy(static model => model.Ref)], options, clients),
            asked,
            kept is not null ? null : $"{first.DisplayName ?? first.Ref.ToString()} ({first.Ref}) was chosen by '{RouteStrategies.NameOf(strategy)}' out of {candidates.Count} models.");
    }

    private RoutePlan PlanOf(IReadOnlyList<ModelInfo> route, RoutingOptions options, Clients clients) => new()
    {
        Models = route,
        ConnectAsync = async (model, cancellationToken) => await clients.OpenAsync(model.Ref, cancellationToken),
        SmallAsync = (kind, cancellationToken) => SmallAsync(kind, route[0], options, clients, cancellationToken),
        NameOf = provider => models.Directory.Providers.Find(provider)?.Name ?? provider,
    };

    private async Task<List<ModelInfo>> FallbacksAsync(RoutingOptions options, Clients clients, CancellationToken cancellationToken)
    {
        List<ModelInfo> fallbacks = [.. options.Fallback.Select(InfoOf)];
        if (options.FallsBackToAll)
        {
            var registry = await clients.RegistryAsync(null, cancellationToken);
            fallbacks.AddRange(models.Directory.Providers.Popular
                .Where(provider => provider is { NeedsKey: true, DefaultModel: not null } && registry.IsConfigured(provider.Id))
                .Select(provider => InfoOf(new(provider.Id, provider.DefaultModel!))));
        }
        return [.. fallbacks.DistinctBy(static model => model.Ref)];
    }

    // The next best, and the best of another provider where those are all of one.
    private static IEnumerable<ModelInfo> UnderstudiesOf(ModelInfo first, List<ModelInfo> fitting)
    {
        var next = fitting.Where(model => model.Ref != first.Ref).Take(Understudies).ToList();
        return next.Exists(model => model.Ref.Provider != first.Ref.Provider)
            ? next
            : next.Concat(fitting.Where(model => model.Ref.Provider != first.Ref.Provider).Take(1));
    }

    private async Task<ModelInfo?> SmallAsync(CallKind kind, ModelInfo own, RoutingOptions options, Clients clients, CancellationToken cancellationToken)
    {
        if (options.Own.Contains(kind))
        {
            return null;
        }
        if (options.Small.TryGetValue(kind, out var chosen))
        {
            return InfoOf(chosen);
        }
        if (SmallModels.Of(own.Ref.Provider) is not { } small || models.Directory.Providers.Find(own.Ref.Provider) is not { } provider)
        {
            return null;
        }
        // Behind a base URL of the user's is another server, which need not have it.
        var registry = await clients.RegistryAsync(own.Ref.Provider, cancellationToken);
        var info = InfoOf(small);
        var isCheaper = info.Price is { } price && !(own.Price?.Input <= price.Input);
        return registry.BaseUrlOf(provider) == provider.BaseUrl && isCheaper ? info : null;
    }

    private IEnumerable<ModelInfo> Known(ProviderRegistry registry) =>
        // Whom only a fetched catalog knows is never chosen for the user: it could name itself after any key.
        models.Directory.Providers.All.Where(provider => provider is { NeedsKey: true, IsFetched: false } && registry.IsConfigured(provider.Id)).SelectMany(provider => models.Directory.Of(provider.Id));

    private ModelInfo InfoOf(ModelRef model) => models.Directory.Find(model) ?? new(model);

    /// <summary>The clients of one turn: the vault is opened once for each provider, and only for those that are called.</summary>
    private sealed class Clients(ModelDesk models, Settings settings)
    {
        private readonly Dictionary<ModelRef, IChatClient> _clients = [];
        private readonly Dictionary<string, ProviderRegistry> _registries = [];

        public IChatClient this[ModelRef model]
        {
            set => _clients[model] = value;
        }

        public async Task<IChatClient> OpenAsync(ModelRef model, CancellationToken cancellationToken) =>
            _clients.TryGetValue(model, out var client) ? client : _clients[model] = (await RegistryAsync(model.Provider, cancellationToken)).Create(model);

        /// <param name="only">Null for all providers.</param>
        public async Task<ProviderRegistry> RegistryAsync(string? only, CancellationToken cancellationToken) =>
            _registries.TryGetValue(only ?? "", out var registry) ? registry : _registries[only ?? ""] = await models.OpenAsync(only, settings, cancellationToken);
    }
}
