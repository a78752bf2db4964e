using System.Text.Json.Serialization;

namespace Pryx.Protocol.Policies;

/// <summary>The bodies of the routes below <c>/api/v1/policies</c> that commands use.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PolicyModeList))]
[JsonSerializable(typeof(PolicyChoices))]
[JsonSerializable(typeof(PolicyText))]
[JsonSerializable(typeof(PolicyFileList))]
[JsonSerializable(typeof(PolicyFileBody))]
[JsonSerializable(typeof(CheckedPolicy))]
[JsonSerializable(typeof(TestedPolicy))]
[JsonSerializable(typeof(SimulatedPolicy))]
[JsonSerializable(typeof(ExplainCall))]
[JsonSerializable(typeof(ExplainedCall))]
public sealed partial class PoliciesJson : JsonSerializerContext;
