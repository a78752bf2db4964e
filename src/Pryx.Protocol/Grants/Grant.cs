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

    /// <summary>UTC; null: it was not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>active, expired or revoked. Only active ones count.</summary>
    public string State { get; init; } = "active";

    /// <summary>workspace, host, network or integration (FR2.2).</summary>
    public string? Scope { get; init; }

    /// <summary>How many calls ran unasked by it.</summary>
    public long Uses { get; init; }

    /// <summary>UTC; null: never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>The question on whose card it was given; null when it was added by hand.</summary>
    public ApprovalId? ApprovalId { get; init; }
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
