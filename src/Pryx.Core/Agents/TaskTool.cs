using System.Security.Cryptography;
using System.Text;
using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Core.Agents.Definitions;
using Pryx.Core.Skills;
using Pryx.Core.Tools;

namespace Pryx.Core.Agents;

/// <summary><c>agent.spawn</c>: a task for an agent, whose last message is the result.</summary>
public sealed class TaskTool : ITool
{
    private const int MaxPrompt = 100_000;

    private const string Schema = """
        {"type":"object","properties":{
        "description":{"type":"string"},
        "prompt":{"type":"string"},
        "agent":{"type":"string","description":"One of the agents"},
        "worktree":{"type":"boolean","description":"In a git worktree of its own"}},
        "required":["prompt"]}
        """;

    private readonly AgentListing _listing;
    private readonly Func<AgentCall, ToolContext, CancellationToken, Task<ToolOutcome>> _callAsync;

    /// <param name="listing">As it was when the turn began: what is written into the folder later counts for the next turn.</param>
    public TaskTool(AgentListing listing, Func<AgentCall, ToolContext, CancellationToken, Task<ToolOutcome>> callAsync)
    {
        (_listing, _callAsync) = (listing, callAsync);
        var definition = ToolSchema.Define(PolicyTools.Agent, "task", Schema, "Task", "sessions_spawn", "spawn_agent");
        // Run again after a crash it finds the agent that it called, and waits for that one.
        Definition = definition with { Description = AgentIndex.Of(definition.Description, listing.Agents), IsRepeatable = true };
    }

    public ToolDefinition Definition { get; }

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var call = Read(arguments, context);
        var what = HiddenText.Line(arguments.OptionalString("description") is { Length: > 0 } said ? said : call.Task, 80);
        List<ToolAccess> accesses = [];
        if (call.Worktree || call.Definition.Worktree)
        {
            accesses.Add(new(AccessKind.Write, AgentWorktrees.PathOf(context.Workspace, call.Id)) { IsInsideWorkspace = true });
        }
        return ValueTask.FromResult(new ToolPlan($"Agent {call.Definition.Name}: {what}", accesses) { State = call });
    }

    public Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken) =>
        _callAsync((AgentCall)plan.State!, context, cancellationToken);

    private AgentCall Read(ToolArguments arguments, ToolContext context)
    {
        var prompt = arguments.RequireString("prompt", "task", "message").Trim();
        if (prompt.Length is 0 or > MaxPrompt)
        {
            throw new ToolArgumentException($"The argument 'prompt' must have 1 to {MaxPrompt:N0} characters.");
        }
        var name = arguments.OptionalString("agent", "subagent_type", "agent_type") is { Length: > 0 } named ? named : AgentShelf.General;
        // Other agents call theirs so.
        name = name.ToLowerInvariant() is "general-purpose" or "default" && _listing.Find(name) is null ? AgentShelf.General : name;
        var definition = _listing.Find(name)
            ?? throw new ToolArgumentException($"There is no agent '{HiddenText.Line(name, 64)}'. The agents are: {string.Join(", ", _listing.Agents.Select(static agent => agent.Name))}.");
        return new(IdOf(context), definition, prompt, context.SessionId, context.TurnId, context.CallId) { Worktree = arguments.OptionalBool("worktree", otherwise: false) };
    }

    // Of the call alone, so that a process after a crash finds the same agent.
    private static string IdOf(ToolContext context) =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"agent\0{context.TurnId}\0{context.CallId}")).AsSpan(0, 16)).ToString();
}
