namespace Pryx.Core.Conversations;

/// <summary>A session as the conversation API shows it (A4); what is absent is null, never left out.</summary>
/// <param name="CreatedAt">ISO-8601, UTC, milliseconds.</param>
/// <param name="Title">What somebody gave it; null while it only has the one that Pryx took from its first message.</param>
/// <param name="History">Empty on create and in lists.</param>
public sealed record Conversation(
    string ConversationId, string CreatedAt, string UpdatedAt, string ModelProviderId, string ModelProviderApi, string Model,
    string? Title, string? Summary, string? Parent, string? AgentRole, IReadOnlyList<string> Tags, IReadOnlyList<HistoryEntry> History);

/// <param name="Role">user or assistant.</param>
public sealed record HistoryEntry(string Role, string Content);

/// <param name="NextCursor">Null when nothing follows.</param>
public sealed record ConversationPage(IReadOnlyList<Conversation> Conversations, string? NextCursor);

/// <summary>What a new conversation is made of.</summary>
public sealed record NewConversation(string ModelProviderId, string ModelProviderApi, string Model)
{
    public string? Title { get; init; }
    public string? Summary { get; init; }
    public IReadOnlyList<string>? Tags { get; init; }
    public string? AgentRole { get; init; }
}

/// <summary>What is to change; null stays as it is.</summary>
public sealed record ConversationPatch
{
    public Change? Title { get; init; }
    public Change? Summary { get; init; }
    public Change? AgentRole { get; init; }
    public IReadOnlyList<string>? Tags { get; init; }
    public string? ModelProviderId { get; init; }
    public string? ModelProviderApi { get; init; }
    public string? Model { get; init; }

    /// <summary>It is part of the making of a conversation: the time of its last change stays that of its creation.</summary>
    public bool IsCreation { get; init; }
}

/// <param name="Value">Null clears.</param>
public readonly record struct Change(string? Value);

/// <summary>The fields a patch may have, for the document.</summary>
public sealed record ConversationFields(string? Title, string? Summary, IReadOnlyList<string>? Tags, string? AgentRole, string? ModelProviderId, string? ModelProviderApi, string? Model);

/// <param name="Message">Not blank.</param>
public sealed record NewMessage(string Message, string? ModelProviderId, string? ModelProviderApi, string? Model);

/// <summary>202: the turn is stored and runs.</summary>
public sealed record AcceptedMessage(string TurnId, string ConversationId, string StreamUrl, string StatusUrl);
