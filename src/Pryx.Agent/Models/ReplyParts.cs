using System.Text;
using Microsoft.Extensions.AI;
using Pryx.Agent.Turns;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Agent.Models;

/// <summary>The parts of a reply in the order they came: a part goes on until another kind begins.</summary>
internal sealed class ReplyParts(TurnSetup setup, int step)
{
    private readonly List<Item> _items = [];
    private readonly StringBuilder _text = new();
    private bool _isReasoning;

    public void AddText(string? text, OpaqueData? opaque) => Add(text, opaque, isReasoning: false);

    public void AddReasoning(string? text, OpaqueData? opaque) => Add(text, opaque, isReasoning: true);

    public void AddCall(FunctionCallContent call, OpaqueData? opaque)
    {
        Close(null);
        var arguments = (call.AdditionalProperties?.GetValueOrDefault(WireKeys.RawArguments) as string) ?? "{}";
        _items.Add(Stamp(new ToolCall(call.CallId, call.Name, setup.Tools.PolicyNameOf(call.Name, arguments), arguments) { Opaque = opaque }));
    }

    public List<Item> Take()
    {
        Close(null);
        return _items;
    }

    public string TakeText()
    {
        Close(null);
        return string.Concat(_items.OfType<Reply>().Select(reply => reply.Text));
    }

    private void Add(string? text, OpaqueData? opaque, bool isReasoning)
    {
        if (_isReasoning != isReasoning)
        {
            Close(null);
            _isReasoning = isReasoning;
        }
        _text.Append(text);
        // Opaque data comes with the last piece of its block: the next piece begins another one.
        if (opaque is not null)
        {
            Close(opaque);
        }
    }

    private void Close(OpaqueData? opaque)
    {
        if (_text.Length == 0 && opaque is null)
        {
            return;
        }
        var text = _text.ToString();
        _text.Clear();
        // White space around tool calls is no reply, but a signature must come back even without text.
        if (_isReasoning)
        {
            _items.Add(Stamp(new Reasoning(text) { Opaque = opaque }));
        }
        else if (opaque is not null || !string.IsNullOrWhiteSpace(text))
        {
            _items.Add(Stamp(new Reply(text) { Opaque = opaque }));
        }
    }

    private Item Stamp(Item item) => item with { TurnId = setup.TurnId, Step = step, Provenance = Provenance.Model };
}
