using System.Text.Json.Serialization;

namespace Pryx.Protocol.Providers;

/// <summary>What is said about providers over HTTP and by <c>--json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProviderList))]
[JsonSerializable(typeof(ProviderBody))]
[JsonSerializable(typeof(ProviderRemoved))]
[JsonSerializable(typeof(UseProvider))]
[JsonSerializable(typeof(ProviderUsed))]
[JsonSerializable(typeof(KeyInput))]
[JsonSerializable(typeof(KeyStored))]
[JsonSerializable(typeof(TestProvider))]
[JsonSerializable(typeof(ProviderTest))]
[JsonSerializable(typeof(ProviderSetup))]
[JsonSerializable(typeof(PullModel))]
[JsonSerializable(typeof(PullProgress))]
[JsonSerializable(typeof(ModelFit))]
[JsonSerializable(typeof(StartSignin))]
[JsonSerializable(typeof(SigninStarted))]
[JsonSerializable(typeof(SigninState))]
public sealed partial class ProvidersJson : JsonSerializerContext;

/// <summary>What <c>provider add</c> and <c>provider set-key</c> have done.</summary>
/// <param name="KeptIn">Null when no key was stored.</param>
/// <param name="Test">Null when nothing was tried.</param>
public sealed record ProviderSetup(bool Ok, string ProviderId, bool Added, string? KeptIn, ProviderTest? Test);
