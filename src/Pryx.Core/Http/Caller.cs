using Microsoft.AspNetCore.Http;

namespace Pryx.Core.Http;

/// <summary>Who is asking, as established before any route runs.</summary>
/// <param name="Name">Stable and safe to log: <c>core</c>, <c>web</c>, <c>token:phone</c>, <c>anyone</c> without authentication.</param>
public sealed record Caller(string Name, Scopes Scopes)
{
    private static readonly object Key = new();

    /// <summary>Nobody: only public routes.</summary>
    public static Caller Nobody { get; } = new("nobody", Scopes.None);

    public bool May(Scopes scope) => (Scopes & scope) == scope;

    public void Attach(HttpContext http) => http.Items[Key] = this;

    public static Caller Of(HttpContext http) => http.Items[Key] as Caller ?? Nobody;
}
