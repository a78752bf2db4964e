using Pryx.Protocol.Models;

namespace Pryx.Testing;

/// <summary>What a model is to answer, for <see cref="ScriptedModel"/> and for every wire of <see cref="FakeProvider"/>.</summary>
public sealed record ScriptedReply
{
    public string? Reasoning { get; init; }

    /// <summary>One element is one chunk on the wire.</summary>
    public IReadOnlyList<string> Text { get; init; } = [];
    public IReadOnlyList<ScriptedCall> Calls { get; init; } = [];

    /// <summary>Null: estimated from the bytes that went over the wire, four to a token.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary><see cref="FakeProvider"/> only, as OpenRouter says it to who asks: what the call cost.</summary>
    public decimal? CostUsd { get; init; }
    public ReplyEnd End { get; init; }

    /// <summary>After what is above, nothing more comes until the caller gives up.</summary>
    public bool Hangs { get; init; }

    /// <summary><see cref="ScriptedModel"/> only: thrown after what is above was streamed.</summary>
    public ModelException? Failure { get; init; }

    /// <summary><see cref="FakeProvider"/> only: sent with the answer, whatever it is.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary><see cref="FakeProvider"/> only.</summary>
    public Trouble Trouble { get; init; } = Trouble.None;
}

/// <param name="Arguments">The JSON text as the model "writes" it; may be malformed on purpose.</param>
/// <param name="Id">Null: a new one in the vendor's form.</param>
public sealed record ScriptedCall(string Name, string Arguments, string? Id = null);

public enum ReplyEnd
{
    /// <summary>"stop", or "tool calls" when there are some.</summary>
    Natural,
    /// <summary>The output limit was reached.</summary>
    Length,
    /// <summary>The provider refused the content.</summary>
    Refused,
}

/// <summary>For <c>using static</c>: scripts read as sentences.</summary>
public static class Replies
{
    public static ScriptedReply Says(params string[] chunks) => new() { Text = chunks };

    public static ScriptedReply Calls(params (string Name, string Arguments)[] calls) =>
        new() { Calls = [.. calls.Select(call => new ScriptedCall(call.Name, call.Arguments))] };

    public static ScriptedReply Fails(ModelException failure) => new() { Failure = failure };

    /// <summary>An HTTP error in the vendor's own words.</summary>
    /// <param name="code">The vendor's error code where it differs from the usual one of the status, such as <c>insufficient_quota</c>.</param>
    public static ScriptedReply Fails(int status, TimeSpan? retryAfter = null, string? code = null) =>
        new() { Trouble = new() { Error = new(status) { RetryAfter = retryAfter, Code = code } } };

    /// <summary>The vendor's error for a prompt that is longer than the model's context.</summary>
    public static ScriptedReply TooLong() => new() { Trouble = new() { Error = new(400) { IsContextTooLong = true } } };

    public static ScriptedReply Hangs() => new() { Hangs = true };

    /// <summary>A whole, well-formed stream with neither text nor tool call.</summary>
    public static ScriptedReply Nothing() => new();
}
