using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Protocol.Approvals;

namespace Pryx.Protocol.Client;

/// <summary>The body of <c>POST /api/v1/approvals/decision</c>.</summary>
internal sealed record ApprovalDecision(ApprovalId RequestId, string Decision)
{
    public string? Reason { get; init; }
    public GrantDuration Scope { get; init; }
    public bool TakesFolderGrant { get; init; }

    /// <summary>"proposed" takes the proposal on the card.</summary>
    public string? Grant { get; init; }
    public JsonElement? EditedArgs { get; init; }
    public string? Text { get; init; }

    public static ApprovalDecision Of(ApprovalId id, ApprovalAnswer answer) => new(id, answer.Approved ? "approve" : "deny")
    {
        Reason = answer.Reason,
        Scope = answer.Duration,
        TakesFolderGrant = answer.TakesFolderGrant,
        Grant = answer.TakesProposal ? "proposed" : null,
        EditedArgs = answer.EditedArgs,
        Text = answer.Text,
    };
}

/// <summary>A question as the gateway shows it.</summary>
/// <param name="State">pending while it waits.</param>
internal sealed record ShownQuestion(Approval Approval, string State);

internal sealed record ApprovalsPending(IReadOnlyList<Approval> Approvals);

/// <param name="Key">Of the provider, as it was typed.</param>
internal sealed record ProviderKey(string Key);

/// <param name="KeptIn">Where, in words; null when Core does not say.</param>
internal sealed record ProviderKeyStored(bool Ok, string? KeptIn = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ApprovalDecision))]
[JsonSerializable(typeof(ApprovalsPending))]
[JsonSerializable(typeof(ProviderKey))]
[JsonSerializable(typeof(ProviderKeyStored))]
[JsonSerializable(typeof(QueueLine))]
[JsonSerializable(typeof(ShownQuestion))]
internal sealed partial class ClientJson : JsonSerializerContext;
