using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;

namespace Pryx.Core.Approvals;

/// <param name="RequestId">Of the question.</param>
/// <param name="Decision">approve or deny.</param>
internal sealed record DecisionRequest(string? RequestId, string? ApprovalId, string? Decision)
{
    /// <summary>Told to the model when it is denied.</summary>
    public string? Reason { get; init; }

    /// <summary>once, session or forever; a question that offers no grant is answered once.</summary>
    public GrantDuration? Scope { get; init; }
    public bool TakesFolderGrant { get; init; }

    /// <summary>"proposed" takes the proposal on the card; a question without one is answered once.</summary>
    public string? Grant { get; init; }

    /// <summary>Arguments as the person changed them; they are judged anew.</summary>
    public JsonElement? EditedArgs { get; init; }

    /// <summary>The answer to a question in words.</summary>
    public string? Text { get; init; }
}

/// <param name="Scope">What the answer covers now: once, session, forever, folder or proposed.</param>
internal sealed record DecisionResponse(bool Ok, ApprovalId ApprovalId, bool Approved, string Scope);

/// <summary>Who was quicker.</summary>
internal sealed record FirstAnswer(ApprovalId ApprovalId, string State, bool Approved, string AnsweredBy, string? AnsweredAt);

internal sealed record PendingApprovals(IReadOnlyList<Approval> Approvals, int Count);

internal sealed record ApprovalHistory(IReadOnlyList<ApprovalState> Approvals, int Count);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DecisionRequest))]
[JsonSerializable(typeof(DecisionResponse))]
[JsonSerializable(typeof(FirstAnswer))]
[JsonSerializable(typeof(PendingApprovals))]
[JsonSerializable(typeof(ApprovalHistory))]
[JsonSerializable(typeof(ApprovalState))]
internal sealed partial class ApprovalJson : JsonSerializerContext;
