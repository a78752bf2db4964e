using System.Text.Json.Serialization;

namespace Pryx.Protocol.Access;

/// <summary>A token that was minted, without the token itself.</summary>
/// <param name="Kind"><c>token</c> for programs, <c>web</c> for a browser that signed in.</param>
/// <param name="Scopes">Of read, chat, approve, admin.</param>
/// <param name="CreatedBy">The caller that minted it.</param>
public sealed record AccessToken(string Id, string Name, string Kind, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, string CreatedBy)
{
    /// <summary>UTC; null: until it is revoked.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>To a few minutes; null: never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
}

/// <summary>Every token in force, newest first.</summary>
public sealed record AccessTokenList(IReadOnlyList<AccessToken> Tokens);

/// <param name="Name">1 to 64 letters, digits, blanks, dots, dashes, underscores.</param>
/// <param name="Scopes">Null or empty: read alone. Never more than the caller has.</param>
public sealed record MintToken(string Name, IReadOnlyList<string>? Scopes = null)
{
    /// <summary>Seconds from now, at least 1. Null: as long as the token that mints it.</summary>
    public long? ExpiresIn { get; init; }
}

/// <param name="Value">The token; it is shown this once.</param>
public sealed record MintedToken([property: JsonPropertyName("token")] string Value, AccessToken Info);

public sealed record RotateToken
{
    /// <summary>Also every minted token and every browser that signed in.</summary>
    public bool All { get; init; }
}

/// <param name="Revoked">How many minted tokens ended with it.</param>
public sealed record RotatedToken(DateTimeOffset RotatedAt, int Revoked);

public sealed record MakeSigninLink
{
    /// <summary>For the address of <c>pryx remote</c> instead of this machine's own.</summary>
    public bool Remote { get; init; }
}

/// <param name="Url">Signs in one browser, once.</param>
public sealed record SigninLink(string Url, DateTimeOffset ExpiresAt);

/// <summary>Where a proxy shows this Pryx to the world.</summary>
/// <param name="Url">https, without a path; null: nowhere.</param>
public sealed record RemoteAddress([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Url);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AccessToken))]
[JsonSerializable(typeof(AccessTokenList))]
[JsonSerializable(typeof(MintToken))]
[JsonSerializable(typeof(MintedToken))]
[JsonSerializable(typeof(RotateToken))]
[JsonSerializable(typeof(RotatedToken))]
[JsonSerializable(typeof(MakeSigninLink))]
[JsonSerializable(typeof(SigninLink))]
[JsonSerializable(typeof(RemoteAddress))]
public sealed partial class AccessJson : JsonSerializerContext;
