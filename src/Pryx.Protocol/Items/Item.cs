using System.Text.Json.Serialization;

namespace Pryx.Protocol.Items;

/// <summary>One stored thing in a session. Items are the truth; events only announce them.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(UserMessage), "user_message")]
[JsonDerivedType(typeof(Reply), "reply")]
[JsonDerivedType(typeof(Reasoning), "reasoning")]
[JsonDerivedType(typeof(ToolCall), "tool_call")]
[JsonDerivedType(typeof(ToolResult), "tool_result")]
[JsonDerivedType(typeof(ApprovalRecord), "approval")]
[JsonDerivedType(typeof(Notice), "notice")]
[JsonDerivedType(typeof(Summary), "summary")]
public abstract record Item
{
    public ItemId Id { get; init; } = ItemId.New();

    /// <summary>Place in the store, rising over all sessions; 0 until stored.</summary>
    public long Seq { get; init; }

    /// <summary>Null only for items that no turn made, such as the history of a fork.</summary>
    public TurnId? TurnId { get; init; }

    /// <summary>The step within the turn, from 1; 0 for what came before the first model call.</summary>
    public int Step { get; init; }

    /// <summary>UTC; set by the store.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    public Provenance Provenance { get; init; }

    /// <summary>Where the text came from in words a card can show ("https://example.org", "AGENTS.md"); null when the provenance says it all.</summary>
    public string? Source { get; init; }
}

/// <summary>Where an item's text came from, mildest first: the label decides what may follow it unasked.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Provenance>))]
public enum Provenance
{
    [JsonStringEnumMemberName("user")] User,
    [JsonStringEnumMemberName("workspace")] Workspace,
    [JsonStringEnumMemberName("model")] Model,
    [JsonStringEnumMemberName("tool")] Tool,
    [JsonStringEnumMemberName("untrusted")] Untrusted,
}

/// <summary>What a provider needs back untouched (a signature, an encrypted reasoning item), tagged with the only wire that understands it.</summary>
/// <param name="Wire">The wire family, such as <c>anthropic</c>; another wire drops the data.</param>
/// <param name="Data">The wire's own text, kept byte for byte.</param>
public sealed record OpaqueData(string Wire, string Data);

/// <param name="MediaType">An image type the providers take, such as <c>image/png</c>.</param>
/// <param name="Base64">The bytes.</param>
public sealed record Attachment(string MediaType, string Base64, string? Name = null);

public sealed record UserMessage(string Text) : Item
{
    public IReadOnlyList<Attachment> Attachments { get; init; } = [];

    /// <summary>True when it reached a turn that was already running.</summary>
    public bool IsSteering { get; init; }

    /// <summary>What a <c>/name</c> at the beginning of the text stands for: the model reads it behind the text. Null where it stands for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Expansion { get; init; }

    /// <summary>What its <c>@path</c> and <c>@https://…</c> name: read before the model answers, as a call of the user's. Null where it names nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Mention>? Mentions { get; init; }
}

/// <summary>A tool call that a user's words ask for. Its stored call has the provenance <see cref="Provenance.User"/>; policy judges it like any other.</summary>
/// <param name="Name">The name the model would call.</param>
/// <param name="Arguments">JSON.</param>
public sealed record Mention(string Name, string Arguments);

/// <summary>The model's text of one step. A step that only calls tools has none.</summary>
public sealed record Reply(string Text) : Item
{
    public OpaqueData? Opaque { get; init; }

    /// <summary>True when STOP or a limit ended the step before the model was done.</summary>
    public bool IsPartial { get; init; }
}

public sealed record Reasoning(string Text) : Item
{
    public OpaqueData? Opaque { get; init; }

    /// <summary>What the provider counted for all reasoning of the step, on the first of its items; null where it did not say.</summary>
    public long? Tokens { get; init; }
}

/// <param name="CallId">The provider's id, unique within the turn.</param>
/// <param name="Name">The name the model called.</param>
/// <param name="Tool">The policy name (<c>filesystem.read</c>); the called name when no such tool exists.</param>
/// <param name="Arguments">The JSON text exactly as the model sent it, also when it is malformed.</param>
public sealed record ToolCall(string CallId, string Name, string Tool, string Arguments) : Item
{
    /// <summary>How the ids of calls begin that a user's words have asked for.</summary>
    public const string MentionPrefix = "at-";

