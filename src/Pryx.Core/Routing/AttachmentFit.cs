using Pryx.Agent.Models;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Core.Routing;

/// <summary>Whether a model takes what is attached to a message, found out before the message is stored.</summary>
internal static class AttachmentFit
{
    private const int MostSuggestions = 3;

    public static CallNeeds NeedsOf(IReadOnlyList<Attachment> attachments)
    {
        var documents = attachments.Count(static attachment => attachment.MediaType == "application/pdf");
        return new() { Images = attachments.Count - documents, Documents = documents };
    }

    /// <param name="models">The turn's own first, then those that may step in for it.</param>
    /// <param name="configured">Models that could be asked instead.</param>
    /// <exception cref="PryxException">MODEL_CANNOT_READ, with models that can. Nothing is held against a model of which nothing is known.</exception>
    public static void Require(IReadOnlyList<ModelInfo> models, IReadOnlyList<Attachment> attachments, Func<IEnumerable<ModelInfo>> configured)
    {
        var (model, needs) = (models[0], NeedsOf(attachments));
        if (attachments.Count == 0 || models.Any(static known => known.ContextWindow is null) || ModelFit.Misfit(Boundless(model), needs) is not { } why || models.Skip(1).Any(other => ModelFit.Misfit(Boundless(other), needs) is null))
        {
            return;
        }
        List<ModelRef> others = [.. configured().Where(other => ModelFit.Misfit(Boundless(other), needs) is null).Select(static other => other.Ref).Distinct().Take(MostSuggestions)];
        throw new PryxException(
            "MODEL_CANNOT_READ", $"{model.DisplayName ?? model.Ref.ToString()} {why}; nothing was sent.",
            (others.Count > 0 ? $"use a model that does: --model {string.Join(", or --model ", others)}" : "use a model that does: pryx model list shows what each takes")
            + (needs.Documents > 0 ? "; or attach the PDF's text (pdftotext FILE - makes it)" : ""));
    }

    // How long the message is, is found out elsewhere.
    private static ModelInfo Boundless(ModelInfo model) => model with { ContextWindow = null, MaxInput = null };
}
