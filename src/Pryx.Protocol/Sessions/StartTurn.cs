using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Protocol.Items;

namespace Pryx.Protocol.Sessions;

/// <summary>Input for a session and how its turn is to run; what is null keeps the session's or the configured value.</summary>
public sealed record StartTurn
{
    public required SessionId SessionId { get; init; }

    /// <summary>Null or empty only when an open turn is to be finished.</summary>
    public string? Text { get; init; }
    public IReadOnlyList<Attachment> Attachments { get; init; } = [];

    /// <summary>As of <see cref="UserMessage.Expansion"/>; Core finds it, whoever sends a message can not say it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Expansion { get; init; }

    /// <summary>Whose words the expansion is, where the user does not vouch for them; found by Core as well.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ExpansionSource { get; init; }

    /// <summary>As of <see cref="UserMessage.Mentions"/>; found by Core as well.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Mention>? Mentions { get; init; }

    /// <summary>The only tools the turn may use, as a command of the user's says; it never grants. Null for all; found by Core as well.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NarrowedTools? Narrowed { get; init; }

    /// <summary>The turn asks no model: it says this, and is over. Null for an ordinary one; set by Core alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Say { get; init; }

    /// <summary>As <c>provider/model</c>.</summary>
    public string? Model { get; init; }

    /// <summary>Which of the provider's APIs is spoken ("responses", "chat", "messages"); null for its default.</summary>
    public string? ModelApi { get; init; }

    /// <summary>The model is this turn's alone: the session keeps the one it has. Otherwise it becomes the session's.</summary>
    public bool KeepsSessionModel { get; init; }

    /// <summary>How much the model is to think: none, low, medium, high, xhigh, a number of tokens, or "default". It stays the session's until another is named.</summary>
    public string? Effort { get; init; }

    /// <summary>"plan": the agent reads and asks, and acts only once its plan is approved; "act" ends that. It stays the session's; null changes nothing.</summary>
    public string? Mode { get; init; }

    /// <summary>What becomes of the input while another turn of the session runs.</summary>
    public Delivery Delivery { get; init; }

    /// <summary>The conversation API's contract (A5.8): a failed tool call fails the turn. Everywhere else it is an answer to the model.</summary>
    public bool EndsOnFailedTool { get; init; }

    /// <summary>A mode (read-only, ask, workspace-only, network-allowlist, full).</summary>
    public string? Policy { get; init; }

    /// <summary>Rules in the syntax of <c>--allow</c>, for this turn only.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>Answers every Ask as a recorded approver; never beats Deny.</summary>
    public bool ApproveAll { get; init; }

    public int? MaxSteps { get; init; }

    /// <summary>USD for this turn.</summary>
    public decimal? MaxCostUsd { get; init; }
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// How long a question waits for a person before the turn is parked (with <see cref="EndsOnFailedTool"/>: before the call fails);
    /// zero waits as long as the turn; null for the configured <c>approval_timeout</c>.
    /// </summary>
    public TimeSpan? ApprovalTimeout { get; init; }

    /// <summary>The turn only summarises the session's history and takes no text; null for an ordinary one.</summary>
    public CompactSession? Compact { get; init; }

    /// <summary>The turn only writes down what the session was about, for its listing; its context stays as it is. Set by Core alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Describes { get; init; }

    /// <summary>The turn is this one tool call and takes no text; null for an ordinary one.</summary>
    public CallTool? Call { get; init; }

    /// <summary>A JSON schema the final reply must satisfy.</summary>
    public JsonElement? OutputSchema { get; init; }

    /// <summary>
    /// False for words that are not the user's own or whose sender may not answer approvals: an agent's task, a program with a narrow token.
    /// Nothing in them is pinned or taken back.
    /// </summary>
    [JsonIgnore]
    public bool SpeaksForUser { get; init; } = true;

    /// <summary>cli, tui, web or a channel.</summary>
    public required string Surface { get; init; }

    /// <summary>Who sent it on that surface.</summary>
    public string? Principal { get; init; }

    /// <summary>The network's id of this input: the same one is taken once.</summary>
    public string? ExternalId { get; init; }
}

/// <param name="By">Who says so, such as <c>/review</c>.</param>
/// <param name="Rules">In the syntax of <c>--allow</c>; empty: no tool that touches anything.</param>
public sealed record NarrowedTools(string By, IReadOnlyList<string> Rules);

/// <summary>What becomes of an input that finds its session busy.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Delivery>))]
public enum Delivery
{
    /// <summary>The running turn takes it with its next step.</summary>
    [JsonStringEnumMemberName("steer")] Steer,

    /// <summary>It begins a turn of its own, with an id at once, when those before it have ended.</summary>
    [JsonStringEnumMemberName("queue")] Queue,
}
