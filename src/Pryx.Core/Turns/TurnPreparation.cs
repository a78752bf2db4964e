using Pryx.Agent.Budgets;
using Pryx.Agent.Context;
using Pryx.Agent.Hooks;
using Pryx.Agent.Models;
using Pryx.Agent.Policy.Pins;
using Pryx.Agent.Secrets;
using Pryx.Agent.Tools;
using Pryx.Agent.Turns;
using Pryx.Core.Approvals;
using Pryx.Core.Configuration;
using Pryx.Core.Costs;
using Pryx.Core.Hooks;
using Pryx.Core.Planning;
using Pryx.Core.Policies;
using Pryx.Core.Routing;
using Pryx.Core.Secrets.Masking;
using Pryx.Core.Sessions;
using Pryx.Core.Storage;
using Pryx.Core.Tools;
using Pryx.Core.Workspaces;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Costs;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Turns;

/// <summary>From a request to everything a turn runs with: model, tools, policy, folder, instructions.</summary>
/// <param name="approvalTimeout">How long a question waits where the request does not say; zero waits as long as the turn.</param>
/// <param name="served">The tools of a bundled server.</param>
public sealed class TurnPreparation(
    PryxPaths paths, SessionStore sessions, WorkspaceTrust trust, GrantStore grants, PolicyFactory policies, ApprovalDesk desk, ApprovalStore questions, RouteDesk routes, Func<PryxConfig> config, ToolShelf shelf, BudgetLedger budgets, SecretDesk secrets, Settings settings, TimeSpan approvalTimeout, Func<string, ToolSet> served, TimeProvider time)
{
    /// <summary>Of turns that a model or a program has called.</summary>
    public const string AgentSurface = "agent";

    public SecretDesk Secrets => secrets;
    public BudgetLedger Budgets => budgets;
    public BudgetWatch BudgetWatch => field ??= new(budgets, desk);

    /// <summary>Who gives a second opinion on questions, with the folder's settings; null for nobody.</summary>
    public Func<Settings, ReviewerOptions?> Reviewer { get; init; } = static _ => null;

    /// <summary>The user's programs around a turn; null for none. Null where there is nothing to offer.</summary>
    public Func<ToolContext, TurnHooks?> Hooks { get; init; } = static _ => null;

    /// <summary>Who knows what a <c>/name</c> stands for; the first who does is believed.</summary>
    public Func<IReadOnlyList<IInputExpansion>> Expansions { get; init; } = static () => [];

    /// <summary>Who remembers what a turn's calls change, by session, turn and workspace.</summary>
    public Func<SessionId, TurnId, string, CancellationToken, Task<IChangeMemory>> Changes { get; init; } = static (_, _, _, _) => Task.FromResult<IChangeMemory>(NoMemory.Instance);

    /// <summary>Which sessions are in plan mode; null where none can be.</summary>
    public PlanDesk? Plans { get; init; }

    /// <summary>As <see cref="TurnSetup.TakeNews"/>, of a session.</summary>
    public Func<SessionId, IReadOnlyList<string>> TakeNews { get; init; } = static _ => [];
    /// <summary>What a new session is told of what is remembered; null for nothing.</summary>
    public Func<ToolScope, CancellationToken, Task<string?>> Memory { get; init; } = static (_, _) => Task.FromResult<string?>(null);

    /// <summary>What an @ names.</summary>
    public IMentionFinder Mentions { get; init; } = new NoMentions();

    private readonly SessionMeters _meters = new(sessions);
    private readonly ToolNarrowing _narrowed = new();

    /// <summary>How full a session's window is now, with the model that it would go on with.</summary>
    /// <exception cref="PryxException">SESSION_NOT_FOUND</exception>
    /// <exception cref="Protocol.Models.ModelException">NotConfigured.</exception>
    public async Task<ContextUsage> MeasureAsync(SessionId id, CancellationToken cancellationToken)
    {
        var session = await sessions.FindAsync(id, cancellationToken) ?? throw SessionStore.NotFound(id);
        var folder = await OpenFolderAsync(session.Workspace ?? paths.Home, cancellationToken);
        var model = await routes.FindModelAsync(session, folder.Settings, cancellationToken);
        var instructions = await sessions.ReadInstructionsAsync(id, cancellationToken) ?? await ComposeAsync(session, folder, cancellationToken);
        var meter = await _meters.OfAsync(id, cancellationToken);
        return meter.Measure(model, instructions, folder.Tools, await sessions.ReadItemsAsync(id, cancellationToken)).Usage;
    }

    /// <summary>
    /// Pins and unpins what the user says in a message ("remember: …", "forget: …", "do not … until I say so"), before anything else becomes of it:
    /// it counts for the turn that runs, too.
    /// </summary>
    public async Task TakeWordsAsync(StartTurn request, CancellationToken cancellationToken)
    {
        if (!request.SpeaksForUser || policies.Pins is not { } pins || PinWords.Find(request.Text) is not { Count: > 0 } wishes || await sessions.FindAsync(request.SessionId, cancellationToken) is not { } session)
        {
            return;
        }
        var by = request.Principal ?? request.Surface;
        var folder = CanonicalPath.Of(session.Workspace ?? paths.Home);
        foreach (var wish in wishes)
        {
            if (wish.Forgets)
            {
                await pins.ForgetAsync(wish.Text, session.Id, folder, by, cancellationToken);
            }
            else
            {
                await pins.AddAsync(new NewPin(wish.Text, wish.Reach == PinReach.Folder ? folder : null, wish.Reach == PinReach.Session ? session.Id : null, by) { SaidIn = session.Id }, cancellationToken);
            }
        }
    }

    /// <summary>
    /// Finds what the words of a message stand for: a <c>/name</c> at its beginning (a word of Pryx's own, a command, a skill, a prompt) and
    /// what it names with @. Without them it is a text like any other.
    /// </summary>
    /// <returns>The request as it is to be run, and what the user should know of how it was read.</returns>
    public async Task<(StartTurn Request, IReadOnlyList<Notice> Notices)> ExpandAsync(StartTurn request, CancellationToken cancellationToken)
    {
        var narrowed = request.Narrowed;
        request = request with { Expansion = null, ExpansionSource = null, Mentions = null, Narrowed = null, Say = null };
        if (request.Surface == AgentSurface)
        {
            // A model's words stand for themselves: what is put in for a word is read without being judged as a call.
            return (request with { Narrowed = narrowed }, []);
        }
        var text = request.Text;
        if (string.IsNullOrEmpty(text) || !(text[0] == '/' || text.Contains('@', StringComparison.Ordinal)) || await sessions.FindAsync(request.SessionId, cancellationToken) is not { } session)
        {
            return (request, []);
        }
        var workspace = session.Workspace ?? paths.Home;
        var scope = new ToolScope(workspace, await trust.IsTrustedAsync(workspace, cancellationToken));
        var words = text[0] == '/' ? await InputWords.ExpandAsync(Expansions(), text, scope, cancellationToken) : InputWords.None;
        if (words.Expansion?.Becomes is { } becomes)
        {
            return (becomes(request), []);
        }
        var named = Mentions.Find(text, scope);
        request = words.Of(request);
        if (words.Expansion is not null || named.Mentions.Count > 0)
        {
            // What is put in may hold a secret like what is typed.
            var mask = await secrets.OpenAsync(request.SessionId, cancellationToken);
            var mentions = (request.Mentions ?? []).Concat(named.Mentions).Distinct().Select(mention => mention with { Arguments = mask.Mask(mention.Arguments) }).ToList();
            request = request with { Expansion = request.Expansion is { } expansion ? mask.Mask(expansion) : null, Mentions = mentions.Count == 0 ? null : mentions };
            await mask.SaveAsync(cancellationToken);
        }
        return (request, [.. words.Notes.Concat(named.Notes).Distinct().Select(static note => new Notice("input", note))]);
    }

    /// <summary>What the request says of plan mode.</summary>
    /// <exception cref="PryxException">VALIDATION_ERROR, SESSION_NOT_FOUND</exception>
    public Task TakeModeAsync(StartTurn request, CancellationToken cancellationToken) => Plans?.TakeAsync(request, cancellationToken) ?? Task.CompletedTask;

    /// <summary>The user's programs see a message before anything becomes of it.</summary>
    public MessageHooks MessageHooks => field ??= new(paths, sessions, trust, secrets, Hooks, time);

    private async Task<IReadOnlyList<StoredPin>> PinsAsync(SessionId session, string workspace, CancellationToken cancellationToken) =>
        policies.Pins is { } pins ? await pins.ForAsync(session, workspace, cancellationToken) : [];

    /// <exception cref="PryxException">SESSION_NOT_FOUND, WORKSPACE_MISSING, POLICY_UNKNOWN, RULE_INVALID and the like: nothing has been stored.</exception>
    /// <exception cref="Protocol.Models.ModelException">NotConfigured.</exception>
    public async Task<TurnPlan> PrepareAsync(StartTurn request, CancellationToken cancellationToken)
    {
        var session = await sessions.FindAsync(request.SessionId, cancellationToken) ?? throw SessionStore.NotFound(request.SessionId);
        SessionStore.RequireAtHand(session);
        var workspace = session.Workspace ?? paths.Home;
        if (!Directory.Exists(workspace))
        {
            throw new PryxException("WORKSPACE_MISSING", $"The session's folder {workspace} is not there any more.", "start a new session in another folder with --workspace");
        }
        request = request with { Effort = await EffortAsync(request, session, cancellationToken) };
        var folder = await OpenFolderAsync(workspace, cancellationToken);
        if (request.Call is { } call)
        {
            folder = folder with { Tools = call.Server is { } server ? served(server) : folder.Tools };
        }
        else if (Plans is { } plans && session.Mode == "plan")
        {
            folder = folder with { Tools = plans.With(folder.Tools) };
        }
        folder = folder with { Tools = _narrowed.Of(folder.Tools, request.Tools, request.NotTools) };
        var choice = request.Call is not null || request.Say is not null ? Nobody : await routes.ChooseAsync(request, session, folder.Settings, token => NeedsAsync(request, session, folder, token), cancellationToken);
        if (request.Attachments.Count > 0)
        {
            var others = await routes.OthersAsync(folder.Settings, cancellationToken);
            AttachmentFit.Require(choice.Plan.Models, request.Attachments, () => others);
        }
        // Read now: a rule that can not be read must not be found out after the input is stored.
        var policy = policies.Create(request.Policy, request.Allow, folder.IsTrusted ? folder.Path : null, request.Narrowed);
        return new TurnPlan(
            choice,
            [.. NoticesOf(choice, folder)],
            (turn, plan, token) => BuildAsync(turn, plan, request, session, folder, policy, token))
        {
            Effort = request.Effort,
            Complete = (setup, journal) => Reviewed(setup, journal, folder.Settings),
            TakeInput = () => policy.TakeRequest(request.Principal ?? request.Surface ?? ""),
        };
    }

    // A turn of one call asks no model, so none need be there.
    private static RouteChoice Nobody { get; } = new(new RoutePlan
    {
        Models = [new ModelInfo(new ModelRef("none", "none"))],
        ConnectAsync = static (_, _) => throw new InvalidOperationException("This turn asks no model."),
    }, null, null);

    /// <summary>What the first model call of a message would take and cost. Stores nothing and calls nobody but, where no model is chosen, a local server.</summary>
    /// <param name="session">Null for a new one in the folder.</param>
    /// <param name="textBytes">Of the message.</param>
    /// <exception cref="PryxException">SESSION_NOT_FOUND, WORKSPACE_MISSING, MODEL_INVALID.</exception>
    /// <exception cref="Protocol.Models.ModelException">NotConfigured.</exception>
    public async Task<CallEstimate> EstimateAsync(SessionId? session, string workspace, string? model, int textBytes, int images, CancellationToken cancellationToken)
    {
        var known = session is { } id ? await sessions.FindAsync(id, cancellationToken) ?? throw SessionStore.NotFound(id) : null;
        var path = known?.Workspace ?? workspace;
        if (!Directory.Exists(path))
        {
            throw new PryxException("WORKSPACE_MISSING", $"There is no folder {path}.", "name another one");
        }
        var folder = await OpenFolderAsync(path, cancellationToken);
        var info = await routes.FindModelAsync(model, known ?? new Session { Id = default, Title = "" }, folder.Settings, cancellationToken);
        var instructions = (known is null ? null : await sessions.ReadInstructionsAsync(known.Id, cancellationToken)) ?? await ComposeAsync(known, folder, cancellationToken);
        IReadOnlyList<Item> items = known is null ? [] : await sessions.ReadItemsAsync(known.Id, cancellationToken);
        var meter = known is null ? new ContextMeter() : await _meters.OfAsync(known.Id, cancellationToken);
        var needs = meter.Measure(info, instructions, folder.Tools, items).Needs(info.Ref, folder.Tools.Tools.Count, null);
        // Of the message only its size is told: four bytes a token in most texts, one at the worst.
        needs = needs with { InputTokens = needs.InputTokens + textBytes / 4 + images * 2_000, WorstInputTokens = needs.WorstInputTokens + textBytes + images * 2_000 + 50, LastCountedBy = null };
        var worst = info.Price is { } price ? WorstCase.Of(price, new(CallKind.Step, 1, info, needs, 0, default)) : null;
        return new(
            info.Ref.ToString(), needs.InputTokens, needs.WorstInputTokens, info.Price is { } typical ? WorstCase.TypicalUsd(typical, needs.InputTokens) : null,
            worst?.CostOf(worst.WantedOutput), worst?.WantedOutput ?? info.MaxOutput ?? 0);
    }

    // What was said last holds for the session; the configured one is for those in which nothing was.
    private async Task<string?> EffortAsync(StartTurn request, Session session, CancellationToken cancellationToken) => request.Effort is { Length: > 0 } asked
        ? ThinkingEffort.IsValid(asked) ? asked.Trim().ToLowerInvariant() : throw new PryxException("VALIDATION_ERROR", $"effort: {ThinkingEffort.Expected} is expected.")
        : session.MessageCount == 0 ? null : await sessions.FindEffortAsync(session.Id, cancellationToken);

    private ThinkingEffort? EffortOf(StartTurn request) => ThinkingEffort.Parse(request.Effort ?? config().Text("reasoning_effort"));

    private async Task<TurnSetup> BuildAsync(Turn turn, TurnPlan plan, StartTurn request, Session session, Folder folder, TurnPolicy policy, CancellationToken cancellationToken)
    {
        policy.ExpectCommands();
        var output = Path.Combine(paths.ToolOutput, turn.Id.ToString());
        // One by one: the mode counts only for the last folder of a path.
        DatabaseFile.CreatePrivateDirectory(paths.ToolOutput);
        DatabaseFile.CreatePrivateDirectory(output);
        var limits = new TurnLimits
        {
            MaxSteps = request.MaxSteps ?? new TurnLimits().MaxSteps,
            MaxCostUsd = request.MaxCostUsd,
            Timeout = request.Timeout,
        };
        var patience = (request.ApprovalTimeout ?? policy.Document?.ApprovalTimeout ?? approvalTimeout) is var timeout && timeout > TimeSpan.Zero ? timeout : (TimeSpan?)null;
        var approvals = new GrantingDesk(desk, request.ApproveAll, parks: request is { EndsOnFailedTool: false, Call: null }, (taken, token) =>
            grants.AddAsync(new NewGrant(taken.Rule, folder.Path, taken.Duration == GrantDuration.Session ? session.Id : null, taken.By)
            {
                Lifetime = taken.IsProposal ? TimeSpan.FromDays(GrantProposals.Lifetime) : null,
                Question = taken.Question,
            }, token))
        {
            ProposeAsync = new GrantProposals(questions, policy, folder.Tools, PlanningContext(turn, session, folder, output)).ForAsync,
        };
        var mask = await secrets.OpenAsync(session.Id, cancellationToken);
        var environment = ToolEnvironment.From(folder.DotEnv, folder.IsTrusted, EnvironmentSettings.Read);
        return new TurnSetup
        {
            SessionId = session.Id,
            TurnId = turn.Id,
            Route = routes.RouteOf(plan.Choice.Plan, session.Id),
            Budget = new StoredBudget(budgets, session.Id, turn.Id, limits.MaxCostUsd, approvals, patience, time),
            Meter = await _meters.OfAsync(session.Id, cancellationToken),
            Effort = EffortOf(request),
            WantsTitle = config().Text("titles") == "model" && request is { Compact: null, Say: null, Describes: false } && await sessions.IsUnnamedAsync(session.Id, cancellationToken),
            Compact = request.Compact,
            Call = request.Call,
            Memory = request is { Compact: null, Say: null } ? await Changes(session.Id, turn.Id, folder.Path, cancellationToken) : NoMemory.Instance,
            Say = request.Say,
            Describes = request.Describes,
            Instructions = mask.Mask(PinText.Under(await InstructionsAsync(session, folder, mask, cancellationToken), await PinsAsync(session.Id, folder.Path, cancellationToken))),
            Secrets = mask,
            Hooks = Hooks(PlanningContext(turn, session, folder, output) with { Environment = environment }) is { } hooks ? hooks : NoHooks.Instance,
            Tools = folder.Tools,
            Policy = policy,
            Sandbox = policy.Sandbox,
            Approvals = approvals,
            Limits = limits,
            Workspace = folder.Path,
            IsTrusted = folder.IsTrusted,
            OutputDirectory = output,
            Environment = environment,
            OutputSchema = request.OutputSchema,
            EndsOnFailedTool = request.EndsOnFailedTool,
            ApprovalTimeout = patience,
            TakeNews = () => TakeNews(session.Id),
        };
    }

    // For calls that are only planned, to see what a rule would mean for them.
    private ToolContext PlanningContext(Turn turn, Session session, Folder folder, string output) => new()
    {
        SessionId = session.Id,
        TurnId = turn.Id,
        CallId = "",
        Workspace = folder.Path,
        OutputDirectory = output,
        IsTrusted = folder.IsTrusted,
        AskUserAsync = static (_, _) => throw new InvalidOperationException("A plan asks nobody."),
        Time = time,
    };

    private TurnSetup Reviewed(TurnSetup setup, ITurnJournal journal, Settings settings) => Reviewer(settings) is not { } options
        ? setup
        : setup with { Approvals = new ReviewedApprovals(setup.Approvals, new Approvals.Reviewer(setup, journal, options, time), desk.Store, options.Timeout, time) };

    // Composed once and kept: the prefix of every request of the session stays the same bytes, over restarts and midnight.
    private async Task<string> InstructionsAsync(Session session, Folder folder, ISecretMask mask, CancellationToken cancellationToken)
    {
        if (await sessions.ReadInstructionsAsync(session.Id, cancellationToken) is { } kept)
        {
            return kept;
        }
        // What a folder's AGENTS.md says goes to the model too.
        var composed = mask.Mask(await ComposeAsync(session, folder, cancellationToken));
        await mask.SaveAsync(cancellationToken);
        await sessions.SetInstructionsAsync(session.Id, composed, cancellationToken);
        return composed;
    }

    private async Task<string> ComposeAsync(Session? session, Folder folder, CancellationToken cancellationToken)
    {
        var own = await WorkspaceInstructions.ReadAsync(folder.Path, folder.IsTrusted, cancellationToken);
        return new Instructions
        {
            Workspace = folder.Path,
            Today = DateOnly.FromDateTime(time.GetLocalNow().Date),
            WorkspaceInstructions = own.Text,
            Memory = await Memory(new(folder.Path, folder.IsTrusted), cancellationToken),
            Added = session?.SystemPrompt,
        }.Compose();
    }

    private async Task<Folder> OpenFolderAsync(string path, CancellationToken cancellationToken)
    {
        var isTrusted = await trust.IsTrustedAsync(path, cancellationToken);
        var dotEnv = DotEnv.Load(path, isTrusted);
        var offered = await shelf.ForAsync(new(path, isTrusted), cancellationToken);
        return new(path, isTrusted, dotEnv, settings.With(dotEnv), offered.Tools, offered.Notices);
    }

    // About what its first call will be: the instructions may not be composed yet.
    private async Task<CallNeeds> NeedsAsync(StartTurn request, Session session, Folder folder, CancellationToken cancellationToken)
    {
        IReadOnlyList<Item> items = session.MessageCount == 0 ? [] : await sessions.ReadItemsAsync(session.Id, cancellationToken);
        var input = new UserMessage(request.Text ?? "") { Attachments = request.Attachments, Expansion = request.Expansion };
        return SizeOf(new ModelInfo(new ModelRef("any", "any")), session.SystemPrompt ?? "", folder.Tools, [.. items, input]) with
        {
            Reasoning = EffortOf(request) is { IsThinking: true },
            Documents = AttachmentFit.NeedsOf(request.Attachments).Documents,
        };
    }

    // By a meter of its own: the session's has not seen this input yet, and may never see it.
    private static CallNeeds SizeOf(ModelInfo model, string instructions, ToolSet tools, IReadOnlyList<Item> items) =>
        new ContextMeter().Measure(model, instructions, tools, items).Needs(model.Ref, tools.Tools.Count, null);

    private static IEnumerable<Notice> NoticesOf(RouteChoice choice, Folder folder)
    {
        if (choice.Notice is { } why)
        {
            yield return new Notice("model", why);
        }
        foreach (var note in folder.DotEnv.Notes)
        {
            yield return new Notice("workspace", note);
        }
        foreach (var note in folder.ToolNotes)
        {
            yield return new Notice("tools", note);
        }
    }

    private sealed record Folder(string Path, bool IsTrusted, DotEnv DotEnv, Settings Settings, ToolSet Tools, IReadOnlyList<string> ToolNotes);
}
