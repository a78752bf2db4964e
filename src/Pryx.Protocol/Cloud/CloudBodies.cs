using System.Text.Json.Serialization;

namespace Pryx.Protocol.Cloud;

public sealed record CloudStatus(bool LoggedIn)
{
    /// <summary>Of the cloud; null when none is configured.</summary>
    public string? Url { get; init; }

    /// <summary>UTC, of the access token, which is renewed by itself.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Why it could not be renewed, in words; null when nothing was tried or all is well.</summary>
    public string? Trouble { get; init; }
}

/// <param name="VerificationUri">Where the user enters the user code.</param>
/// <param name="ExpiresIn">Seconds.</param>
/// <param name="Interval">Seconds between two looks.</param>
public sealed record DeviceCode(
    [property: JsonPropertyName("device_code")] string Code, string UserCode, string VerificationUri, int ExpiresIn, int Interval)
{
    /// <summary>With the code in it; null where the cloud gives none.</summary>
    public string? VerificationUriComplete { get; init; }
}

/// <param name="Interval">Seconds; 1 to 60.</param>
/// <param name="ExpiresIn">Seconds; 1 to 1800, else 600.</param>
public sealed record LoginPoll(string? DeviceCode, int? Interval, int? ExpiresIn);

public sealed record LoggedIn(bool Ok);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CloudStatus))]
[JsonSerializable(typeof(DeviceCode))]
[JsonSerializable(typeof(LoginPoll))]
[JsonSerializable(typeof(LoggedIn))]
public sealed partial class CloudBodiesJson : JsonSerializerContext;
