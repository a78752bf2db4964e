namespace Pryx.Testing;

/// <summary>How one answer of <see cref="FakeProvider"/> misbehaves.</summary>
public sealed record Trouble
{
    public static Trouble None { get; } = new();

    public TimeSpan BeforeHeaders { get; init; }
    public TimeSpan BeforeFirstChunk { get; init; }
    public TimeSpan BetweenChunks { get; init; }

    /// <summary>Throttles the stream; null for as fast as it goes.</summary>
    public int? BytesPerSecond { get; init; }

    /// <summary>Writes the stream in pieces of so many bytes, so that characters and lines are torn apart; null for whole chunks.</summary>
    public int? PieceBytes { get; init; }

    /// <summary>Comments before the first event, as OpenRouter keeps slow connections open; only on wires of server-sent events.</summary>
    public bool SendsComments { get; init; }

    /// <summary>Where the connection is cut.</summary>
    public StreamPoint? CutAt { get; init; }

    /// <summary>Where the server falls silent, the connection open, until the caller gives up.</summary>
    public StreamPoint? SilentAt { get; init; }

    /// <summary>Where a chunk is not what the wire promises.</summary>
    public StreamPoint? MalformedAt { get; init; }

    /// <summary>Where the vendor's error comes inside the stream, which then ends.</summary>
    public StreamPoint? ErrorAt { get; init; }

    /// <summary>200 with a sign-in page, as captive portals and proxies answer.</summary>
    public bool AnswersHtml { get; init; }

    /// <summary>An HTTP error instead of a stream.</summary>
    public HttpError? Error { get; init; }
}

/// <summary>A point in an answer. One that the reply never reaches is recorded as a violation of the script.</summary>
public enum StreamPoint
{
    BeforeHeaders,
    AfterHeaders,
    /// <summary>After the first chunk of text.</summary>
    MidText,
    /// <summary>After the first part of a call's arguments.</summary>
    MidToolCall,
    /// <summary>All content was sent, the closing event is missing.</summary>
    BeforeEnd,
}

public sealed record HttpError(int Status)
{
    public string? Code { get; init; }
    public string? Message { get; init; }
    public TimeSpan? RetryAfter { get; init; }
    public bool IsContextTooLong { get; init; }
}
