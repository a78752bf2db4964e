using Pryx.Protocol;

namespace Pryx.Core.Tracing;

/// <summary>One stretch of work in a trace. It says what, how long and how it went, never what was said.</summary>
public sealed record Span
{
    /// <summary>32 hexadecimal digits: those of the turn's id.</summary>
    public required string TraceId { get; init; }

    /// <summary>16 hexadecimal digits, told from what it covers: the same work has the same span in every process.</summary>
    public required string SpanId { get; init; }

    /// <summary>Null for the turn itself.</summary>
    public string? ParentSpanId { get; init; }
    public required SessionId SessionId { get; init; }
    public required TurnId TurnId { get; init; }

    /// <summary>One of <see cref="SpanKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>As OpenTelemetry's GenAI conventions name it: <c>chat gpt-4o</c>, <c>execute_tool shell.exec</c>.</summary>
    public required string Name { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>Null while it has not ended.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>A stable code; null when it went well or has not ended.</summary>
    public string? Error { get; init; }
    public SpanAttributes Attributes { get; init; } = new();

    /// <summary>Rises with the order in which spans end; 0 until stored.</summary>
    public long Seq { get; init; }

    public Span EndedAt(DateTimeOffset now) => this with { Duration = now > Start ? now - Start : TimeSpan.Zero };
}

public static class SpanKinds
{
    public const string Turn = "turn";
    public const string Step = "step";
    public const string Model = "model";
    public const string Tool = "tool";
    public const string Approval = "approval";
}
