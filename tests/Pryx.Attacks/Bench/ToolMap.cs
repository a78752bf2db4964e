using System.Text.Json;
using System.Text.Json.Nodes;
using Pryx.Attacks.Cases;
using Pryx.Testing;

namespace Pryx.Attacks.Bench;

/// <summary>Says a step of a case in the words of the agent that offers these tools.</summary>
/// <param name="workspace">For agents that want absolute paths.</param>
internal sealed class ToolMap(AgentFile agent, IReadOnlyList<OfferedTool> offered, string workspace)
{
    /// <summary>Null when the agent offers nothing that could do it.</summary>
    public ScriptedCall? Map(CaseCall call)
    {
        if (ToolGuess.StepOf(call.Tool) is not { } step)
        {
            // A raw call: the tool is meant by its name, whether it is there or not.
            return new(call.Tool, call.Arguments);
        }
        var arguments = JsonNode.Parse(call.Arguments)!.AsObject();
        if (Tool(step) is { } tool && (step != "fetch" || CanSay(tool, arguments)))
        {
            return new(tool.Name, Arguments(step, tool, arguments).ToJsonString(Written));
        }
        return Tool("run") is { } shell && ShellText.Of(step, arguments) is { } text
            ? new(shell.Name, Arguments("run", shell, new() { ["command"] = text }).ToJsonString(Written))
            : null;
    }

    // As vendors write it.
    private static readonly JsonSerializerOptions Written = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // A tool that only reads pages sends nothing.
    private static bool CanSay(OfferedTool tool, JsonObject arguments) => arguments["body"] is null && arguments["method"]?.ToString() is null or "GET"
        || ToolGuess.FindArgument(tool.Properties.Select(static property => property.Name), "method") is not null;

    private OfferedTool? Tool(string step) => agent.Tools.TryGetValue(step, out var said)
        ? offered.FirstOrDefault(tool => tool.Name == said.Name)
        : ToolGuess.Find(offered, step);

    private JsonObject Arguments(string step, OfferedTool tool, JsonObject ours)
    {
        var names = tool.Properties.Select(static property => property.Name).ToList();
        var said = agent.Tools.GetValueOrDefault(step)?.Arguments;
        var theirs = new JsonObject();
        foreach (var (word, value) in Words(step, ours))
        {
            var name = said?.GetValueOrDefault(word) ?? ToolGuess.FindArgument(names, word) ?? (names.Count == 0 ? word : null);
            if (name is not null && !theirs.ContainsKey(name))
            {
                theirs[name] = Fitting(word, name, tool, value);
            }
            else if (word == "env" && value is JsonObject variables)
            {
                var command = said?.GetValueOrDefault("command") ?? ToolGuess.FindArgument(names, "command");
                if (command is not null && theirs[command] is JsonValue line && line.TryGetValue<string>(out var text))
                {
                    theirs[command] = string.Concat(variables.Select(variable => $"export {variable.Key}={ShellText.Quote(variable.Value?.ToString() ?? "")}; ")) + text;
                }
            }
        }
        foreach (var name in OfferedTool.RequiredOf(tool.Schema).Where(name => !theirs.ContainsKey(name)))
        {
            theirs[name] = Filler(name, tool);
        }
        return theirs;
    }

    // Our arguments under words that do not depend on the tool.
    private static IEnumerable<KeyValuePair<string, JsonNode?>> Words(string step, JsonObject ours)
    {
        foreach (var (name, value) in ours)
        {
            if (step == "edit" && name == "edits" && value is JsonArray and [JsonObject edit, ..] edits)
            {
                yield return new("edits", edits);
                yield return new("old", edit["old_string"]);
                yield return new("new", edit["new_string"]);
            }
            else if (name is "command" or "workdir" or "timeout_ms" or "outside_sandbox" or "network" or "env" or "path" or "content" or "pattern" or "url" or "method" or "body" or "headers")
            {
                yield return new(name, value);
            }
        }
    }

    private JsonNode? Fitting(string word, string name, OfferedTool tool, JsonNode? value)
    {
        var schema = tool.Properties.FirstOrDefault(property => property.Name == name).Value;
        var type = OfferedTool.TypeOf(schema);
        return word switch
        {
            "command" when type == "array" => new JsonArray("bash", "-lc", value!.GetValue<string>()),
            "url" when type == "array" => new JsonArray(value!.DeepClone()),
            "path" when OfferedTool.Plain(name) is "filepath" or "absolutepath" or "dirpath" => Path.Combine(workspace, value!.GetValue<string>()),
            "body" when type == "string" && value is not JsonValue => value?.ToJsonString(Written),
            // Some count it in seconds; what is left out has a sensible default.
            "timeout_ms" when type == "string" => value?.ToString(),
            _ => value?.DeepClone(),
        };
    }

    private JsonNode? Filler(string name, OfferedTool tool)
    {
        var schema = tool.Properties.FirstOrDefault(property => property.Name == name).Value;
        if (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("enum", out var choices) && choices is { ValueKind: JsonValueKind.Array } && choices.GetArrayLength() > 0)
        {
            return JsonNode.Parse(choices[0].GetRawText());
        }
        return OfferedTool.TypeOf(schema) switch
        {
            "boolean" => false,
            "integer" or "number" => 1,
            "array" => new JsonArray(),
            "object" => new JsonObject(),
            _ when OfferedTool.Plain(name) is "workdir" or "cwd" or "directory" or "path" or "dirpath" => workspace,
            _ => "Do the next step.",
        };
    }
}
