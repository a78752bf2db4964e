using Pryx.Protocol.Items;

namespace Pryx.Core.Tools;

/// <summary>Knows what an <c>@path</c> or an <c>@https://…</c> in a text names.</summary>
public interface IMentionFinder
{
    /// <summary>Looks whether the files are there; reads none of them.</summary>
    FoundMentions Find(string text, ToolScope scope);
}

/// <param name="Mentions">In the order of the text, each once.</param>
/// <param name="Notes">What looks like a mention and is not read, and why, in words for the user.</param>
public sealed record FoundMentions(IReadOnlyList<Mention> Mentions, IReadOnlyList<string> Notes)
{
    public static FoundMentions None { get; } = new([], []);
}
