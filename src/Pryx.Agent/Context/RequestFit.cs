using Microsoft.Extensions.AI;
using Pryx.Agent.Tools;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Context;

/// <summary>
/// Takes out of a request what its model can not read and what can be done without: tools, tool calls of another model, old images. What
/// was left out is told; what the user has just sent is never left out, it is refused. The same items always give the same request.
/// </summary>
public static class RequestFit
{
    /// <param name="newestImages">How many of its images came with what the model is to answer: they are never left out.</param>
    public static FittedRequest Of(ModelInfo model, List<ChatMessage> messages, ToolSet tools, int newestImages)
    {
        var notices = new List<Notice>();
        var declarations = ToolsFor(model, tools, notices);
        if (!model.SupportsTools)
        {
            messages = messages.ConvertAll(InWords);
        }
        var images = FitImages(model, messages, newestImages, notices);
        return new(messages, declarations, images, notices);
    }

    private static IList<AITool> ToolsFor(ModelInfo model, ToolSet tools, List<Notice> notices)
    {
        if (!model.SupportsTools)
        {
            if (tools.Declarations.Count > 0)
            {
                notices.Add(new Notice("limit", $"{model.Ref} can not use tools: it answers from what it knows and what was said."));
            }
            return [];
        }
        if (model.MaxToolsPerRequest is not { } most || tools.Declarations.Count <= most)
        {
            return tools.Declarations;
        }
        // Our own stand before what was added to them.
        notices.Add(new Notice("limit", $"{model.Ref} takes at most {most} tools in a request; left out: {string.Join(", ", tools.Declarations.Skip(most).Select(tool => tool.Name))}."));
        return [.. tools.Declarations.Take(most)];
    }

    private static int FitImages(ModelInfo model, List<ChatMessage> messages, int newestImages, List<Notice> notices)
    {
        var all = messages.Sum(message => message.Contents.Count(IsImage));
        var most = RequestLimits.TakesImages(model) ? model.MaxImagesPerRequest ?? int.MaxValue : 0;
        var surplus = Math.Min(all - most, all - newestImages);
        if (surplus <= 0)
        {
            return all;
        }
        var kept = messages.Where(message => message.Role == ChatRole.User).SelectMany(message => message.Contents).Where(IsImage).TakeLast(newestImages).ToHashSet(ReferenceEqualityComparer.Instance);
        var left = surplus;
        foreach (var message in messages)
        {
            for (var i = 0; i < message.Contents.Count && left > 0; i++)
            {
                if (IsImage(message.Contents[i]) && !kept.Contains(message.Contents[i]))
                {
                    message.Contents[i] = new TextContent("[an image was here; it was left out of this request]");
                    left--;
                }
            }
        }
        notices.Add(new Notice("limit", most == 0
            ? $"{model.Ref} takes no images: {surplus} of earlier messages are left out."
            : $"{model.Ref} takes at most {most} images in a request: the oldest {surplus} are left out."));
        return all - surplus;
    }

    private static bool IsImage(AIContent content) => content is DataContent;

    // A model that never heard of tools refuses calls in its history, but can read about them.
    private static ChatMessage InWords(ChatMessage message)
    {
        if (!message.Contents.Any(content => content is FunctionCallContent or FunctionResultContent))
        {
            return message;
        }
        var role = message.Role == ChatRole.Tool ? ChatRole.User : message.Role;
        return new ChatMessage(role, [.. message.Contents.Select(content => content switch
        {
            FunctionCallContent call => new TextContent($"[called {call.Name} {call.AdditionalProperties?[WireKeys.RawArguments]}]\n"),
            FunctionResultContent result => new TextContent($"[result: {result.Result}]\n"),
            _ => content,
        })]);
    }
}

/// <param name="Images">How many are left in it.</param>
/// <param name="Notices">What was left out, for the user.</param>
public sealed record FittedRequest(List<ChatMessage> Messages, IList<AITool> Tools, int Images, IReadOnlyList<Notice> Notices);
