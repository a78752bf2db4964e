using Microsoft.Extensions.AI;
using Pryx.Protocol;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Context;

/// <summary>
/// Turns items into what the model sees: the only place where our items become chat messages. The same items always give the same
/// messages, and more items only add to the end, so that a provider's cache holds from step to step and over restarts.
/// </summary>
public static class ContextBuilder
{
    public static List<ChatMessage> Build(string instructions, IReadOnlyList<Item> items)
    {
        var view = new ContextView(items);
        var messages = new List<ChatMessage>(items.Count + 1) { new(ChatRole.System, SummaryText.Under(instructions, view.Active)) };
        var results = ResultsByCall(items);
        var assistant = default(AssistantStep?);
        var strange = new Queue<Summary>(view.Active.Where(summary => !SummaryText.IsForSystem(summary)));

        foreach (var item in items)
        {
            // What a stranger had a part in is said where it happened, with no more weight than any message.
            while (strange.TryPeek(out var next) && next.FromSeq <= item.Seq)
            {
                assistant?.Close(messages, results, view);
                assistant = null;
                messages.Add(new ChatMessage(ChatRole.User, strange.Dequeue().Text));
            }
            if (item is Summary { Of: not (SummaryOf.TakenBack or SummaryOf.BroughtBack) } || view.IsHidden(item))
            {
                continue;
            }
            if (assistant is { } open && !open.Continues(item))
            {
                open.Close(messages, results, view);
                assistant = null;
            }
            switch (item)
            {
                case UserMessage user:
                    messages.Add(UserMessage(user, view.WholeTextOf(user)));
                    break;
                case Summary { Text.Length: 0 }:
                    break;
                case Summary told:
                    messages.Add(new ChatMessage(ChatRole.User, told.Text));
                    break;
                case ToolCall call when call.IsMention():
                    messages.Add(Mentioned(call, results.GetValueOrDefault((call.TurnId, call.CallId)), view));
                    break;
                case Reasoning or Reply or ToolCall:
                    assistant ??= new AssistantStep(item.TurnId, item.Step);
                    assistant.Add(item);
                    break;
                case Notice { IsForModel: true } news:
                    messages.Add(new ChatMessage(ChatRole.User, NewsText(news)));
                    break;
                default:
                    break; // Results go behind their calls; approvals and notices are for people.
            }
        }
        assistant?.Close(messages, results, view);
        return messages;
    }

    // Nobody may take it for the user's word.
    internal static string NewsText(Notice news) => $"[From Pryx, not from the user] {news.Text}";

    /// <summary>The least trusted text among the items, and where it came from.</summary>
    public static (Provenance Provenance, string? Source) TaintOf(IReadOnlyList<Item> items)
    {
        for (var i = items.Count - 1; i >= 0; i--)
        {
            if (items[i].Provenance == Provenance.Untrusted)
            {
                return (Provenance.Untrusted, items[i].Source);
            }
        }
        return (Provenance.User, null);
    }

    // Ids are unique within a turn only.
    private static Dictionary<(TurnId?, string), ToolResult> ResultsByCall(IReadOnlyList<Item> items)
    {
        var results = new Dictionary<(TurnId?, string), ToolResult>();
        foreach (var result in items.OfType<ToolResult>())
        {
            results.TryAdd((result.TurnId, result.CallId), result);
        }
        return results;
    }

    private static ChatMessage UserMessage(UserMessage user, string text)
    {
        var contents = new List<AIContent>(1 + user.Attachments.Count);
        if (text.Length > 0)
        {
            contents.Add(new TextContent(text));
        }
        contents.AddRange(user.Attachments.Select(Image));
        return new ChatMessage(ChatRole.User, contents);
    }

    // What the user has named is the user's to show: no model has called for it, and a model that thinks is not made to have done so without a thought.
    private static ChatMessage Mentioned(ToolCall call, ToolResult? result, ContextView view) => new(ChatRole.User,
    [
        new TextContent($"[{call.Name} {call.Arguments}, for what the user names{(result is { Status: not ToolStatus.Completed } ? "; it did not succeed" : "")}:]\n{(result is null ? "no result was recorded" : view.OutputOf(result))}\n[end of {call.Name}]"),
        .. result?.Attachments.Select(Image) ?? [],
    ]);

    private static DataContent Image(Attachment attachment) => new(Convert.FromBase64String(attachment.Base64), attachment.MediaType) { Name = attachment.Name };

    private sealed class AssistantStep(TurnId? turn, int step)
    {
        private readonly List<AIContent> _contents = [];
        private readonly List<ToolCall> _calls = [];

        // Results and notices of the step stand between its items and the next message without ending it.
        public bool Continues(Item item) => item is ToolResult or ApprovalRecord or Notice { IsForModel: false } || (item is not (Protocol.Items.UserMessage or Notice) && !(item is ToolCall call && call.IsMention()) && item.TurnId == turn && item.Step == step);

        public void Add(Item item)
        {
            _contents.Add(item switch
            {
                Reasoning reasoning => Tagged(new TextReasoningContent(reasoning.Text), reasoning.Opaque),
                Reply reply => Tagged(new TextContent(reply.Text), reply.Opaque),
                ToolCall call => Call(call),
                _ => throw new ArgumentOutOfRangeException(nameof(item)),
            });
        }

        public void Close(List<ChatMessage> messages, Dictionary<(TurnId?, string), ToolResult> results, ContextView view)
        {
            messages.Add(new ChatMessage(ChatRole.Assistant, _contents));
            if (_calls.Count == 0)
            {
                return;
            }
            // Every call has a result behind it in the model's order, whatever order they ended in: providers refuse anything else.
            var contents = new List<AIContent>(_calls.Count);
            foreach (var call in _calls)
            {
                var result = results.GetValueOrDefault((call.TurnId, call.CallId));
                var content = new FunctionResultContent(call.CallId, result is null ? "interrupted: no result was recorded, the outcome is unknown" : view.OutputOf(result));
                if (result is not { Status: ToolStatus.Completed })
                {
                    (content.AdditionalProperties = [])[WireKeys.IsError] = true;
                }
                contents.Add(content);
                contents.AddRange(result?.Attachments.Select(Image) ?? []);
            }
            messages.Add(new ChatMessage(ChatRole.Tool, contents));
        }

        private FunctionCallContent Call(ToolCall call)
        {
            _calls.Add(call);
            var content = Tagged(new FunctionCallContent(call.CallId, call.Name), call.Opaque);
            (content.AdditionalProperties ??= [])[WireKeys.RawArguments] = call.Arguments;
            return content;
        }

        private static TContent Tagged<TContent>(TContent content, OpaqueData? opaque)
            where TContent : AIContent
        {
            if (opaque is not null)
            {
                (content.AdditionalProperties ??= [])[WireKeys.Opaque] = opaque;
            }
            return content;
        }
    }
}
