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

    /// <param name="configured">Models that could be asked instead.</param>
    /// <exception cref="PryxException">MODEL_CANNOT_READ, with models that can. Nothing is held against a model of which nothing is known.</exception>
    public static void Require(ModelInfo model, IReadOnlyList<Attachment> attachments, Func<IEnumerable<ModelInfo>> configured)
    {
        if (attachments.Count == 0 || model.ContextWindow is null || ModelFit.Misfit(model with { ContextWindow = null, MaxInput = null }, NeedsOf(attachments)) is not { } why)
        {
            return;
        }
        var needs = NeedsOf(attachments);
        List<ModelRef> others = [.. configured().Where(other => ModelFit.Misfit(other with { ContextWindow = null, MaxInput = null }, needs) is null).Select(static other => other.Ref).Distinct().Take(MostSuggestions)];
        throw new PryxException(
            "MODEL_CANNOT_READ", $"{model.DisplayName ?? model.Ref.ToString()} {why}; nothing was sent.",
            (others.Count > 0 ? $"use a model that does: --model {string.Join(", or --model ", others)}" : "use a model that does: pryx model list shows what each takes")
            + (needs.Documents > 0 ? "; or attach the PDF's text (pdftotext FILE - makes it)" : ""));
    }
}
