using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Tools;

/// <summary>Knows what a <c>/name</c> at the beginning of a user's message stands for: skills, custom commands.</summary>
public interface IInputExpansion
{
    /// <summary>What the model reads behind the message; null when the word stands for nothing here, and is a text like any other.</summary>
    /// <param name="text">The message, beginning with a slash; secrets in it are masked.</param>
    /// <param name="scope">Where the turn happens.</param>
    ValueTask<InputExpansion?> ExpandAsync(string text, ToolScope scope, CancellationToken cancellationToken);

    /// <summary>The words that stand for something here, in an order to show them in; without those that would first have to be asked of somebody.</summary>
    IReadOnlyList<InputWord> Words(ToolScope scope, CancellationToken cancellationToken) => [];
}

/// <summary>A word that a message may begin with.</summary>
/// <param name="Name">Without the slash.</param>
/// <param name="Kind">built-in, command or skill.</param>
/// <param name="Description">One line.</param>
/// <param name="Hint">What may stand behind it; null for nothing in particular.</param>
public sealed record InputWord(string Name, string Kind, string Description, string? Hint = null);

/// <param name="Text">What the model reads behind the message.</param>
/// <param name="Source">Whose words they are where the user does not vouch for them: the message is untrusted from then on. Null for the user's own.</param>
public sealed record InputExpansion(string Text, string? Source = null)
{
    /// <summary>
    /// For a word that is no message but something to be done, such as <c>/compact</c>: the request it stands for, made of the one that
    /// says it. Null for what only adds words.
    /// </summary>
    public Func<StartTurn, StartTurn>? Becomes { get; init; }

    /// <summary>Calls that the words ask for before the model answers; each is judged like any other.</summary>
    public IReadOnlyList<Mention> Mentions { get; init; } = [];

    /// <summary>The only tools of the turn; null for all.</summary>
    public NarrowedTools? Narrowed { get; init; }

    /// <summary>The model of this turn alone, where the user has named none; null for the session's.</summary>
    public string? Model { get; init; }

    /// <summary>What the user should know of it.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
