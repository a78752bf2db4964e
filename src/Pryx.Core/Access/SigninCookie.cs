using Microsoft.AspNetCore.Http;

namespace Pryx.Core.Access;

/// <summary>How a browser keeps its token: out of the reach of scripts and of other sites.</summary>
internal static class SigninCookie
{
    public const string Name = "pryx_admin_token";

    public static void Set(HttpContext http, string token, TimeSpan lifetime, bool isHttps) =>
        http.Response.Cookies.Append(Name, token, Options(isHttps, lifetime));

    public static void Clear(HttpContext http, bool isHttps) => http.Response.Cookies.Delete(Name, Options(isHttps, null));

    private static CookieOptions Options(bool isHttps, TimeSpan? lifetime) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/", Secure = isHttps, MaxAge = lifetime, IsEssential = true };
}
