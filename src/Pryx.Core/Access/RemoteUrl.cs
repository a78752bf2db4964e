namespace Pryx.Core.Access;

/// <summary>The address under which a proxy shows this Pryx: https and a host, nothing else, since a cookie goes there.</summary>
internal static class RemoteUrl
{
    /// <summary>Null when it is none.</summary>
    public static Uri? Parse(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) && url is { Scheme: "https", Host.Length: > 0, AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" } ? url : null;
}
