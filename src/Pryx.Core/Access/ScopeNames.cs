using Pryx.Core.Http;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Access;

/// <summary>Scopes as they are written: <c>read,chat,approve,admin</c>.</summary>
internal static class ScopeNames
{
    private static readonly (string Name, Scopes Scope)[] Known = [("read", Scopes.Read), ("chat", Scopes.Chat), ("approve", Scopes.Approve), ("admin", Scopes.Admin)];

    /// <exception cref="PryxException">VALIDATION_ERROR: one of them is no scope.</exception>
    public static Scopes Parse(IEnumerable<string> names)
    {
        var scopes = Scopes.None;
        foreach (var name in names)
        {
            var scope = Array.Find(Known, known => known.Name == name).Scope;
            scopes |= scope != Scopes.None ? scope : throw new PryxException("VALIDATION_ERROR", "scopes: each is one of read, chat, approve, admin");
        }
        return scopes;
    }

    public static IReadOnlyList<string> Names(this Scopes scopes) => [.. Known.Where(known => (scopes & known.Scope) != 0).Select(known => known.Name)];

    public static string Text(this Scopes scopes) => string.Join(',', scopes.Names());
}
