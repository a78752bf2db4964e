using System.Text.Json.Serialization;
using Pryx.Protocol.Backup;

namespace Pryx.Commands.Backup;

/// <summary>A listing is an array, as all of them are.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<BackupBody>))]
internal sealed partial class BackupListJson : JsonSerializerContext;
