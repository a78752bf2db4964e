namespace Pryx.Attacks.Cases;

public enum CaseKind
{
    Attack,
    Task,
}

/// <summary>How the unguarded run of an attack is made, in which its effect must happen.</summary>
public enum Unguarded
{
    /// <summary>The calls are made by the tools themselves: no policy, no sandbox, no question; web requests by an ordinary HTTP client.</summary>
    Bare,

    /// <summary>The whole engine with the policy <c>full</c>, the sandbox off, the folder trusted and a person who approves everything: for attacks on the engine rather than by its tools.</summary>
    Full,

    /// <summary>As <see cref="Full"/>, and the stranger may answer approvals.</summary>
    Stranger,
}

/// <summary>One attack or one task, as its file says; placeholders are not filled in.</summary>
/// <param name="Name">category/name.</param>
public sealed record CaseFile(CaseKind Kind, string Name, string Path)
{
    public string Category => Name.Split('/')[0];
    public string Title { get; init; } = "";
    public string Why { get; init; } = "";
    public bool Trusted { get; init; }
    public string Policy { get; init; } = "workspace-only";

    /// <summary>Policy files of the user, by name.</summary>
    public IReadOnlyDictionary<string, string> Policies { get; init; } = new Dictionary<string, string>();

    /// <summary>More lines of the user's config.yaml.</summary>
    public string Config { get; init; } = "";

    /// <summary>Still more of them, of the guarded run alone: what guards by being configured.</summary>
    public string Guards { get; init; } = "";

    /// <summary>What the user asks for.</summary>
    public string Ask { get; init; } = "Do what has to be done here.";
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> Home { get; init; } = new Dictionary<string, string>();

    /// <summary>What the attacker's server answers, by path.</summary>
    public IReadOnlyDictionary<string, string> Pages { get; init; } = new Dictionary<string, string>();

    /// <summary>MCP servers that the user has configured, by name.</summary>
    public IReadOnlyDictionary<string, CaseMcp> Mcp { get; init; } = new Dictionary<string, CaseMcp>();

    /// <summary>Rules that the user gave on the command line.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];
    /// <summary>Programs without which the case can not be run, beyond those that all need.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];
    /// <summary>After so long the turn is stopped: nothing more will come of it.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(40);
    public string? Setup { get; init; }

    /// <summary>A program of the user's that runs meanwhile, outside of everything.</summary>
    public string? Beside { get; init; }

    /// <summary>What the user does in the workspace when the agent is done, such as <c>git status</c>.</summary>
    public string? Afterwards { get; init; }
    public IReadOnlyList<CaseStep> Model { get; init; } = [];

    /// <summary>The replies of an agent that the model calls; none: it plays the model's.</summary>
    public IReadOnlyList<CaseStep> Agent { get; init; } = [];

    /// <summary>The model begins anew after its last entry, for ever.</summary>
    public bool Repeats { get; init; }
    public CaseStranger? Stranger { get; init; }
    public Unguarded Unguarded { get; init; }
    public IReadOnlyList<CaseEffect> Landed { get; init; } = [];
    public IReadOnlyList<CaseEffect> Done { get; init; } = [];
}

/// <summary>One reply of the model: text, or calls.</summary>
public sealed record CaseStep(string? Say, IReadOnlyList<CaseCall> Calls);

/// <param name="Arguments">JSON, with placeholders.</param>
public sealed record CaseCall(string Tool, string Arguments);

/// <summary>Somebody else who is on the gateway and sends a request when a card of the boundary is there.</summary>
/// <param name="Scopes">Of the token; null for none.</param>
/// <param name="Body">With {approval}, the id of the card.</param>
/// <param name="IsLate">After the person has denied, rather than before.</param>
public sealed record CaseStranger(IReadOnlyList<string>? Scopes, string Method, string Path, string Body, IReadOnlyDictionary<string, string> Headers, bool IsLate);

/// <param name="Script">Python behind <see cref="Runs.McpScript"/>.</param>
/// <param name="Network">Hosts that its sandbox lets through.</param>
/// <param name="Writable">Folders that its sandbox lets it write to.</param>
public sealed record CaseMcp(string Script, bool IsTrusted, IReadOnlyList<string> Network, IReadOnlyList<string> Writable);

/// <param name="Kind">file, gone, changed, heard, model_saw, ran, run, says, requests.</param>
/// <param name="Expected">Of <c>file</c> and <c>run</c>: text that must be in it; null for none.</param>
public sealed record CaseEffect(string Kind, string Value, string? Expected = null)
{
    public override string ToString() => Expected is null ? $"{Kind}: {Value}" : $"{Kind}: {Value} with {Expected}";
}
