using System.Text.Json;
using System.Text.Json.Serialization;
using Pryx.Protocol;

namespace Pryx.Core.Approvals;

/// <summary>What the audit log says of a question.</summary>
internal sealed record AuditedApproval(SessionId SessionId, TurnId? TurnId, string? CallId, string Tool, string Summary, JsonElement? Arguments, string? Rule, string? Scope);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditedApproval))]
internal sealed partial class ApprovalAuditJson : JsonSerializerContext;
