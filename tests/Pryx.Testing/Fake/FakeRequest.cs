using System.Text.Json;
using Pryx.Protocol.Models;

namespace Pryx.Testing;

/// <summary>One request that <see cref="FakeProvider"/> got, read into the same shape for every wire, and what became of it.</summary>
public sealed class FakeRequest
{
    /// <summary>From 1, over all wires.</summary>
    public required int Number { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string Method { get; init; }
    public required string Path { get; init; }
    /// <summary>With its question mark; empty when there is none.</summary>
    public string Query { get; init; } = "";
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The body as it came.</summary>
    public required string Text { get; init; }

    /// <summary>Of the body.</summary>
    public required int Bytes { get; init; }

    /// <summary>openai-chat, openai-responses, anthropic, gemini, ollama; empty for the routes that list things.</summary>
    public string Wire { get; internal set; } = "";
    public string Model { get; internal set; } = "";

    /// <summary>Undefined when the body is no JSON.</summary>
    public JsonElement Body { get; internal set; }

    /// <summary>The system prompt included, wherever the wire carries it.</summary>
    public IReadOnlyList<FakeMessage> Messages { get; internal set; } = [];

    /// <summary>Declared tools in their order.</summary>
    public IReadOnlyList<string> Tools { get; internal set; } = [];
    public IReadOnlyList<FakeViolation> Violations { get; internal set; } = [];

    /// <summary>Null until it was answered.</summary>
    public int? Status { get; internal set; }

    /// <summary>When the first text or the first arguments went out: what a client prints later than this is its own time.</summary>
    public DateTimeOffset? FirstContentAt { get; internal set; }

    /// <summary>completed, cut, error, rejected, or left when the caller went away; null while it runs.</summary>
    public string? Outcome { get; internal set; }

    /// <summary>What the answer reported; null when the stream did not get that far.</summary>
    public TokenUsage? Usage { get; internal set; }
    public ScriptedReply? Reply { get; internal set; }

    public string? System => Messages.FirstOrDefault(message => message.Role is "system")?.Text;
    public string? FirstUserText => Messages.FirstOrDefault(message => message.Role is "user")?.Text;
    public string? LastUserText => Messages.LastOrDefault(message => message.Role is "user")?.Text;

    /// <summary>All tool results of the request, oldest first.</summary>
    public IReadOnlyList<FakeMessage> Results => [.. Messages.Where(message => message.Role is "tool")];

    /// <summary>Which step of its turn asks, from 0, told from the request alone: replies since the last user message.</summary>
    public int Step => SinceUser.Count(message => message.Role is "assistant");

    /// <summary>Tool results since the last user message.</summary>
    public int ResultsSinceUser => SinceUser.Count(message => message.Role is "tool");

    private IEnumerable<FakeMessage> SinceUser => Messages.Reverse().TakeWhile(message => message.Role is not "user");
}

/// <param name="Role">system, user, assistant or tool.</param>
public sealed record FakeMessage(string Role, string Text)
{
    public string? Reasoning { get; init; }
    public IReadOnlyList<ScriptedCall> Calls { get; init; } = [];

    /// <summary>Of a tool result: the call it answers.</summary>
    public string? CallId { get; init; }
    public int Images { get; init; }
}

/// <summary>A request broke a rule of its wire.</summary>
/// <param name="Request">The request's number.</param>
/// <param name="Rule">A stable word, see <see cref="Rules"/>.</param>
public sealed record FakeViolation(int Request, string Wire, string Rule, string Message)
{
    public override string ToString() => $"request {Request} ({Wire}): {Rule}: {Message}";
}

/// <summary>The rules every request is held to.</summary>
public static class Rules
{
    public const string Json = "json";
    public const string Key = "key";
    public const string Version = "version";
    public const string Stream = "stream";
    public const string Model = "model";
    public const string Shape = "shape";
    public const string Roles = "roles";
    public const string EmptyContent = "empty-content";
    public const string CallWithoutResult = "call-without-result";
    public const string ResultWithoutCall = "result-without-call";
    public const string TwoResults = "two-results";
    public const string ResultOrder = "result-order";
    public const string CallId = "call-id";
    public const string ToolName = "tool-name";
    public const string UndeclaredTool = "undeclared-tool";
    public const string ToolSchema = "tool-schema";
    public const string MaxTokens = "max-tokens";
    public const string CacheMarkers = "cache-markers";
    public const string Reasoning = "reasoning";
    public const string ContextSize = "num-ctx";
    public const string Prefix = "prefix";

    /// <summary>The test's own script is wrong: it threw, or named a point its reply never reaches.</summary>
    public const string Script = "script";
}
