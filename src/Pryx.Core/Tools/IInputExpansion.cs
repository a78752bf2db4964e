using Pryx.Protocol.Sessions;

namespace Pryx.Core.Tools;

/// <summary>Knows what a <c>/name</c> at the beginning of a user's message stands for: skills, custom commands.</summary>
public interface IInputExpansion
{
    /// <summary>What the model reads behind the message; null when the word stands for nothing here, and is a text like any other.</summary>
    /// <param name="text">The message, beginning with a slash; secrets in it are masked.</param>
    /// <param name="scope">Where the turn happens.</param>
    ValueTask<InputExpansion?> ExpandAsync(string text, ToolScope scope, CancellationToken cancellationToken);
}

/// <param name="Text">What the model reads behind the message.</param>
/// <param name="Source">Whose words they are where the user does not vouch for them: the message is untrusted from then on. Null for the user's own.</param>
public sealed record InputExpansion(string Text, string? Source = null)
{
    /// <summary>
    /// For a word that is no message but something to be done, such as <c>/compact</c>: the request it stands for, made of the one that
    /// says it. Null for what only adds words.
    /// </summary>
    public Func<StartTurn, StartTurn>? Becomes { get; init; }
}
