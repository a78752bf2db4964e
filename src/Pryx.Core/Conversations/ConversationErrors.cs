using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Conversations;

/// <param name="Path">The field.</param>
/// <param name="Message">What is wrong with it.</param>
public sealed record ConversationIssue(string Path, string Message);

public sealed record ConversationIssues(IReadOnlyList<ConversationIssue> Errors);

/// <summary>What the contract's A2 says of errors, in one place.</summary>
internal static class ConversationErrors
{
    public static PryxException NoConversation() => new("NOT_FOUND", "Conversation not found");

    public static PryxException NoTurn() => new("NOT_FOUND", "Turn not found");

    public static PryxException NoStream() => new("NOT_FOUND", "The events of this turn are no longer kept (CLIENT_STREAM_TTL_SECONDS); its result still is");

    /// <summary>One thing is wrong, and this sentence says it.</summary>
    public static PryxException Invalid(string field, string message) => Invalid(message, [new(field, message)]);

    /// <summary>As <c>field: reason; field2: reason</c>.</summary>
    public static PryxException Invalid(IReadOnlyList<ConversationIssue> issues) => Invalid(string.Join("; ", issues.Select(issue => $"{issue.Path}: {issue.Message}")), issues);

    /// <exception cref="PryxException">NOT_FOUND: also for what is no UUID.</exception>
    public static SessionId Conversation(string id) => SessionId.TryParse(id, out var session) ? session : throw NoConversation();

    private static PryxException Invalid(string message, IReadOnlyList<ConversationIssue> issues) => new("VALIDATION_ERROR", message)
    {
        Details = JsonSerializer.SerializeToElement(new(issues), ConversationJson.Default.ConversationIssues),
    };
}
