using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pryx.Testing.Fake;

/// <summary>Gathers what a wire reads from a request body, and holds it to the rules that all wires share.</summary>
internal sealed partial class RequestReading(FakeRequest request, Issued issued)
{
    private readonly List<FakeViolation> _violations = [];
    private readonly List<FakeMessage> _messages = [];
    private readonly List<string> _tools = [];

    public FakeRequest Request => request;
    public Issued Issued => issued;

    /// <summary>What the provider could cache, in order, element by element: tools, system prompt, then the messages.</summary>
    public List<string> Prefix { get; } = [];
    public int CacheMarkers { get; set; }
    public IReadOnlyList<FakeMessage> Messages => _messages;
    public IReadOnlyList<FakeViolation> Violations => _violations;

    public void Fail(string rule, string message) => _violations.Add(new(request.Number, request.Wire, rule, message));

    public void Require(bool holds, string rule, string message)
    {
        if (!holds)
        {
            Fail(rule, message);
        }
    }

    public void AddTool(string? name, JsonElement? schema)
    {
        CheckName(name, "the declared tool");
        Require(!_tools.Contains(name ?? ""), Rules.ToolName, $"the tool \"{name}\" is declared twice");
        Require(schema is { ValueKind: JsonValueKind.Object } && schema.At("type").Text() == "object", Rules.ToolSchema,
            $"the schema of \"{name}\" must be an object with \"type\": \"object\"");
        _tools.Add(name ?? "");
    }

    /// <summary>Neighbouring parts of one reply become one message, as they were one reply.</summary>
    public void Add(FakeMessage message)
    {
        if (message.Role is "assistant" && _messages is [.., { Role: "assistant" } last])
        {
            _messages[^1] = last with { Text = last.Text + message.Text, Reasoning = last.Reasoning ?? message.Reasoning, Calls = [.. last.Calls, .. message.Calls] };
            return;
        }
        _messages.Add(message);
    }

    /// <summary>Puts what was read into the request, after the rules that need all of it.</summary>
    public void Finish()
    {
        Require(request.Model.Length > 0, Rules.Model, "no model is named");
        Require(_messages.Any(message => message.Role is "user"), Rules.Shape, "there is no user message");
        CheckPairs();
        foreach (var call in _messages.SelectMany(message => message.Calls))
        {
            CheckName(call.Name, "a call of the history");
            // A model may call what does not exist; its own words then stand in the history.
            Require(_tools.Contains(call.Name) || issued.HasCalled(call.Name), Rules.UndeclaredTool, $"the history calls \"{call.Name}\", which is not declared");
        }
        request.Messages = _messages;
        request.Tools = _tools;
    }

    private void CheckName(string? name, string what) =>
        Require(name is not null && WireName().IsMatch(name), Rules.ToolName, $"the name \"{name}\" of {what} does not match {WireName()}");

    private void CheckPairs()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < _messages.Count; i++)
        {
            var calls = _messages[i].Calls.Select(call => call.Id ?? "").ToList();
            foreach (var id in calls)
            {
                Require(id.Length > 0 && seen.Add(id), Rules.CallId, $"the call id \"{id}\" is empty or was used before");
            }
            var results = _messages.Skip(i + 1).TakeWhile(message => message.Role is "tool").Select(message => message.CallId ?? "").ToList();
            if (_messages[i].Role is "tool")
            {
                continue;
            }
            i += results.Count;
            foreach (var id in calls.Except(results))
            {
                Fail(Rules.CallWithoutResult, $"the call {id} has no result directly after it");
            }
            foreach (var id in results.Except(calls))
            {
                Fail(Rules.ResultWithoutCall, $"the result {id} does not follow its call");
            }
            foreach (var id in results.GroupBy(id => id).Where(group => group.Count() > 1).Select(group => group.Key))
            {
                Fail(Rules.TwoResults, $"the call {id} has more than one result");
            }
            Require(!calls.Order().SequenceEqual(results.Order()) || calls.SequenceEqual(results), Rules.ResultOrder,
                $"the results {string.Join(", ", results)} are not in the order of their calls");
        }
        if (_messages is [{ Role: "tool" } first, ..])
        {
            Fail(Rules.ResultWithoutCall, $"the conversation begins with the result {first.CallId}");
        }
    }

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$")]
    private static partial Regex WireName();
}
