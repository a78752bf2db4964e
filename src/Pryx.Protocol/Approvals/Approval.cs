using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pryx.Protocol.Approvals;

/// <summary>A question to a person. It goes to every surface that may approve; the first answer wins.</summary>
public sealed record Approval
{
    public required ApprovalId Id { get; init; }

    /// <summary>The same, as events and answers call it.</summary>
    public ApprovalId ApprovalId => Id;
    public required SessionId SessionId { get; init; }
    public TurnId? TurnId { get; init; }
    public string? CallId { get; init; }

    /// <summary>The agent that asks, by its name; null when the session's own turn does.</summary>
    public string? Agent { get; init; }
    public required ApprovalKind Kind { get; init; }

    /// <summary>Policy name of the tool; empty for a trust card.</summary>
    public required string Tool { get; init; }

    /// <summary>The exact arguments an approval is bound to.</summary>
    public JsonElement? Args { get; init; }

    /// <summary>What the call would touch, as policy has judged it: "write /home/me/project/a.cs". Empty for what is no tool call.</summary>
    public IReadOnlyList<string> Touches { get; init; } = [];

    /// <summary>What an answer is bound to: see ApprovalBinding. Null for what is no tool call.</summary>
    public string? Binding { get; init; }

    /// <summary>What a model thinks of it, once it has said so; no answer. Null where none is asked.</summary>
    public ApprovalReview? Review { get; init; }

    /// <summary>One line: "Run dotnet test", "Write src/a.cs (+3 −1)".</summary>
    public required string Summary { get; init; }

    /// <summary>The exact command, a unified diff, a list of files; null when the summary says it all.</summary>
    public string? Preview { get; init; }
    public PreviewKind PreviewKind { get; init; }

    /// <summary>Why a person is asked, in a sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>How much harm a wrong yes could do.</summary>
    public RiskLevel RiskLevel { get; init; } = RiskLevel.Medium;

    /// <summary>The rule that asked.</summary>
    public string? Rule { get; init; }

    /// <summary>What "session" and "always" would cover, in the syntax of <c>--allow</c>; null when neither is offered.</summary>
    public string? Pattern { get; init; }

    /// <summary>The folder grant this card offers instead of a single answer; null when it offers none.</summary>
    public string? FolderGrant { get; init; }

    /// <summary>The narrow grant this card offers because calls like this one are approved again and again; null when it offers none.</summary>
    public GrantProposal? Proposal { get; init; }

    /// <summary>For a question of the model: up to four answers to choose from; empty when free text is wanted.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>For the card's colour, not for any decision: policy decides.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RiskLevel>))]
public enum RiskLevel
{
    /// <summary>It only looks.</summary>
    [JsonStringEnumMemberName("low")] Low,

    /// <summary>It changes something that can be put right.</summary>
    [JsonStringEnumMemberName("medium")] Medium,

    /// <summary>It deletes, publishes, sends, leaves the folder, reads secrets, or can not be told.</summary>
    [JsonStringEnumMemberName("high")] High,
}

[JsonConverter(typeof(JsonStringEnumConverter<ApprovalKind>))]
public enum ApprovalKind
{
    [JsonStringEnumMemberName("tool")] Tool,
    [JsonStringEnumMemberName("question")] Question,
    [JsonStringEnumMemberName("trust")] Trust,
}

[JsonConverter(typeof(JsonStringEnumConverter<PreviewKind>))]
public enum PreviewKind
{
    [JsonStringEnumMemberName("none")] None,
    [JsonStringEnumMemberName("command")] Command,
    [JsonStringEnumMemberName("diff")] Diff,
    [JsonStringEnumMemberName("text")] Text,
}

/// <summary>A second opinion of a model on a question. It is shown and decides nothing.</summary>
/// <param name="Opinion">harmless, or careful.</param>
/// <param name="Model">As <c>provider/model</c>.</param>
/// <param name="Text">In one sentence; what a model wrote who had the call before it, so no more to be trusted than the call.</param>
public sealed record ApprovalReview(string Opinion, string Text, string Model);

/// <summary>How long an approval holds (FR2.3).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GrantDuration>))]
public enum GrantDuration
{
    [JsonStringEnumMemberName("once")] Once,
    [JsonStringEnumMemberName("session")] Session,
    [JsonStringEnumMemberName("forever")] Forever,
}

/// <summary>A person's answer, or the recorded stand-in of one.</summary>
public sealed record ApprovalAnswer
{
    public required bool Approved { get; init; }
    public GrantDuration Duration { get; init; }

    /// <summary>True when the folder grant on the card was taken.</summary>
    public bool TakesFolderGrant { get; init; }

    /// <summary>True when the proposal on the card was taken.</summary>
    public bool TakesProposal { get; init; }

    /// <summary>The rule of the proposal that was taken, exactly as the question that was answered showed it; set where the answer is stored.</summary>
    public string? TakenRule { get; init; }

    /// <summary>Arguments as the person changed them; they are judged anew. Null when unchanged.</summary>
    public JsonElement? EditedArgs { get; init; }

    /// <summary>The chosen or typed answer to a question.</summary>
    public string? Text { get; init; }

    /// <summary>Why it was denied, for the model to read; null when the person did not say.</summary>
    public string? Reason { get; init; }

    /// <summary>Who answered, such as <c>cli:alice</c> or <c>--approve-all</c>.</summary>
    public required string AnsweredBy { get; init; }

    /// <summary>Of the question as it was shown, set by the store and never by who answers; null from a stand-in that stores nothing.</summary>
    public string? Binding { get; init; }

    /// <summary>True when nobody could be asked at all.</summary>
    public bool IsForWantOfPerson { get; init; }

    /// <summary>True when nobody answered in time, and the turn does not wait for it.</summary>
    public bool IsTimedOut { get; init; }

    public static ApprovalAnswer Approve(string by, GrantDuration duration = GrantDuration.Once) => new() { Approved = true, AnsweredBy = by, Duration = duration };
    public static ApprovalAnswer Deny(string by, string? reason = null) => new() { Approved = false, AnsweredBy = by, Reason = reason };
}
