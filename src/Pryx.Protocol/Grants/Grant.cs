namespace Pryx.Protocol.Grants;

/// <summary>A standing Allow that a person gave: it lowers Ask to Allow, never Deny.</summary>
/// <param name="Rule">In the syntax of <c>--allow</c>.</param>
public sealed record Grant(string Id, string Rule)
{
    /// <summary>The only session it holds in; null for every one.</summary>
    public SessionId? SessionId { get; init; }

    /// <summary>The only folder it holds in; null for every one.</summary>
    public string? Workspace { get; init; }
    public string? GrantedBy { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC; null: until revoked.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <param name="Rule">In the syntax of <c>--allow</c>.</param>
public sealed record AddGrant(string Rule)
{
    /// <summary>The only session it is to hold in; null for every one.</summary>
    public SessionId? SessionId { get; init; }

    /// <summary>The only folder it is to hold in; null for every one. The folder grant must have one.</summary>
    public string? Workspace { get; init; }

    /// <summary>UTC; null: until revoked.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Who gives it, such as <c>cli:alice</c>.</summary>
    public required string GrantedBy { get; init; }
}
