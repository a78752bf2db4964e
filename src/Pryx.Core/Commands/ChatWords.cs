using System.Text;
using Pryx.Core.Tools;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Commands;

/// <summary>A word of Pryx's own that is no message but something to be done.</summary>
/// <param name="Name">Without the slash, in small letters.</param>
/// <param name="Hint">What may stand behind it; null for nothing.</param>
/// <param name="BecomesAsync">What is to be done instead, from what stands behind the word.</param>
public sealed record ChatWord(string Name, string? Hint, string Description, Func<string, ToolScope, CancellationToken, ValueTask<Func<StartTurn, StartTurn>>> BecomesAsync)
{
    /// <summary>For one that need look at nothing.</summary>
    public static ChatWord Of(string name, string? hint, string description, Func<StartTurn, string, StartTurn> becomes) =>
        new(name, hint, description, (arguments, _, _) => ValueTask.FromResult<Func<StartTurn, StartTurn>>(request => becomes(request, arguments)));

    /// <summary>The turn says it, and asks no model.</summary>
    public static StartTurn Say(StartTurn request, string text) => request with { Say = text, Delivery = Delivery.Queue, KeepsSessionModel = true };
}

/// <summary>The table of them, and <c>/help</c>, which lists everything that a message may begin with.</summary>
/// <param name="all">Whoever else knows words, in their order.</param>
public sealed class ChatWords(IReadOnlyList<ChatWord> words, Func<IReadOnlyList<IInputExpansion>> all) : IInputExpansion
{
    /// <summary><c>/compact</c>: the summary that makes room, by hand.</summary>
    public static ChatWord Compact { get; } = ChatWord.Of("compact", "[what to pay attention to]", "Summarise the conversation so far, to make room in the context window", static (request, focus) => request with
    {
        Compact = new() { Instructions = focus.Length == 0 ? null : focus[..Math.Min(focus.Length, 4_000)] },
        Delivery = Delivery.Queue,
        KeepsSessionModel = true,
    });

    private static readonly InputWord Help = new("help", "built-in", "What a message may begin with");

    public IReadOnlyList<InputWord> Words(ToolScope scope, CancellationToken cancellationToken) =>
        [.. words.Select(static word => new InputWord(word.Name, "built-in", word.Description, word.Hint)), Help];

    public async ValueTask<InputExpansion?> ExpandAsync(string text, ToolScope scope, CancellationToken cancellationToken)
    {
        var end = text.AsSpan().IndexOfAny(' ', '\n', '\t');
        var (name, arguments) = end < 0 ? (text[1..], "") : (text[1..end], text[end..].Trim());
        if (name.Equals(Help.Name, StringComparison.OrdinalIgnoreCase))
        {
            var list = Listing(scope, cancellationToken);
            return new("") { Becomes = request => ChatWord.Say(request, list) };
        }
        return words.FirstOrDefault(word => word.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } known
            ? new("") { Becomes = await known.BecomesAsync(arguments, scope, cancellationToken) }
            : null;
    }

    private string Listing(ToolScope scope, CancellationToken cancellationToken)
    {
        var text = new StringBuilder("A message may begin with:");
        foreach (var word in all().SelectMany(one => one.Words(scope, cancellationToken)).DistinctBy(static word => word.Name, StringComparer.OrdinalIgnoreCase))
        {
            text.Append("\n/").Append(word.Name).Append(word.Hint is { } hint ? $" {hint}" : "").Append(word.Description.Length > 0 ? $" – {word.Description}" : "").Append(word.Kind == "built-in" ? "" : $" ({word.Kind})");
        }
        return text.Append("\n/server:prompt – a prompt of an MCP server").Append("\n@path, @path:10-40, @\"a path\", @https://… – read it with the message").ToString();
    }
}
