using Pryx.Agent.Context;
using Pryx.Agent.Models;
using Pryx.Agent.Tools;
using Pryx.Agent.Turns;
using Pryx.Core.Approvals;
using Pryx.Core.Configuration;
using Pryx.Core.Costs;
using Pryx.Core.Models;
using Pryx.Core.Policies;
using Pryx.Core.Sessions;
using Pryx.Core.Storage;
using Pryx.Core.Workspaces;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Turns;

/// <summary>From a request to everything a turn runs with: model, tools, policy, folder, instructions.</summary>
/// <param name="approvalTimeout">How long a question waits where the request does not say; zero waits as long as the turn.</param>
public sealed class TurnPreparation(
    PryxPaths paths, SessionStore sessions, WorkspaceTrust trust, GrantStore grants, PolicyFactory policies, ApprovalDesk desk, ModelDesk models, ToolSet tools, BudgetLedger budgets, Settings settings, TimeSpan approvalTimeout, TimeProvider time)
{
    public BudgetLedger Budgets => budgets;
    public BudgetWatch BudgetWatch => field ??= new(budgets, desk);

    /// <exception cref="PryxException">SESSION_NOT_FOUND, WORKSPACE_MISSING, POLICY_UNKNOWN, RULE_INVALID and the like: nothing has been stored.</exception>
    /// <exception cref="Protocol.Models.ModelException">NotConfigured.</exception>
    public async Task<TurnPlan> PrepareAsync(StartTurn request, CancellationToken cancellationToken)
    {
        var session = await sessions.FindAsync(request.SessionId, cancellationToken) ?? throw SessionStore.NotFound(request.SessionId);
        var workspace = session.Workspace ?? paths.Home;
        if (!Directory.Exists(workspace))
        {
            throw new PryxException("WORKSPACE_MISSING", $"The session's folder {workspace} is not there any more.", "start a new session in another folder with --workspace");
        }
        var folder = await OpenFolderAsync(workspace, cancellationToken);
        var choice = await models.ChooseAsync(request.Model, session.Model, folder.Settings, cancellationToken, request.ModelApi ?? (request.Model is null ? session.ModelApi : null));
        // Read now: a rule that can not be read must not be found out after the input is stored.
        var policy = policies.Create(request.Policy, request.Allow, folder.IsTrusted ? folder.Path : null);
        return new TurnPlan(
            choice.Info,
            choice.Client,
            [.. NoticesOf(choice, folder)],
            (turn, plan, token) => BuildAsync(turn, plan, request, session, folder, policy, token))
        { TakeInput = () => policy.TakeRequest(request.Principal ?? request.Surface ?? "") };
    }

    private async Task<TurnSetup> BuildAsync(Turn turn, TurnPlan plan, StartTurn request, Session session, Folder folder, TurnPolicy policy, CancellationToken cancellationToken)
    {
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
        var approvals = new GrantingDesk(desk, request.ApproveAll, parks: !request.EndsOnFailedTool, (rule, duration, by, token) =>
            grants.AddAsync(new NewGrant(rule, folder.Path, duration == GrantDuration.Session ? session.Id : null, by), token));
        return new TurnSetup
        {
            SessionId = session.Id,
            TurnId = turn.Id,
            Route = new SingleModel(plan.Model, plan.Client),
            Budget = new StoredBudget(budgets, session.Id, turn.Id, limits.MaxCostUsd, approvals, patience, time),
            Instructions = await InstructionsAsync(session, folder, cancellationToken),
            Tools = tools,
            Policy = policy,
            Approvals = approvals,
            Limits = limits,
            Workspace = folder.Path,
            IsTrusted = folder.IsTrusted,
            OutputDirectory = output,
            Environment = ToolEnvironment.From(folder.DotEnv, folder.IsTrusted, EnvironmentSettings.Read),
            OutputSchema = request.OutputSchema,
            EndsOnFailedTool = request.EndsOnFailedTool,
            ApprovalTimeout = patience,
        };
    }

    // Composed once and kept: the prefix of every request of the session stays the same bytes, over restarts and midnight.
    private async Task<string> InstructionsAsync(Session session, Folder folder, CancellationToken cancellationToken)
    {
        if (await sessions.ReadInstructionsAsync(session.Id, cancellationToken) is { } kept)
        {
            return kept;
        }
        var own = await WorkspaceInstructions.ReadAsync(folder.Path, folder.IsTrusted, cancellationToken);
        var composed = new Instructions
        {
            Workspace = folder.Path,
            Today = DateOnly.FromDateTime(time.GetLocalNow().Date),
            WorkspaceInstructions = own.Text,
            Added = session.SystemPrompt,
        }.Compose();
        await sessions.SetInstructionsAsync(session.Id, composed, cancellationToken);
        return composed;
    }

    private async Task<Folder> OpenFolderAsync(string path, CancellationToken cancellationToken)
    {
        var isTrusted = await trust.IsTrustedAsync(path, cancellationToken);
        var dotEnv = DotEnv.Load(path, isTrusted);
        return new(path, isTrusted, dotEnv, settings.With(dotEnv));
    }

    private static IEnumerable<Notice> NoticesOf(ModelChoice choice, Folder folder)
    {
        if (choice.Notice is { } why)
        {
            yield return new Notice("model", why);
        }
        foreach (var note in folder.DotEnv.Notes)
        {
            yield return new Notice("workspace", note);
        }
    }

    private sealed record Folder(string Path, bool IsTrusted, DotEnv DotEnv, Settings Settings);
}