    /// <summary>Made for a <see cref="Mention"/>, not by the model.</summary>
    public bool IsMention() => Provenance == Provenance.User && CallId.StartsWith(MentionPrefix, StringComparison.Ordinal);

    public OpaqueData? Opaque { get; init; }
}

/// <param name="CallId">The call it answers: every call has exactly one result.</param>
/// <param name="Output">What the model reads.</param>
public sealed record ToolResult(string CallId, ToolStatus Status, string Output) : Item
{
    public long DurationMs { get; init; }
    public IReadOnlyList<Attachment> Attachments { get; init; } = [];

    /// <summary>How the command ended; null for every other tool.</summary>
    public CommandOutcome? Command { get; init; }

    /// <summary>The file that holds the rest when <see cref="Output"/> was cut; null when nothing was.</summary>
    public string? FullOutputPath { get; init; }
}

/// <summary>How a command ended, and how much of the end of its result's text its streams are: stdout, a heading, stderr.</summary>
/// <param name="StdoutLength">In characters; 0 for a silent one.</param>
/// <param name="StderrLength">In characters; 0 for a silent one.</param>
public sealed record CommandOutcome(int ExitCode, bool TimedOut, int StdoutLength, int StderrLength)
{
    public const string StdoutHeading = "\nstdout:\n";
    public const string StderrHeading = "\nstderr:\n";

    public string StderrOf(string output) => StderrLength <= output.Length ? output[^StderrLength..] : "";

    public string StdoutOf(string output)
    {
        var end = output.Length - (StderrLength == 0 ? 0 : StderrLength + StderrHeading.Length);
        return end >= StdoutLength ? output[(end - StdoutLength)..end] : "";
    }
}

[JsonConverter(typeof(JsonStringEnumConverter<ToolStatus>))]
public enum ToolStatus
{
    [JsonStringEnumMemberName("completed")] Completed,
    [JsonStringEnumMemberName("failed")] Failed,
    [JsonStringEnumMemberName("denied")] Denied,

    /// <summary>STOP ended it.</summary>
    [JsonStringEnumMemberName("cancelled")] Cancelled,

    /// <summary>The process died or was suspended while it ran: outcome unknown, never run again.</summary>
    [JsonStringEnumMemberName("interrupted")] Interrupted,
}

/// <summary>That a person or policy answered a question; the question itself is the approval with this id.</summary>
public sealed record ApprovalRecord(ApprovalId ApprovalId, string? CallId, bool Approved, string Scope) : Item
{
    public string? AnsweredBy { get; init; }
    public string? Reason { get; init; }
}

/// <summary>Something the user should know that is not the model's word: a retry, a limit, a fallback, the end of a background process.</summary>
/// <param name="Kind">A short stable word, such as <c>retry</c> or <c>limit</c>.</param>
public sealed record Notice(string Kind, string Text) : Item
{
    /// <summary>True when the model reads it, too, where it stands: something happened that it has to know of.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsForModel { get; init; }
}

/// <summary>Stands for the items from <see cref="FromSeq"/> to <see cref="ToSeq"/> in the model's context; the originals stay.</summary>
public sealed record Summary(string Text, long FromSeq, long ToSeq) : Item
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SummaryOf Of { get; init; }

    /// <summary>Of a message's beginning: how many characters of its text that is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Characters { get; init; }
}

/// <summary>What a summary stands for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SummaryOf>))]
public enum SummaryOf
{
    /// <summary>Everything in its range; the model reads its text instead.</summary>
    [JsonStringEnumMemberName("everything")] Everything,

    /// <summary>The reasoning in its range, which the model does not get back; its text is for people.</summary>
    [JsonStringEnumMemberName("reasoning")] Reasoning,

    /// <summary>The long tool results in its range, of which the model keeps beginning and end; its text is for people.</summary>
    [JsonStringEnumMemberName("tool_output")] ToolOutput,

    /// <summary>The beginning of one user message that is too long for one call; the model reads its text instead.</summary>
    [JsonStringEnumMemberName("message_beginning")] MessageBeginning,

    /// <summary>
    /// The user took something back: the items in its range have left the context (none where the range is empty), and the model reads its
    /// text at the place where that was done.
    /// </summary>
    [JsonStringEnumMemberName("taken_back")] TakenBack,

    /// <summary>The user brought back what the <see cref="TakenBack"/> in its range had taken; the model reads its text.</summary>
    [JsonStringEnumMemberName("brought_back")] BroughtBack,
}
