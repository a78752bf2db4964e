using System.Text.Json;
using Pryx.Agent.Approvals;
using Pryx.Agent.Budgets;
using Pryx.Agent.Context;
using Pryx.Agent.Models;
using Pryx.Agent.Policy;
using Pryx.Agent.Secrets;
using Pryx.Agent.Tools;
using Pryx.Protocol;

namespace Pryx.Agent.Turns;

/// <summary>Everything a turn runs with. It does not change while the turn runs.</summary>
public sealed record TurnSetup
{
    public required SessionId SessionId { get; init; }
    public required TurnId TurnId { get; init; }

    /// <summary>Who answers.</summary>
    public required IModelRoute Route { get; init; }

    /// <summary>What may be spent.</summary>
    public required IBudget Budget { get; init; }

    /// <summary>Counts what is in the window; the session's, where it has one.</summary>
    public ContextMeter Meter { get; init; } = new();

    /// <summary>The turn does nothing but summarise the session, as the user asked; null for an ordinary one.</summary>
    public Protocol.Sessions.CompactSession? Compact { get; init; }

    /// <summary>The turn does nothing but this one call; null for an ordinary one.</summary>
    public Protocol.Sessions.CallTool? Call { get; init; }

    /// <summary>The turn does nothing but say this to the user; null for an ordinary one.</summary>
    public string? Say { get; init; }

    /// <summary>The turn does nothing but write down what the session was about.</summary>
    public bool Describes { get; init; }

    /// <summary>How much the models are to think; null leaves it to them.</summary>
    public ThinkingEffort? Effort { get; init; }

    /// <summary>A model names the session when the turn is done.</summary>
    public bool WantsTitle { get; init; }

    /// <summary>The system prompt, the same for every step of the session.</summary>
    public required string Instructions { get; init; }
    public required ToolSet Tools { get; init; }
    public required IPolicy Policy { get; init; }
    public required IApprovals Approvals { get; init; }
    public TurnLimits Limits { get; init; } = new();

    /// <summary>Canonical.</summary>
    public required string Workspace { get; init; }
    public bool IsTrusted { get; init; }
    public required string OutputDirectory { get; init; }
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
    /// <summary>How the programs of allowed calls are run.</summary>
    public SandboxPolicy Sandbox { get; init; } = SandboxPolicy.Off;

    /// <summary>Remembers what tool calls change, so that it can be taken back.</summary>
    public IChangeMemory Memory { get; init; } = NoMemory.Instance;

    /// <summary>Keeps secrets out of what is stored, shown and sent.</summary>
    public ISecretMask Secrets { get; init; } = NoMask.Instance;
    public JsonElement? OutputSchema { get; init; }

    /// <summary>What happened in the session beside its turn, such as the end of a background process: each text once, and to the model with its next step.</summary>
    public Func<IReadOnlyList<string>> TakeNews { get; init; } = static () => [];

    /// <summary>How long a question waits for a person; null waits as long as the turn.</summary>
    public TimeSpan? ApprovalTimeout { get; init; }

    /// <summary>The conversation API's contract (A5.8): a failed tool call fails the turn. Everywhere else it is an answer to the model.</summary>
    public bool EndsOnFailedTool { get; init; }
}

/// <summary>Where a turn stops by itself.</summary>
public sealed record TurnLimits
{
    public int MaxSteps { get; init; } = 100;

    /// <summary>USD; null for no limit.</summary>
    public decimal? MaxCostUsd { get; init; }

    /// <summary>Wall time of the turn, waiting for people included; null for no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Tokens of one reply; null leaves it to the model's own limit.</summary>
    public int? MaxOutputTokens { get; init; }
}

/// <summary>The two ways to end a running turn from outside, told apart: STOP ends it for good, suspending leaves it to the next process.</summary>
public readonly record struct TurnTokens(CancellationToken Stop, CancellationToken Suspend);
