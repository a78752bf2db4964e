using Microsoft.AspNetCore.Http;

namespace Pryx.Core.Http;

/// <summary>Who is asking, as established before any route runs.</summary>
/// <param name="Name">Stable and safe to log: <c>core</c>, <c>web</c>, <c>token:phone</c>, <c>anyone</c> without authentication.</param>
public sealed record Caller(string Name, Scopes Scopes)
{
    private static readonly object Key = new();

    /// <summary>Nobody: only public routes.</summary>
    public static Caller Nobody { get; } = new("nobody", Scopes.None);

    /// <summary>Everybody, where authentication is off.</summary>
    public static Caller Anyone { get; } = new("anyone", Scopes.All);

    /// <summary>Of the minted token; null for the core token and for those without one.</summary>
    public string? TokenId { get; init; }

    /// <summary>UTC; null: until it is revoked.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>
    /// Cancelled when what the caller authenticated with is revoked, rotated or has expired. Whoever serves it for longer than one answer
    /// ends then; a stream or an upgraded connection also finds its RequestAborted cancelled.
    /// </summary>
    public CancellationToken Revoked { get; init; }

    /// <summary>The address it calls from, for limits and the audit log; <c>in-process</c> without a socket.</summary>
    public string Address { get; init; } = "";

    /// <summary>It comes from another machine, if only through the proxy in front of this one.</summary>
    public bool IsRemote { get; init; }

    public bool May(Scopes scope) => (Scopes & scope) == scope;

    public void Attach(HttpContext http) => http.Items[Key] = this;

    public static Caller Of(HttpContext http) => http.Items[Key] as Caller ?? Nobody;
}
