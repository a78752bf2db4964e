using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Context;

/// <summary>What one item adds to a request.</summary>
/// <param name="Tokens">Estimated, images left out.</param>
/// <param name="Bytes">What no provider's count of it exceeds, images left out.</param>
/// <param name="Reasoning">The part of the estimate that is reasoning; by the provider's count where it gave one.</param>
internal readonly record struct ItemWeight(long Tokens, long Bytes, int Images = 0, long Reasoning = 0)
{
    // What wires and chat templates write around an item; the second is far more than any of them does.
    private const long Around = 4;
    private const long AroundAtMost = 40;

    public static ItemWeight Of(Item item, TokenWeights weights, ContextView? view = null) => item switch
    {
        UserMessage message => (OfText(view?.WholeTextOf(message) ?? message.Text + message.Expansion, weights) with { Images = message.Attachments.Count }).Plus(DocumentWeight.Tokens(message.Attachments), DocumentWeight.AtMost(message.Attachments)),
        Reply reply => OfText(reply.Text, weights, reply.Opaque),
        Reasoning reasoning => OfReasoning(reasoning, weights),
        ToolCall call => OfText(call.Arguments, weights, call.Opaque).Plus(TokenEstimate.Of(call.Name, weights) + 8, call.Name.Length + call.CallId.Length),
        ToolResult result => OfText(view?.OutputOf(result) ?? result.Output, weights).Plus(4, result.CallId.Length) with { Images = result.Attachments.Count },
        Summary { Of: SummaryOf.Everything or SummaryOf.TakenBack or SummaryOf.BroughtBack } summary => OfText(summary.Text, weights),
        Notice { IsForModel: true } news => OfText(ContextBuilder.NewsText(news), weights),
        // The other summaries change what is read of other items, and are not read themselves.
        _ => default,
    };

    public static ItemWeight OfText(string text, TokenWeights weights, OpaqueData? opaque = null) =>
        new(TokenEstimate.Of(text, weights) + Around, TokenEstimate.AtMost(text) + (opaque?.Data.Length ?? 0) + AroundAtMost);

    private static ItemWeight OfReasoning(Reasoning reasoning, TokenWeights weights)
    {
        var data = reasoning.Opaque?.Data.Length ?? 0;
        // Encrypted reasoning is about five characters of base64 for a token of what was thought.
        var tokens = reasoning.Tokens ?? (reasoning.Text.Length > 0 ? TokenEstimate.Of(reasoning.Text, weights) : data / 5);
        return new(tokens, Math.Max(tokens, TokenEstimate.AtMost(reasoning.Text) + data) + AroundAtMost, Reasoning: tokens);
    }

    private ItemWeight Plus(long tokens, long bytes) => this with { Tokens = Tokens + tokens, Bytes = Bytes + bytes };
}

/// <summary>What PDF files take beyond an image's weight: their pages are not counted here, so it is told from their size.</summary>
internal static class DocumentWeight
{
    // Of base64: a page of text is some kilobytes in the file and some two thousand tokens as text and picture.
    private const int CharactersPerToken = 24;
    private const int CharactersPerTokenAtMost = 3;

    public static long Tokens(IReadOnlyList<Attachment> attachments) => Characters(attachments) / CharactersPerToken;

    public static long AtMost(IReadOnlyList<Attachment> attachments) => Characters(attachments) / CharactersPerTokenAtMost;

    private static long Characters(IReadOnlyList<Attachment> attachments) =>
        attachments.Count == 0 ? 0 : attachments.Where(static attachment => attachment.MediaType == "application/pdf").Sum(static attachment => (long)attachment.Base64.Length);
}

/// <summary>What an image takes: providers count by its size in tiles, which is not known without decoding it.</summary>
internal static class ImageWeight
{
    public const long Tokens = 1_200;

    // Of the providers' own formulas at the largest size they take; this one family counts its small images dearly.
    public static long AtMost(ModelInfo model) => model.Ref.Model.Contains("gpt-4o-mini", StringComparison.OrdinalIgnoreCase) ? 48_200 : 6_000;
}
