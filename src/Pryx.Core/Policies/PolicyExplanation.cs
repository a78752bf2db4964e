using System.Text.Json;
using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Core.Sessions;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Policies;
using Pryx.Protocol.Items;

namespace Pryx.Core.Policies;

/// <summary>Judges a call that is not made, by the same plan and the same policy as a real one.</summary>
/// <param name="isTrustedAsync">Of a folder.</param>
/// <param name="ifNoFolder">The folder where neither the call nor its session names one.</param>
public sealed class PolicyExplanation(PolicyFactory policies, ToolSet tools, SessionStore sessions, Func<string, CancellationToken, Task<bool>> isTrustedAsync, string ifNoFolder, TimeProvider time)
{
    private static readonly JsonElement NoArguments = Empty();

    /// <exception cref="PryxException">VALIDATION_ERROR, SESSION_NOT_FOUND, WORKSPACE_MISSING, POLICY_UNKNOWN.</exception>
    public async Task<ExplainedCall> OfAsync(ExplainCall call, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(call.Tool))
        {
            throw new PryxException("VALIDATION_ERROR", "tool: the name of a tool is expected");
        }
        var session = call.SessionId is { } id ? await sessions.FindAsync(id, cancellationToken) ?? throw SessionStore.NotFound(id) : null;
        var folder = call.Workspace ?? session?.Workspace ?? ifNoFolder;
        if (!Path.IsPathFullyQualified(folder) || !Directory.Exists(folder))
        {
            throw new PryxException("WORKSPACE_MISSING", $"workspace: there is no folder {folder}; its absolute path is expected.");
        }
        folder = CanonicalPath.Of(folder);
        var plan = await PlanAsync(call, session?.Id ?? SessionId.New(), folder, cancellationToken);
        var name = PolicyTools.Canonical(tools.PolicyNameOf(call.Tool));
        var request = new PolicyRequest(name, plan, session?.Id ?? SessionId.New(), folder, call.Untrusted ? Provenance.Untrusted : Provenance.User) { Arguments = call.Args };
        var judgement = await (await PolicyAsync(call, folder, cancellationToken)).JudgeAsync(request, cancellationToken);
        return new(
            name, judgement.Decision.ToString().ToLowerInvariant(), judgement.Rule, judgement.Reason, plan.Summary,
            [.. plan.Accesses.Select(access => new ExplainedAccess(access.Kind.ToString().ToLowerInvariant(), access.Target, access.IsInsideWorkspace))]) { Next = judgement.Next };
    }

    private async Task<TurnPolicy> PolicyAsync(ExplainCall call, string folder, CancellationToken cancellationToken)
    {
        var trusted = await isTrustedAsync(folder, cancellationToken) ? folder : null;
        return call.PolicyText is { } text ? policies.CreateOf(policies.Files.Parse(text, call.Policy ?? "policy"), trusted) : policies.CreateForExplanation(call.Policy, trusted);
    }

    private async Task<ToolPlan> PlanAsync(ExplainCall call, SessionId session, string folder, CancellationToken cancellationToken)
    {
        if (tools.Find(call.Tool!) is not { } tool)
        {
            // Such as one of an MCP server that is not connected: its name is all that policy would have.
            return ToolPlan.WithoutAccess($"Call {call.Tool}");
        }
        try
        {
            var context = new ToolContext
            {
                SessionId = session,
                TurnId = TurnId.New(),
                CallId = "explain",
                Workspace = folder,
                OutputDirectory = folder,
                AskUserAsync = static (_, _) => throw new InvalidOperationException("A plan asks nobody."),
                Time = time,
            };
            return await tool.PlanAsync(ToolArguments.From(call.Args ?? NoArguments), context, cancellationToken);
        }
        catch (ToolArgumentException e)
        {
            throw new PryxException("VALIDATION_ERROR", $"args: {e.Message}", inner: e);
        }
    }

    private static JsonElement Empty()
    {
        using var document = JsonDocument.Parse("{}");
        return document.RootElement.Clone();
    }
}
