using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pryx.Core.Configuration;

/// <summary>What the maps <c>models</c> and <c>providers</c> of config.yaml may hold. What is of another type is left out, by line and key.</summary>
internal static class MapFields
{
    private static readonly Dictionary<string, ConfigKind> Model = new(StringComparer.Ordinal)
    {
        ["name"] = ConfigKind.Text,
        ["context"] = ConfigKind.Whole,
        ["max_input"] = ConfigKind.Whole,
        ["max_output"] = ConfigKind.Whole,
        ["input_price"] = ConfigKind.Number,
        ["output_price"] = ConfigKind.Number,
        ["cache_read_price"] = ConfigKind.Number,
        ["cache_write_price"] = ConfigKind.Number,
        ["tools"] = ConfigKind.Bool,
        ["images"] = ConfigKind.Bool,
        ["reasoning"] = ConfigKind.Bool,
        ["streaming"] = ConfigKind.Bool,
        ["tokenizer"] = ConfigKind.Text,
        ["cache_control_ttl"] = ConfigKind.Text,
        ["rpm"] = ConfigKind.Whole,
        ["rph"] = ConfigKind.Whole,
        ["max_tools"] = ConfigKind.Whole,
        ["max_parallel_tool_calls"] = ConfigKind.Whole,
        ["max_images"] = ConfigKind.Whole,
        ["aliases"] = ConfigKind.List,
    };

    private static readonly Dictionary<string, ConfigKind> Provider = new(StringComparer.Ordinal)
    {
        ["name"] = ConfigKind.Text,
        ["base_url"] = ConfigKind.Text,
        ["wire"] = ConfigKind.Text,
        ["key_env"] = ConfigKind.List,
        ["default_model"] = ConfigKind.Text,
        ["needs_key"] = ConfigKind.Bool,
        ["local"] = ConfigKind.Bool,
        ["models"] = ConfigKind.Map,
        ["oauth"] = ConfigKind.Map,
    };

    // How one signs in to a provider with an account: docs/guides/providers.md.
    private static readonly Dictionary<string, ConfigKind> SignIn = new(StringComparer.Ordinal)
    {
        ["authorize_url"] = ConfigKind.Text,
        ["token_url"] = ConfigKind.Text,
        ["device_url"] = ConfigKind.Text,
        ["client_id"] = ConfigKind.Text,
        ["scopes"] = ConfigKind.List,
    };

    /// <summary>The same map with what it may hold, its fields in snake case; other maps as they are.</summary>
    public static YamlMappingNode Checked(ConfigKey key, YamlMappingNode map, string path, ConfigReport report) => key.Name switch
    {
        "models" => Entries(map, Model, key.Name, path, report),
        "providers" => Entries(map, Provider, key.Name, path, report),
        _ => map,
    };

    private static YamlMappingNode Entries(YamlMappingNode map, Dictionary<string, ConfigKind> fields, string key, string path, ConfigReport report)
    {
        var kept = new YamlMappingNode();
        foreach (var (nameNode, value) in map.Children)
        {
            var name = $"{key}.{(nameNode as YamlScalarNode)?.Value}";
            if (value is YamlMappingNode entry)
            {
                kept.Add(nameNode, Fields(entry, fields, name, path, report));
            }
            else if (value is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" })
            {
                kept.Add(nameNode, new YamlMappingNode());
            }
            else
            {
                report.Warnings.Add($"{path} line {value.Start.Line}: {name} must be a map; it was ignored.");
            }
        }
        return kept;
    }

    private static YamlMappingNode Fields(YamlMappingNode entry, Dictionary<string, ConfigKind> fields, string name, string path, ConfigReport report)
    {
        var kept = new YamlMappingNode();
        foreach (var (fieldNode, value) in entry.Children)
        {
            var field = YamlConfig.Snake((fieldNode as YamlScalarNode)?.Value ?? "?");
            var where = $"{path} line {fieldNode.Start.Line}: {name}.{field}";
            if (!fields.TryGetValue(field, out var kind))
            {
                report.Warnings.Add($"{where} is not known; it was ignored. Known are {string.Join(", ", fields.Keys)}.");
            }
            else if (field == "oauth")
            {
                if (value is YamlMappingNode signIn)
                {
                    kept.Add(new YamlScalarNode(field), Fields(signIn, SignIn, $"{name}.{field}", path, report));
                }
                else
                {
                    report.Warnings.Add($"{where} must be a map; it was ignored.");
                }
            }
            else if (Value(kind, value, name, path, report) is { } right && !kept.Children.ContainsKey(new YamlScalarNode(field)))
            {
                kept.Add(new YamlScalarNode(field), right);
            }
            else
            {
                report.Warnings.Add($"{where} must be {Expected(kind)}; it was ignored.");
            }
        }
        return kept;
    }

    private static YamlNode? Value(ConfigKind kind, YamlNode value, string name, string path, ConfigReport report) => (kind, value) switch
    {
        (ConfigKind.List, YamlSequenceNode list) => list.Children.All(static child => child is YamlScalarNode) ? list : null,
        (ConfigKind.List, YamlScalarNode { Value.Length: > 0 } one) => new YamlSequenceNode(one),
        (ConfigKind.Map, YamlMappingNode map) => Entries(map, Model, $"{name}.models", path, report),
        (ConfigKind.Map, YamlSequenceNode names) => names.Children.All(static child => child is YamlScalarNode) ? names : null,
        (ConfigKind.Bool, YamlScalarNode { Value: "true" or "false", Style: ScalarStyle.Plain }) => value,
        (ConfigKind.Whole, YamlScalarNode { Value: { } text }) => Whole(text) is { } number ? Number(number) : null,
        (ConfigKind.Number, YamlScalarNode { Value: { } text }) =>
            decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && amount is >= 0 and <= 100_000 ? Number(amount) : null,
        (ConfigKind.Text, YamlScalarNode { Value: { Length: > 0 and <= 1_000 } text }) => text.Any(char.IsControl) ? null : new YamlScalarNode(text) { Style = ScalarStyle.DoubleQuoted },
        _ => null,
    };

    // 200000, 200_000, 200k, 1m
    private static decimal? Whole(string text)
    {
        var plain = text.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
        var times = plain switch { [.., 'k'] => 1_000, [.., 'm'] => 1_000_000, _ => 1 };
        return decimal.TryParse(times == 1 ? plain : plain[..^1], times == 1 ? NumberStyles.None : NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * times is > 0 and <= int.MaxValue and var whole && decimal.Truncate(whole) == whole ? decimal.Truncate(whole) : null;
    }

    private static YamlScalarNode Number(decimal number) => new(number.ToString(CultureInfo.InvariantCulture)) { Style = ScalarStyle.Plain, Tag = YamlConfig.NumberTag };

    private static string Expected(ConfigKind kind) => kind switch
    {
        ConfigKind.Whole => "a whole number above 0, such as 200000 or 200k",
        ConfigKind.Number => "an amount of USD per million tokens",
        ConfigKind.Map => "a map or a list of names",
        ConfigKind.List => "a list of names",
        ConfigKind.Bool => "true or false",
        _ => "a text",
    };
}
