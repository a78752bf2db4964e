using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pryx.Core.Conversations;

/// <summary>The conversation API speaks camelCase, and writes null where something is absent.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Conversation))]
[JsonSerializable(typeof(ConversationPage))]
[JsonSerializable(typeof(NewConversation))]
[JsonSerializable(typeof(ConversationFields))]
[JsonSerializable(typeof(NewMessage))]
[JsonSerializable(typeof(AcceptedMessage))]
[JsonSerializable(typeof(TurnReport))]
[JsonSerializable(typeof(ConversationIssues))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class ConversationJson : JsonSerializerContext;
