using Pryx.Core.Tools;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Turns;

/// <summary>What the first word of a message stands for, once everybody who may know was asked.</summary>
/// <param name="Notes">For the user.</param>
internal sealed record InputWords(InputExpansion? Expansion, IReadOnlyList<string> Notes)
{
    public static InputWords None { get; } = new(null, []);

    /// <summary>The first who knows it is believed.</summary>
    public static async Task<InputWords> ExpandAsync(IReadOnlyList<IInputExpansion> expansions, string text, ToolScope scope, CancellationToken cancellationToken)
    {
        foreach (var expansion in expansions)
        {
            if (await expansion.ExpandAsync(text, scope, cancellationToken) is { } found)
            {
                return new(found, found.Notes);
            }
        }
        return None;
    }

    /// <summary>The request with what its word brings.</summary>
    public StartTurn Of(StartTurn request)
    {
        if (Expansion is not { } found)
        {
            return request;
        }
        var isTurnOfItsOwn = found.Narrowed is not null || found.Model is not null;
        return request with
        {
            Expansion = found.Text.Length == 0 ? null : found.Text,
            ExpansionSource = found.Source,
            Mentions = found.Mentions.Count == 0 ? null : found.Mentions,
            Narrowed = found.Narrowed,
            Model = request.Model ?? found.Model,
            KeepsSessionModel = request.KeepsSessionModel || (request.Model is null && found.Model is not null),
            // A turn that runs keeps the tools and the model that it has.
            Delivery = isTurnOfItsOwn ? Delivery.Queue : request.Delivery,
        };
    }
}

/// <summary>Where nothing is looked up.</summary>
internal sealed class NoMentions : IMentionFinder
{
    public FoundMentions Find(string text, ToolScope scope) => FoundMentions.None;
}
