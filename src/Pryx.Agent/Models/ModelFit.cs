using System.Globalization;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Models;

/// <summary>Whether a model can take a call. What is not known of a model does not speak against it.</summary>
public static class ModelFit
{
    // A reply needs some room, whatever it is going to say.
    private const int LeastReply = 1_024;

    /// <summary>Why it can not, as the end of a sentence that begins with its name; null when it can.</summary>
    public static string? Misfit(ModelInfo model, CallNeeds needs)
    {
        if (needs.Tools > 0 && !model.SupportsTools)
        {
            return "calls no tools";
        }
        if (model.MaxToolsPerRequest is { } tools && needs.Tools > tools)
        {
            return Text($"takes {tools} tools, {needs.Tools} are offered");
        }
        if (needs.Images > 0 && !model.SupportsImages)
        {
            return "takes no images";
        }
        if (model.MaxImagesPerRequest is { } images && needs.Images > images)
        {
            return Text($"takes {images} images, there are {needs.Images}");
        }
        if (needs.Documents > 0 && !model.InputModalities.Contains("pdf"))
        {
            return "takes no PDF files";
        }
        if (needs.Reasoning && !model.SupportsReasoning)
        {
            return "does not reason";
        }
        if (model.MaxOutput is { } output && needs.MaxOutputTokens > output)
        {
            return Text($"answers with at most {output:N0} tokens");
        }
        if (model.MaxInput is { } input && needs.InputTokens > input)
        {
            return Text($"takes {input:N0} tokens, the request has about {needs.InputTokens:N0}");
        }
        return model.ContextWindow is { } window && needs.InputTokens + Math.Min(needs.MaxOutputTokens ?? LeastReply, LeastReply) > window
            ? Text($"holds {window:N0} tokens, the request has about {needs.InputTokens:N0}")
            : null;
    }

    /// <summary>The request is too large for its window, whatever else it can take.</summary>
    public static bool IsTooSmall(ModelInfo model, CallNeeds needs) => Misfit(model, needs) is not null && Misfit(model, needs with { InputTokens = 0 }) is null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
