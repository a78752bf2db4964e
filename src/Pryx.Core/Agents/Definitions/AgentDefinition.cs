namespace Pryx.Core.Agents.Definitions;

/// <summary>Whose a definition is.</summary>
public enum AgentOrigin { BuiltIn, User, Workspace }

/// <summary>An agent that somebody has described in a file: what it is for, what it is told, and how much less than its caller it may.</summary>
/// <param name="Name"><c>[a-z0-9_-]{1,64}</c>.</param>
/// <param name="Description">When the model should call it; without what a reader can not see.</param>
/// <param name="Prompt">What it is told before its task, as it was when the file was read.</param>
/// <param name="Path">Empty for a built-in one.</param>
public sealed record AgentDefinition(string Name, string Description, string Prompt, AgentOrigin Origin, string Path)
{
    /// <summary>By any name a tool has here or in other agents; null for all its caller has.</summary>
    public IReadOnlyList<string>? Tools { get; init; }

    /// <summary>Taken away from those.</summary>
    public IReadOnlyList<string> NotTools { get; init; } = [];

    /// <summary>As it is written; null for its caller's. One that can not be used here gives way to the caller's.</summary>
    public string? Model { get; init; }

    /// <summary>A mode or written policy; it counts where it is narrower than the caller's.</summary>
    public string? Policy { get; init; }
    public string? Effort { get; init; }
    public int? MaxSteps { get; init; }

    /// <summary>USD.</summary>
    public decimal? MaxCostUsd { get; init; }

    /// <summary>It works in a git worktree of its own.</summary>
    public bool Worktree { get; init; }

    /// <summary>What was left out of the file, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>True when the agent may call further agents: its file says so by naming the tool.</summary>
    public bool CallsAgents => Tools?.Any(static name => name is "Task" or "task" or "agent.spawn") ?? false;
}

/// <summary>A file that is none.</summary>
/// <param name="Line">From 1.</param>
public sealed record BrokenAgent(string Path, AgentOrigin Origin, int Line, string Message);
