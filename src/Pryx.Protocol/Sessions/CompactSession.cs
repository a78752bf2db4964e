namespace Pryx.Protocol.Sessions;

/// <summary>The body of <c>POST /api/v1/sessions/{id}/compact</c>.</summary>
public sealed record CompactSession
{
    /// <summary>What the summary is to pay attention to; null for nothing in particular.</summary>
    public string? Instructions { get; init; }
}
