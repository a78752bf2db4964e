namespace Pryx.Protocol.Providers;

/// <param name="Device">By a code that is typed on another device, where the provider offers it.</param>
/// <param name="ClientId">The person's own application at the provider; kept for the next time. Null for the one that is known.</param>
/// <param name="ClientSecret">Of that application, where it has one.</param>
public sealed record StartSignin(bool Device = false, string? ClientId = null, string? ClientSecret = null);

/// <param name="Method"><c>browser</c> or <c>device</c>.</param>
/// <param name="ExpiresIn">Seconds.</param>
public sealed record SigninStarted(string Provider, string Method, int ExpiresIn)
{
    /// <summary>To be opened by the person.</summary>
    public string Url { get; init; } = "";

    /// <summary>To be typed there; null for the browser.</summary>
    public string? UserCode { get; init; }
}

/// <param name="State">One of <see cref="SigninStates"/>.</param>
public sealed record SigninState(string Provider, string State)
{
    /// <summary>While it is pending.</summary>
    public string? Url { get; init; }
    public string? UserCode { get; init; }

    /// <summary>Why it failed or ended, in words for a person.</summary>
    public string? Reason { get; init; }

    /// <summary>Of the access token, which is renewed by itself.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

public static class SigninStates
{
    public const string None = "none";
    public const string Pending = "pending";
    public const string SignedIn = "signed_in";
    public const string Failed = "failed";

    /// <summary>Signed in once; the provider has ended it.</summary>
    public const string Ended = "ended";
}
