using System.Text.Json;
using System.Text.Json.Serialization;
using ModelContextProtocol.Authentication;

namespace Pryx.Core.Mcp.Auth;

/// <summary>A sign-in as the keychain has it.</summary>
/// <param name="Origin">Of the server it was made for. Another address under the same name gets none of it.</param>
internal sealed record StoredTokens(string Origin, string AccessToken)
{
    public string TokenType { get; init; } = "Bearer";
    public string? RefreshToken { get; init; }

    /// <summary>Seconds from <see cref="ObtainedAt"/>; null does not say.</summary>
    public int? ExpiresIn { get; init; }
    public DateTimeOffset ObtainedAt { get; init; }
    public string? Scope { get; init; }
    public string? ClientId { get; init; }
    public string? ClientSecret { get; init; }
    public string? TokenEndpointAuthMethod { get; init; }
    public string? AuthorizationServer { get; init; }

    /// <summary>What a call needed and the account did not allow: asked for at the next sign-in.</summary>
    public IReadOnlyList<string>? Wanted { get; init; }

    /// <summary>The keychain has the token alone: a person has put it there, and it stays as it is.</summary>
    [JsonIgnore]
    public bool IsPlain { get; init; }

    public static StoredTokens Of(string origin, TokenContainer tokens) => new(origin, tokens.AccessToken)
    {
        TokenType = tokens.TokenType,
        RefreshToken = tokens.RefreshToken,
        ExpiresIn = tokens.ExpiresIn,
        ObtainedAt = tokens.ObtainedAt,
        Scope = tokens.Scope,
        ClientId = tokens.ClientId,
        ClientSecret = tokens.ClientSecret,
        TokenEndpointAuthMethod = tokens.TokenEndpointAuthMethod,
        AuthorizationServer = tokens.AuthorizationServer,
    };

    /// <summary>Null when the text is not ours: then it is a plain token that a person has put there.</summary>
    public static StoredTokens? Read(string text)
    {
        try
        {
            return text.StartsWith('{') && JsonSerializer.Deserialize(text, StoredTokensJson.Default.StoredTokens) is { AccessToken.Length: > 0 } stored ? stored : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public string Write() => JsonSerializer.Serialize(this, StoredTokensJson.Default.StoredTokens);

    public TokenContainer ToContainer() => new()
    {
        AccessToken = AccessToken,
        TokenType = TokenType,
        RefreshToken = RefreshToken,
        ExpiresIn = ExpiresIn,
        ObtainedAt = ObtainedAt,
        Scope = Scope,
        ClientId = ClientId,
        ClientSecret = ClientSecret,
        TokenEndpointAuthMethod = TokenEndpointAuthMethod,
        AuthorizationServer = AuthorizationServer,
    };

    // A record prints its members; these are secrets.
    public override string ToString() => $"sign-in at {Origin}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredTokens))]
internal sealed partial class StoredTokensJson : JsonSerializerContext;
