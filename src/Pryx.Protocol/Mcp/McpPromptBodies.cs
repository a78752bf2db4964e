namespace Pryx.Protocol.Mcp;

public sealed record McpPromptsBody(IReadOnlyList<McpPromptBody> Prompts);

/// <summary>Something that a server offers to be said, with words of the user's in it.</summary>
/// <param name="Command">What a message begins with to be it: <c>/server:name</c>, then the arguments in their order.</param>
public sealed record McpPromptBody(string Server, string Name, string Command, string? Description, IReadOnlyList<McpPromptArgument> Arguments);

public sealed record McpPromptArgument(string Name, bool Required, string? Description);
