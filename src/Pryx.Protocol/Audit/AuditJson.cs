using System.Text.Json.Serialization;

namespace Pryx.Protocol.Audit;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditPage))]
[JsonSerializable(typeof(AuditRecord))]
[JsonSerializable(typeof(AuditCheck))]
[JsonSerializable(typeof(AuditAcceptance))]
[JsonSerializable(typeof(AcceptAudit))]
[JsonSerializable(typeof(string))]
public sealed partial class AuditJson : JsonSerializerContext;
