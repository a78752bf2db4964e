using Microsoft.Extensions.AI;
using Pryx.Providers.Http;

namespace Pryx.Providers.OpenAIChat;

/// <summary>Where a request carries its cache markers, for the servers that hand them on.</summary>
internal static class CacheMarks
{
    /// <summary>Claude caches at markers only; Gemini by itself, and more surely at a marker.</summary>
    public static bool AreTakenBy(string model)
    {
        var name = model.AsSpan().TrimStart('~');
        return name.StartsWith("anthropic/", StringComparison.Ordinal) || name.StartsWith("google/gemini", StringComparison.Ordinal);
    }

    /// <summary>
    /// Two that move: the end of the user's newest words or results, where the cache is written, and the end of those a step
    /// before, where this request finds what the last one wrote. With the system prompt's there are never more than three.
    /// </summary>
    public static HashSet<AIContent> Of(IReadOnlyList<ChatMessage> messages)
    {
        var marked = new HashSet<AIContent>(ReferenceEqualityComparer.Instance);
        var isFound = false;
        for (var i = messages.Count - 1; i >= 0 && marked.Count < 2; i--)
        {
            // One for each stretch between two replies.
            if (messages[i].Role == ChatRole.Assistant)
                isFound = false;
            else if (messages[i].Role != ChatRole.System && !isFound && messages[i].Contents.LastOrDefault(CanBe) is { } last)
                isFound = marked.Add(last);
        }
        return marked;
    }

    private static bool CanBe(AIContent content) => content switch
    {
        TextContent text => !string.IsNullOrWhiteSpace(text.Text),
        FunctionResultContent result => !string.IsNullOrWhiteSpace(result.ResultText()),
        _ => false,
    };
}
