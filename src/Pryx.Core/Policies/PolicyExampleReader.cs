using System.Buffers;
using System.Text;
using System.Text.Json;
using Pryx.Agent.Policy;
using Pryx.Agent.Policy.Documents;
using YamlDotNet.RepresentationModel;

namespace Pryx.Core.Policies;

/// <summary>One element of <c>tests</c>: a call, and what the author expects of it.</summary>
internal static class PolicyExampleReader
{
    private const string Expected = "a test is 'tool:', its 'args:' (or 'command:', 'path:', 'url:'), and 'expect: allow', ask or deny";

    public static PolicyExample? Read(Dictionary<string, YamlNode> keys, out string problem)
    {
        problem = Expected;
        var tool = Text(keys, "tool");
        Decision? expected = Text(keys, "expect") switch { "allow" => Decision.Allow, "ask" => Decision.Ask, "deny" => Decision.Deny, _ => null };
        var (argument, value) = Text(keys, "command") is { } command ? ("command", command)
            : Text(keys, "path") is { } path ? ("path", path)
            : Text(keys, "url") is { } url ? ("url", url)
            : (null, null);
        tool ??= argument switch { "command" => PolicyTools.Shell, "url" => PolicyTools.Http, _ => null };
        if (tool is null || expected is not { } decision)
        {
            return null;
        }
        return new(tool, Args(keys.GetValueOrDefault("args") as YamlMappingNode, argument, value), decision, 0);
    }

    private static string? Text(Dictionary<string, YamlNode> keys, string name) => (keys.GetValueOrDefault(name) as YamlScalarNode)?.Value;

    private static string Args(YamlMappingNode? args, string? name, string? value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (key, node) in (args ?? new YamlMappingNode()).Children)
            {
                if ((key as YamlScalarNode)?.Value is { } argument && node is YamlScalarNode scalar)
                {
                    Write(json, argument, scalar);
                }
            }
            if (name is not null)
            {
                json.WriteString(name, value);
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, string name, YamlScalarNode scalar)
    {
        switch (scalar)
        {
            case { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: "true" or "false" }:
                json.WriteBoolean(name, scalar.Value == "true");
                break;
            case { Style: YamlDotNet.Core.ScalarStyle.Plain } when long.TryParse(scalar.Value, System.Globalization.CultureInfo.InvariantCulture, out var number):
                json.WriteNumber(name, number);
                break;
            default:
                json.WriteString(name, scalar.Value);
                break;
        }
    }
}
