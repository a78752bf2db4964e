using System.Text.Json.Serialization.Metadata;

namespace Pryx.Core.Http;

/// <summary>One route of the API with what its document says of it.</summary>
/// <param name="Method">GET, POST, PATCH, PUT or DELETE.</param>
/// <param name="Path">As ASP.NET writes it: <c>/api/v1/sessions/{id}</c>.</param>
/// <param name="Summary">One line: what it gives or does, its limits.</param>
public sealed record ApiRoute(string Method, string Path, string Summary)
{
    public const long DefaultMaxBody = 1024 * 1024;

    /// <summary>What the caller must be allowed; None for a public route.</summary>
    public Scopes Scope { get; init; } = Method == "GET" ? Scopes.Read : Scopes.Chat;
    public IReadOnlyList<ApiParameter> Query { get; init; } = [];

    /// <summary>The JSON body it takes; null for none.</summary>
    public JsonTypeInfo? Request { get; init; }

    /// <summary>The JSON body of its success; null for none.</summary>
    public JsonTypeInfo? Response { get; init; }
    public int Status { get; init; } = 200;

    /// <summary>Of the success.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>Bytes of the request's body; more is 413.</summary>
    public long MaxBody { get; init; } = DefaultMaxBody;

    /// <summary>The contract whose error codes and body it speaks.</summary>
    public ApiContract Contract { get; init; } = ApiContract.Pryx;
}

/// <param name="Name">In the query.</param>
/// <param name="Type">string, integer or boolean.</param>
public sealed record ApiParameter(string Name, string Description, string Type = "string");

public enum ApiContract
{
    /// <summary>PRD §14.2: codes of Pryx, request_id, timestamp, trace_id.</summary>
    Pryx,
    /// <summary>The conversation API: its seven codes, requestId, details (its contract's A2).</summary>
    Conversation,
}
