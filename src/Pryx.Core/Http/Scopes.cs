namespace Pryx.Core.Http;

/// <summary>What a caller of the local API may do. Each is given by itself; none includes another.</summary>
[Flags]
public enum Scopes
{
    /// <summary>On a route: public.</summary>
    None = 0,
    /// <summary>See sessions, events, figures.</summary>
    Read = 1,
    /// <summary>Send input, stop turns, change one's sessions.</summary>
    Chat = 2,
    /// <summary>Answer approvals.</summary>
    Approve = 4,
    /// <summary>Configuration, keys, grants, tokens, the audit log.</summary>
    Admin = 8,
    All = Read | Chat | Approve | Admin,
}
