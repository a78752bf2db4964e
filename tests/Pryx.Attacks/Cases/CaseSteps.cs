using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pryx.Attacks.Cases;

/// <summary>The model's steps in a case file, each made into the calls that a model would write.</summary>
internal sealed class CaseSteps(CaseYaml yaml)
{
    /// <summary>Milliseconds that a command may take where the file says nothing: the suite must not hang on one.</summary>
    private const int Patience = 20_000;

    public CaseStep Read(YamlNode node)
    {
        var entry = yaml.Keys(node, "say", "together", "read", "run", "write", "edit", "list", "glob", "grep", "fetch", "call");
        if (entry.Count != 1)
        {
            throw yaml.Error(node, "one word to a step is expected");
        }
        var (word, value) = entry.Single();
        return word switch
        {
            "say" => new(yaml.Text(value), []),
            "together" => new(null, [.. yaml.List(value).SelectMany(inner => Read(inner).Calls)]),
            _ => new(null, [Call(word, value)]),
        };
    }

    private CaseCall Call(string word, YamlNode value) => word switch
    {
        "read" => Named("read_file", value, "path", "path", "offset", "limit"),
        "run" => Run(value),
        "write" => Named("write_file", value, "content", "path", "content"),
        "edit" => Edit(value),
        "list" => Named("list_dir", value, "path", "path", "depth", "include_ignored"),
        "glob" => Named("glob", value, "pattern", "pattern", "path", "include_ignored"),
        "grep" => Named("grep", value, "pattern", "pattern", "path", "include", "context", "limit", "literal", "ignore_case", "include_ignored"),
        "fetch" => Named("http_request", value, "url", "url", "method", "headers", "body", "max_bytes"),
        _ => Raw(value),
    };

    private CaseCall Named(string tool, YamlNode value, string single, params string[] known)
    {
        var arguments = value is YamlScalarNode ? new JsonObject { [single] = yaml.Text(value) } : Json(yaml.Keys(value, known));
        return new(tool, arguments.ToJsonString());
    }

    private CaseCall Run(YamlNode value)
    {
        var arguments = new JsonObject { ["command"] = "", ["timeout_ms"] = Patience };
        if (value is YamlScalarNode)
        {
            arguments["command"] = yaml.Text(value).Trim();
        }
        else
        {
            foreach (var (name, node) in Json(yaml.Keys(value, "run", "network", "outside_sandbox", "env", "workdir", "timeout_ms")))
            {
                arguments[name == "run" ? "command" : name] = node?.DeepClone();
            }
        }
        return new("shell_exec", arguments.ToJsonString());
    }

    private CaseCall Edit(YamlNode value)
    {
        var keys = yaml.Keys(value, "path", "old", "new");
        var edit = new JsonObject { ["old_string"] = yaml.Text(keys["old"]), ["new_string"] = yaml.Text(keys["new"]) };
        return new("edit_file", new JsonObject { ["path"] = yaml.Text(keys["path"]), ["edits"] = new JsonArray(edit) }.ToJsonString());
    }

    private CaseCall Raw(YamlNode value)
    {
        var keys = yaml.Keys(value, "tool", "args");
        return new(yaml.Text(keys["tool"]), keys.TryGetValue("args", out var args) ? Json(args)!.ToJsonString() : "{}");
    }

    private JsonObject Json(IReadOnlyDictionary<string, YamlNode> keys) => new(keys.Select(pair => KeyValuePair.Create(pair.Key, Json(pair.Value))));

    private JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(pair => KeyValuePair.Create(yaml.Text(pair.Key), Json(pair.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } flag => flag.Value == "true",
        YamlScalarNode { Style: ScalarStyle.Plain, Value: { } number } when long.TryParse(number, CultureInfo.InvariantCulture, out var whole) => whole,
        _ => yaml.Text(node),
    };
}
