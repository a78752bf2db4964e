using Pryx.Agent.Models;
using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Core.Access;
using Pryx.Core.Agents;
using Pryx.Core.Catalog;
using Pryx.Core.Checkpoints;
using Pryx.Core.Configuration;
using Pryx.Core.Costs;
using Pryx.Core.Dialogue;
using Pryx.Core.Files;
using Pryx.Core.Health;
using Pryx.Core.Http;
using Pryx.Core.Logs;
using Pryx.Core.Mcp.Serving;
using Pryx.Core.Models;
using Pryx.Core.OAuth;
using Pryx.Core.Planning;
using Pryx.Core.Policies;
using Pryx.Core.Processes;
using Pryx.Core.Routing;
using Pryx.Core.Sandbox;
using Pryx.Core.Secrets;
using Pryx.Core.Secrets.Masking;
using Pryx.Core.Tools;
using Pryx.Core.Turns;
using Pryx.Core.Web;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Providers;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Hosting;

/// <summary>
/// Puts Core together, each part when it is first needed: most commands only look something up, and a turn must not wait for what it does not use.
/// </summary>
public sealed class PryxCore(CoreOptions options) : IAsyncDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private CoreStore? _store;
    private SessionTurns? _turns;
    private TurnPreparation? _preparation;
    private AgentDesk? _agents;
    private TurnRecovery? _recovery;
    private Observation? _observation;
    private OAuthDesk? _signins;
    private CatalogDesk? _catalog;
    private BudgetLedger? _budgets;
    private PryxConfig? _config;
    private PolicyFactory? _policies;
    private PlanDesk? _plans;
    private SecretDesk? _masks;
    private SecretStoreChoice? _secrets;
    private Abilities? _abilities;
    private ServedSessions? _served;
    private UndoParts? _undo;
    private OutsideTools? _outside;
    private BackgroundWork? _background;
    private CodeCheck? _codeCheck;
    private static readonly TimeSpan AfterReady = TimeSpan.FromMilliseconds(300);
    private readonly CancellationTokenSource _leaving = new();

    public CoreOptions Options => options;

    /// <summary>As it was read last: at the first use, and after every change over the API.</summary>
    public PryxConfig Config => Volatile.Read(ref _config) ?? LoadConfig();

    /// <summary>The OS keychain, or the vault.</summary>
    public SecretStoreChoice Secrets => field ??= _secrets = CreateSecrets();

    /// <summary>Those of this program.</summary>
    public ToolSet Tools => field ??= BuildTools();

    /// <summary>The same as MCP servers, under the names those have.</summary>
    public BundledServers Bundled => field ??= new(name => Tools.Find(name), Outside.Servers());

    internal BackgroundWork Background => field ??= _background = new(this);

    internal CodeCheck CodeCheck => field ??= _codeCheck = new(this);

    private OutsideTools Outside => field ??= _outside = new(this);

    /// <summary>The MCP clients of this core.</summary>
    internal ServedSessions Served => field ??= _served = new(options.Time);

    /// <summary>What is added to this program by its user: servers, skills.</summary>
    public Abilities Abilities => field ??= _abilities = new(this);

    public CoreLog Log => field ??= new CoreLog(options.Paths.Logs, options.Time, Enum.TryParse<LogSeverity>(Config.Text("log_level"), ignoreCase: true, out var least) ? least : LogSeverity.Info);

    /// <param name="store">Of this core.</param>
    public Observation Observe(CoreStore store) => _observation ??= new Observation(this, store);

    /// <summary>A turn runs in this process.</summary>
    internal bool IsBusy => _turns is { IsBusy: true };

    /// <summary>Something goes on that nobody needs to watch: a turn, a background process.</summary>
    public bool HasOpenWork => IsBusy || _background is { HasRunning: true };

    /// <summary>How tools are kept together here, in words.</summary>
    public async Task<string> DescribeIsolationAsync() => await Spawner.ProbeIsolationAsync() switch
    {
        Isolation.PidNamespace => "pid namespace",
        Isolation.ProcessGroup => "process group",
        _ => "process tree",
    };

    /// <summary>Which sandbox is in force for commands, why not a better one, and how to get it; tried once.</summary>
    public Task<SandboxState> SandboxStateAsync() => Spawner.SandboxStateAsync();

    /// <summary>Reads the configuration again: what follows uses it.</summary>
    public void ReloadConfig() => LoadConfig();

    /// <summary>Who may call the gateway.</summary>
    public AccessDesk Access => field ??= new(options.Paths, () => Config, async cancellationToken => new AccessTokenStore((await StoreAsync(cancellationToken)).Database), options.Time, options.OnWarning);

    /// <summary>For WebSockets and whatever else stays open.</summary>
    public ConnectionLimits Connections => field ??= new(Config, options.Time);

    public async Task<CoreStore> StoreAsync(CancellationToken cancellationToken)
    {
        if (_store is { } open)
        {
            return open;
        }
        await _opening.WaitAsync(cancellationToken);
        try
        {
            return _store ??= await CoreStore.OpenAsync(options, cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }

    public async Task<SessionTurns> TurnsAsync(CancellationToken cancellationToken)
    {
        var store = await StoreAsync(cancellationToken);
        if (_turns is { } made)
        {
            return made;
        }
        await _opening.WaitAsync(cancellationToken);
        try
        {
            return _turns ??= CreateTurns(store);
        }
        finally
        {
            _opening.Release();
        }
    }

    private SessionTurns CreateTurns(CoreStore store)
    {
        var turns = new SessionTurns(
            store.Database, store.Events, store.Sessions, store.History, store.Owner, store.Turns, store.Usage, Preparation(store), options.IsDaemon, Log, options.Time,
            onCall: options.IsDaemon ? call => Observe(store).Metrics.ModelCalled(call.Model.Ref.Provider, call.Latency, call.Usage?.Input ?? 0, call.Usage?.Output ?? 0, call.Cost) : null);
        turns.OnStopped = (session, by) => _agents is { } agents ? agents.StopOfAsync(session, by) : Task.CompletedTask;
        turns.OnEnded = turn => _agents is { } agents ? agents.EndOfAsync(turn) : Task.CompletedTask;
        if (options.IsDaemon)
        {
            store.Desk.OnAnswered = turns.AnsweredAsync;
            _recovery = new TurnRecovery(turns, store.Desk.ExpectReturn, Log, options.Time);
        }
        return turns;
    }

    /// <summary>Goes on with what others have left, now and every few seconds; only the daemon does.</summary>
    public async Task StartRecoveryAsync(CancellationToken cancellationToken)
    {
        await TurnsAsync(cancellationToken);
        _recovery?.Start();
        _agents?.GoOn();
    }

    /// <returns>Where the key is kept, in words.</returns>
    /// <exception cref="PryxException">PROVIDER_UNKNOWN, or the vault's own.</exception>
    public async Task<string> SetProviderKeyAsync(string provider, string key, CancellationToken cancellationToken)
    {
        var known = Catalog.Directory.Providers.Find(provider)
            ?? throw new PryxException("PROVIDER_UNKNOWN", $"There is no provider '{provider}'.", $"use one of {string.Join(", ", KnownProviders.Popular.Where(popular => popular.NeedsKey).Select(popular => popular.Id))}");
        options.Paths.Create();
        await Secrets.SetAsync(SecretNames.Provider(known.Id), key, cancellationToken);
        return $"the {Secrets.Description}";
    }

    /// <returns>The model that the name means, as <c>provider/model</c>.</returns>
    /// <exception cref="PryxException">MODEL_INVALID, MODEL_AMBIGUOUS.</exception>
    /// <exception cref="Protocol.Models.ModelException">NotConfigured.</exception>
    public async Task<string> CheckModelAsync(string model, string? workspace, CancellationToken cancellationToken, string? api = null)
    {
        if (RouteDesk.IsStrategy(model))
        {
            return model;
        }
        var settings = options.Settings;
        if (workspace is not null)
        {
            // The key may be in the folder's .env, as the turn will find it.
            var isTrusted = await (await StoreAsync(cancellationToken)).Trust.IsTrustedAsync(workspace, cancellationToken);
            settings = settings.With(DotEnv.Load(workspace, isTrusted));
        }
        return (await Models.ChooseAsync(model, null, settings, cancellationToken, api)).Model.ToString();
    }

    /// <summary>Stops what runs in the session, then deletes it; false when there is none.</summary>
    public async Task<bool> DeleteSessionAsync(SessionId id, CancellationToken cancellationToken)
    {
        var isDeleted = await (await TurnsAsync(cancellationToken)).DeleteSessionAsync(id, cancellationToken);
        _store!.Archive.Forget(id);
        if (isDeleted)
        {
            // What was remembered of it goes too.
            Undo(await StoreAsync(cancellationToken)).Shelf.CleanSoon(isDue: true);
        }
        return isDeleted;
    }

    /// <summary>What is known of models and providers.</summary>
    public CatalogDesk Catalog => field ??= _catalog = new(options.Paths, () => Config, options.Settings, options.Time, OnCatalogWarning);

    /// <summary>Which providers could be asked, by the names of their keys.</summary>
    public ProviderPresence Presence => field ??= new(() => Config, () => Catalog.Directory.Providers, options.Settings, options.Paths.SecretReferences, options.Time);

    public ModelDesk Models => field ??= new ModelDesk(() => Config, options.Settings, Secrets, () => new ProviderOptions { Time = options.Time, Directory = Catalog.Directory, Token = id => Tokens.Of(id), IdleLimit = Config.IsSet("provider_idle_timeout") ? Config.Duration("provider_idle_timeout") : null });

    public Hardware Hardware => field ??= new Hardware(Spawner, options.Settings.FromEnvironment, options.Time);

    /// <summary>The providers one can sign in to.</summary>
    public OAuthApps Signins => field ??= new OAuthApps(() => Config, options.Settings, Secrets);

    /// <summary>The accounts that are signed in.</summary>
    public OAuthTokens Tokens => field ??= new OAuthTokens(options.Paths, Secrets, Signins, OAuth, options.Time);

    /// <summary>The sign-ins that are going on.</summary>
    public OAuthDesk SigninDesk => field ??= _signins = new OAuthDesk(Signins, Tokens, OAuth, Secrets, options.Time);

    internal CloudParts Cloud => field ??= new(this);

    private OAuthClient OAuth => field ??= new OAuthClient(options.Time);

    internal void OnBackgroundWarning(string warning) => Log.Write(new(LogSeverity.Warning, "process.warning") { Message = warning });

    // A command says it to whoever called it; a daemon has only its log.
    internal void OnCatalogWarning(string warning)
    {
        options.OnWarning(warning);
        Log.Write(new(LogSeverity.Warning, "catalog.warning") { Message = warning });
    }

    /// <summary>How the providers are, as the calls of this process have shown.</summary>
    public ModelTraffic Traffic => field ??= new ModelTraffic(id => Catalog.Directory.Providers.Find(id), options.Time);

    /// <summary>Servers of the user are connected beside everything else, once those who have waited for this start have had their answer: a hundred programs take a machine's whole attention.</summary>
    internal void StartAbilitiesSoon()
    {
        var leaving = _leaving.Token;
        _ = Task.Run(async () =>
        {
            try
            {
                await Task.Delay(AfterReady, options.Time, leaving);
                Abilities.StartInBackground();
            }
            catch (OperationCanceledException)
            {
                // The process ends before they were needed.
            }
            catch (Exception e)
            {
                // Nobody awaits this: without a word here, servers would be missing and nothing would say why.
                Log.Write(new(LogSeverity.Warning, "mcp.background") { Message = $"The MCP servers were not connected in the background: {e.Message} The next turn tries again." });
            }
        }, leaving);
    }

    /// <summary>A turn is going to be run: warms up its path beside whatever comes before it. Returns at once; the turn does not wait for it.</summary>
    public void Rehearse()
    {
        var leaving = _leaving.Token;
        _ = Task.Run(async () =>
        {
            try
            {
                await Rehearsal.PlayAsync(TimeProvider.System, leaving);
            }
            catch (OperationCanceledException)
            {
                // The process is done before the rehearsal is.
            }
            catch (ModelException)
            {
                // Nothing depends on it: the turn itself will say what is wrong.
            }
        }, leaving);
    }

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        if (_signins is not null)
        {
            await _signins.DisposeAsync();
        }
        if (_served is not null)
        {
            await _served.DisposeAsync();
        }
        if (_outside is not null)
        {
            await _outside.DisposeAsync();
        }
        if (_abilities is not null)
        {
            await _abilities.DisposeAsync();
        }
        if (_agents is not null)
        {
            await _agents.DisposeAsync();
        }
        if (_recovery is not null)
        {
            await _recovery.DisposeAsync();
        }
        if (_turns is not null)
        {
            await _turns.DisposeAsync();
        }
        if (_codeCheck is not null)
        {
            await _codeCheck.DisposeAsync();
        }
        if (_background is not null)
        {
            await _background.DisposeAsync();
        }
        if (_observation is not null)
        {
            await _observation.DisposeAsync();
        }
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }
        _catalog?.Dispose();
        _masks?.Dispose();
        _secrets?.Dispose();
        await Log.DisposeAsync();
        _opening.Dispose();
        _leaving.Dispose();
    }

    /// <summary>What servers change while a call is being made.</summary>
    internal ServerMemory ServerMemory { get; } = new();

    /// <summary>What takes changes in workspaces back.</summary>
    internal UndoParts Undo(CoreStore store) => _undo ??= new(this, store);

    /// <summary>How full a session's context window is.</summary>
    /// <exception cref="PryxException">SESSION_NOT_FOUND</exception>
    public async Task<ContextUsage> MeasureAsync(SessionId id, CancellationToken cancellationToken) => await Preparation(await StoreAsync(cancellationToken)).MeasureAsync(id, cancellationToken);

    // One for all: it keeps what was counted of the sessions in use.
    private TurnPreparation Preparation(CoreStore store) => _preparation ??= new(
        options.Paths, store.Sessions, store.Trust, store.Grants, Policies(store), store.Desk, store.Approvals, new RouteDesk(() => Config, Models, new RouteHistory(store.Database), Traffic, options.Time), () => Config, new ToolShelf(() => Tools, () => Abilities.Sources), Budgets(store), Masks(store), options.Settings, ApprovalTimeout, name => name == UndoWords.Server ? Undo(store).Tools : Bundled.Find(name), options.Time)
    {
        Expansions = () => Abilities.Expansions,
        Changes = (session, turn, workspace, token) => Undo(store).Shelf.OpenTurnAsync(session, turn, workspace, token),
        Plans = Plans(store),
        TakeNews = session => [.. _background?.TakeNews(session) ?? [], .. _codeCheck?.TakeNews(session) ?? []],
        Hooks = context => Abilities.Hooks.ForTurn(store, context),
        Mentions = Abilities.Mentions,
        Memory = Abilities.Memory.PromptAsync,
        Reviewer = settings => Config.Text("approvals_reviewer") is { Length: > 0 } model
            ? new(token => ReviewerAsync(model, settings, token), Config.Duration("approvals_reviewer_timeout"), (decimal)Config.Number("approvals_reviewer_max_usd"))
            : null,
    };

    /// <summary>What keeps secrets from models, surfaces and files.</summary>
    private SecretDesk Masks(CoreStore store) => _masks ??= new(store.Database, Secrets, new OwnSecrets(options.Paths.SecretReferences, Secrets, ProviderKeysInUse, OtherSecretsOfTheEnvironment), () => Config.Bool("mask_secrets"), OnMaskWarning);

    private IEnumerable<string> ProviderKeysInUse() =>
        Catalog.Directory.Providers.All.SelectMany(static provider => provider.KeyVariables).Distinct().Select(options.Settings.FromEnvironment).OfType<string>();

    private static IEnumerable<string> OtherSecretsOfTheEnvironment() =>
        ChildEnvironment.Own().Where(static pair => ChildEnvironment.IsSecret(pair.Key, pair.Value) && !pair.Key.StartsWith("PRYX_", StringComparison.OrdinalIgnoreCase)).Select(static pair => pair.Value);

    private void OnMaskWarning(string warning)
    {
        options.OnWarning(warning);
        Log.Write(new(LogSeverity.Warning, "secrets.warning") { Message = warning });
    }

    private async Task<ModelTarget> ReviewerAsync(string model, Settings settings, CancellationToken cancellationToken)
    {
        var choice = await Models.ChooseAsync(model, null, settings, cancellationToken);
        return new(choice.Info, choice.Client);
    }

    // A daemon's surfaces come and go; who runs a command sits before it.
    private TimeSpan ApprovalTimeout => options.IsDaemon || Config.IsSet("approval_timeout") ? Config.Duration("approval_timeout") : TimeSpan.Zero;

    /// <param name="ifNoFolder">The folder of agents that help no session; counts the first time.</param>
    public AgentDesk Agents(CoreStore store, string ifNoFolder) => _agents ??= Abilities.Delegation.Desk(store, ifNoFolder);

    /// <summary>What may be spent.</summary>
    public BudgetLedger Budgets(CoreStore store) => _budgets ??= new(store.Database, store.Events, () => BudgetOptions.From(Config), () => store.Owner.Name, name => store.Owner.IsAlive(name));

    /// <summary>Plan mode.</summary>
    public PlanDesk Plans(CoreStore store) => _plans ??= new(store.Database, store.Events, store.Grants, store.Approvals);

    /// <summary>How the turns of this Core are judged.</summary>
    public PolicyFactory Policies(CoreStore store) => _policies ??= new(
        PolicyFactory.ScopeOf(options.Paths), store.Grants, new PolicyFiles(options.Paths.Policies, PolicyFactory.ScopeOf(options.Paths).Home), new PolicyRates(options.Time), () => Config.Text("policy"),
        async () => (await Spawner.SandboxStateAsync()).Confinement) { Pins = store.Pins, IsPlanningAsync = (session, token) => Plans(store).IsOnAsync(session, token) };

    private SecretStoreChoice CreateSecrets()
    {
        var vault = VaultOptions.From(options.Paths, options.Settings);
        var environment = options.Settings.FromEnvironment;
        var hasBus = environment("DBUS_SESSION_BUS_ADDRESS") is { Length: > 0 } || (environment("XDG_RUNTIME_DIR") is { Length: > 0 } runtime && File.Exists(Path.Combine(runtime, "bus")));
        // Who names a file for them wants them there.
        var choice = environment("PRYX_KEYCHAIN_FILE") is not null ? "vault" : Config.Text("secret_store");
        return new(choice, hasBus, options.Paths.Data, new FileVault(vault, options.Time), vault, options.Time);
    }

    internal ProcessSpawner Spawner => field ??= new ProcessSpawner(sandbox: new SandboxOptions
    {
        Choice = Enum.TryParse<SandboxChoice>(Config.Text("sandbox"), ignoreCase: true, out var choice) ? choice : SandboxChoice.Auto,
        Folder = SandboxFolder,
        Helper = options.Executable,
    });

    // Where what runs inside a sandbox is: this program, or in a test the one it names.
    internal string OwnFolder => options.Executable is [.., var program] && Path.GetDirectoryName(program) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory.TrimEnd('/');

    internal string SandboxFolder => Path.Combine(options.Paths.Data, "sandbox");

    /// <param name="path">Canonical.</param>
    internal bool HoldsSecrets(string path) => SecretFiles.IsSecretName(path) || SecretPlaces.Why(path, isWrite: false) is not null;

    private SecretFiles SecretPlaces => field ??= new(PolicyFactory.ScopeOf(options.Paths));

    private ToolSet BuildTools()
    {
        var shell = new ShellTool(Spawner, OwnEnvironment(), CommandSandbox());
        return new ToolSet([.. CodeCheck.Of(FileTools.All(holdsSecrets: HoldsSecrets)), shell, .. Background.Tools(shell), new HttpTool(new GuardedHttp(new GuardedHttpOptions())), .. Outside.Declared(), new PlanTool(), new QuestionTool(), .. Abilities.Memory.Tools]);
    }

    internal CommandSandbox CommandSandbox() => new(new SandboxProfiles(options.Paths.Home, options.Paths.Data, OwnFolder), SandboxFolder);

    internal Dictionary<string, string> OwnEnvironment()
    {
        var own = new Dictionary<string, string>(options.DotEnv.Variables, StringComparer.Ordinal);
        foreach (var (name, value) in ChildEnvironment.Own())
        {
            own[name] = value;
        }
        return own;
    }

    private PryxConfig LoadConfig()
    {
        var config = PryxConfig.Load(options.Paths, options.Settings);
        foreach (var warning in config.Warnings)
        {
            options.OnWarning(warning);
        }
        Volatile.Write(ref _config, config);
        return config;
    }
}
