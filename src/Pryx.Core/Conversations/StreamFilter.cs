using Microsoft.AspNetCore.Http;

namespace Pryx.Core.Conversations;

/// <summary>How much of a kind of event a reader wants.</summary>
public enum Detail { None, Summary, Full }

/// <summary>What a reader of a turn sees of its thinking and its tools (A5.8). What is filtered out keeps its number.</summary>
public readonly record struct StreamFilter(Detail Thinking, Detail Tools)
{
    private static readonly string[] ToolEvents = ["exec_", "mcp_tool_call_", "tool_call_", "ts_exec_"];

    /// <summary>From the query: a format wins over a level.</summary>
    /// <exception cref="Protocol.Errors.PryxException">VALIDATION_ERROR</exception>
    public static StreamFilter Of(HttpContext http)
    {
        var issues = new List<ConversationIssue>();
        var thinking = Read(http, issues, "thinkingFormat", ["none", "summary", "full"]) ?? Read(http, issues, "thinkingLevel", ["none", "full"]) ?? Detail.Full;
        var tools = Read(http, issues, "toolFormat", ["none", "summary", "full"]) ?? Read(http, issues, "toolLevel", ["none", "full"]) ?? Detail.None;
        // The weaker one is no less wrong for being overridden.
        Read(http, issues, "thinkingLevel", ["none", "full"]);
        Read(http, issues, "toolLevel", ["none", "full"]);
        return issues.Count == 0 ? new(thinking, tools) : throw ConversationErrors.Invalid([.. issues.Distinct()]);
    }

    public bool Shows(StreamFrame frame)
    {
        if (frame.Event == "agent_reasoning" || frame.Event == "thinking_delta")
        {
            return Thinking == Detail.Full;
        }
        if (frame.Event.StartsWith("thinking_", StringComparison.Ordinal))
        {
            return Thinking != Detail.None;
        }
        if (frame.Event == "pryx-event" && Thinking == Detail.None && frame.Mentions("reasoning"))
        {
            return false;
        }
        return Tools != Detail.None || !IsOfTool(frame);
    }

    /// <summary>Whether arguments and output go along.</summary>
    public bool ShowsDetails(StreamFrame frame) => Tools == Detail.Full || !IsOfTool(frame);

    private static bool IsOfTool(StreamFrame frame) => Array.Exists(ToolEvents, prefix => frame.Event.StartsWith(prefix, StringComparison.Ordinal));

    private static Detail? Read(HttpContext http, List<ConversationIssue> issues, string name, string[] words)
    {
        if (!http.Request.Query.TryGetValue(name, out var given))
        {
            return null;
        }
        if (given is [{ } word] && words.Contains(word, StringComparer.Ordinal))
        {
            return word switch { "none" => Detail.None, "summary" => Detail.Summary, _ => Detail.Full };
        }
        issues.Add(new(name, $"one of {string.Join(", ", words)} is expected"));
        return null;
    }
}
