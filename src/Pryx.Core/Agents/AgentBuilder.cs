using Pryx.Agent.Context;
using Pryx.Agent.Models;
using Pryx.Core.Agents.Definitions;
using Pryx.Core.Sessions;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Agents;

/// <summary>An agent that is to be called.</summary>
/// <param name="Id">The same call always has the same.</param>
/// <param name="Parent">Its caller's session; null for one that helps none.</param>
/// <param name="ParentTurn">The turn that calls; null from outside.</param>
public sealed record AgentCall(string Id, AgentDefinition Definition, string Task, SessionId? Parent, TurnId? ParentTurn, string? CallId)
{
    public string? Context { get; init; }
    public string? Model { get; init; }
    public string? Policy { get; init; }
    public string? Principal { get; init; }

    /// <summary>It works in a git worktree of its own.</summary>
    public bool Worktree { get; init; }

    /// <summary>Canonical, for one that helps no session; null for the default.</summary>
    public string? Folder { get; init; }
}

/// <summary>From a definition and a caller to an agent that may no more than either of them.</summary>
/// <param name="isTrustedAsync">Whether what the folder brings counts.</param>
/// <param name="ifNoFolder">The folder of agents that help no session.</param>
public sealed class AgentBuilder(
    AgentStore agents, SessionStore sessions, AgentWorktrees worktrees, Func<string, CancellationToken, Task<bool>> isTrustedAsync,
    Func<string, string?, CancellationToken, Task<string>> checkModelAsync, Func<string?, string?, bool> isWithin, string ifNoFolder)
{
    // Of Claude Code's files: names of a family, whose newest members a catalog knows.
    private static readonly string[] Families = ["sonnet", "opus", "haiku"];

    /// <param name="notes">What could not be done as the definition says, in sentences.</param>
    /// <exception cref="PryxException">AGENT_DEPTH, WORKTREE_FAILED, SESSION_NOT_FOUND.</exception>
    public async Task<NewAgent> BuildAsync(AgentCall call, List<string> notes, CancellationToken cancellationToken)
    {
        var definition = call.Definition;
        var parent = call.Parent is { } id ? await sessions.FindAsync(id, cancellationToken) ?? throw SessionStore.NotFound(id) : null;
        var depth = parent is null ? 1 : await agents.ReadDepthAsync(parent.Id, cancellationToken) + 1;
        if (depth > AgentDesk.MaxDepth)
        {
            throw new PryxException("AGENT_DEPTH", "An agent's agent calls no further agents.", "do this part yourself");
        }
        var given = call.ParentTurn is { } turn ? await agents.ReadRequestAsync(turn, cancellationToken) : null;
        var folder = call.Folder ?? (parent is null ? ifNoFolder : parent.Workspace);
        var model = await ModelAsync(call.Model ?? definition.Model, isAsked: call.Model is not null, folder, notes, cancellationToken);
        var source = await SourceAsync(call, cancellationToken);
        var own = await FolderAsync(call, folder, cancellationToken);
        return new(call.Task, call.Context, call.Parent, model, call.Policy ?? Narrowed(definition, given, notes), call.Principal)
        {
            Id = call.Id,
            Name = definition.Name,
            ParentTurnId = call.ParentTurn,
            ParentCallId = call.CallId,
            Depth = depth,
            Folder = own,
            SystemPrompt = PromptOf(definition, parent, own),
            Request = (given ?? new StartTurn { SessionId = default, Surface = AgentDesk.Surface }) with
            {
                Attachments = [],
                Expansion = null,
                ExpansionSource = null,
                Mentions = null,
                Say = null,
                Describes = false,
                TextSource = source,
                Model = null,
                ModelApi = null,
                KeepsSessionModel = false,
                Effort = EffortOf(definition, notes) ?? given?.Effort,
                Delivery = Delivery.Steer,
                EndsOnFailedTool = false,
                MaxSteps = definition.MaxSteps,
                MaxCostUsd = definition.MaxCostUsd,
                Timeout = AgentDesk.AgentTimeout,
                OutputSchema = null,
                Compact = null,
                Call = null,
                // Both lists count: what its caller has not, it has not either.
                Tools = definition.Tools is { } tools ? [.. given?.Tools ?? [], tools] : given?.Tools,
                NotTools = [.. (given?.NotTools ?? []).Concat(definition.NotTools).Concat(definition.CallsAgents && depth < AgentDesk.MaxDepth ? [] : ["task"]).Distinct()],
            },
        };
    }

    private async Task<string?> ModelAsync(string? wanted, bool isAsked, string? folder, List<string> notes, CancellationToken cancellationToken)
    {
        if (wanted is null || (!isAsked && Families.Contains(wanted, StringComparer.OrdinalIgnoreCase)))
        {
            return wanted is null ? null : Left(wanted, "it names a family of models of another agent");
        }
        try
        {
            return await checkModelAsync(wanted, folder, cancellationToken);
        }
        catch (Exception e) when (!isAsked && e is PryxException or ModelException)
        {
            // Its author may have had other keys: the task is worth more than the model.
            return Left(wanted, e.Message);
        }

        string? Left(string name, string why)
        {
            notes.Add($"The model {name} of its definition is not used ({why}); it has its caller's.");
            return null;
        }
    }

    private string? Narrowed(AgentDefinition definition, StartTurn? given, List<string> notes)
    {
        if (definition.Policy is not { } wanted)
        {
            return null;
        }
        try
        {
            if (isWithin(wanted, given?.Policy))
            {
                return wanted;
            }
            notes.Add($"The policy {wanted} of its definition is wider than its caller's, which holds.");
            return null;
        }
        catch (PryxException e)
        {
            // A narrowing that can not be read must not become none.
            throw new PryxException(e.Code, $"The agent {definition.Name} can not be called: {e.Message}", $"put the policy of {definition.Path} right");
        }
    }

    private static string? EffortOf(AgentDefinition definition, List<string> notes)
    {
        if (definition.Effort is { Length: > 0 } effort && !ThinkingEffort.IsValid(effort))
        {
            notes.Add($"The effort {effort} of its definition is not known.");
            return null;
        }
        return definition.Effort;
    }

    // What its caller has read from strangers may stand behind the words of the task.
    private async Task<string?> SourceAsync(AgentCall call, CancellationToken cancellationToken)
    {
        if (call.ParentTurn is null || call.Parent is not { } parent)
        {
            return null;
        }
        var (provenance, source) = ContextBuilder.TaintOf(await sessions.ReadItemsAsync(parent, cancellationToken));
        return provenance == Provenance.Untrusted ? source ?? "the conversation that called this agent" : null;
    }

    private async Task<AgentFolder?> FolderAsync(AgentCall call, string? folder, CancellationToken cancellationToken)
    {
        if (!call.Worktree && !call.Definition.Worktree)
        {
            return call.Folder is { } named ? new(named) : null;
        }
        if (folder is null || !await isTrustedAsync(folder, cancellationToken))
        {
            throw new PryxException("WORKTREE_FAILED", "A worktree is made only of a folder that is trusted.", "pryx trust, or call the agent without a worktree");
        }
        return await worktrees.CreateAsync(CanonicalPath.Of(folder), call.Id, cancellationToken);
    }

    private static string PromptOf(AgentDefinition definition, Session? parent, AgentFolder? own)
    {
        List<string> parts = [];
        if (parent?.SystemPrompt is { Length: > 0 } inherited)
        {
            parts.Add(inherited);
        }
        parts.Add($"You are the agent '{definition.Name}', called to do one task. Nobody reads along: only your last message is handed back, so end with a short report of what you did or found, with the paths and figures that matter, and say plainly what you could not do.");
        if (own?.Branch is { } branch)
        {
            parts.Add($"You work in a git worktree of your own, on the branch {branch}. Leave your changes there; others look at them and merge them.");
        }
        if (definition.Prompt.Length > 0)
        {
            parts.Add(definition.Prompt);
        }
        return string.Join("\n\n", parts);
    }
}
