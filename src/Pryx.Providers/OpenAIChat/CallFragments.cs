using System.Text;
using System.Text.Json;
using Pryx.Providers.Http;

namespace Pryx.Providers.OpenAIChat;

/// <summary>Puts tool calls together from their pieces, several at a time, also where a server leaves out the index or the id.</summary>
internal sealed class CallFragments
{
    private readonly List<Call> _calls = [];

    public void Add(JsonElement fragment)
    {
        var function = fragment.Child("function"u8);
        var id = fragment.Text("id"u8);
        var name = function.Text("name"u8);
        var call = Find(fragment.Number("index"u8), id, name);
        if (!string.IsNullOrEmpty(id))
            call.Id = id;
        // Some servers repeat the name in every piece, few split it.
        if (!string.IsNullOrEmpty(name) && call.Name != name)
            call.Name = call.Arguments.Length == 0 ? call.Name + name : call.Name;
        if (fragment.Child("extra_content"u8) is { ValueKind: JsonValueKind.Object } extra)
            call.Extra = extra.GetRawText();
        if (function.Child("arguments"u8) is { } arguments)
            call.Arguments.Append(arguments.ValueKind == JsonValueKind.String ? arguments.GetString() : arguments.GetRawText());
    }

    /// <summary>The older form, of one call at most: its name and pieces of its arguments.</summary>
    public void AddFunction(JsonElement function)
    {
        var call = _calls.Count > 0 ? _calls[0] : new Call { Index = 0 };
        if (_calls.Count == 0)
            _calls.Add(call);
        call.Name ??= function.Text("name"u8);
        call.Arguments.Append(function.Text("arguments"u8));
    }

    public List<Call> Complete() => _calls;

    private Call Find(long? index, string? id, string? name)
    {
        var known = index is { } at ? _calls.FindLast(call => call.Index == at)
            : !string.IsNullOrEmpty(id) ? _calls.Find(call => call.Id == id)
            : _calls.LastOrDefault() is { } last && (string.IsNullOrEmpty(name) || last.IsWaitingAs(name)) ? last : null;
        // One index for several calls: another id with a name begins another call, unless the server makes up an id for each piece.
        var isAnother = known is { Id.Length: > 0 } && !string.IsNullOrEmpty(id) && !string.IsNullOrEmpty(name) && known.Id != id && !known.IsWaitingAs(name);
        if (known is not null && !isAnother)
            return known;
        var begun = new Call { Index = index };
        _calls.Add(begun);
        return begun;
    }

    internal sealed class Call
    {
        public long? Index { get; init; }
        public string? Id { get; set; }
        public string? Name { get; set; }
        public StringBuilder Arguments { get; } = new();

        /// <summary>What the server put beside the function and wants back, as JSON; null mostly.</summary>
        public string? Extra { get; set; }

        /// <summary>The same name again while the arguments are begun and not ended: a piece of this call and not another one.</summary>
        public bool IsWaitingAs(string name) => Name == name && Arguments.Length > 0 && !Contents.IsObject(Arguments.ToString());
    }
}
