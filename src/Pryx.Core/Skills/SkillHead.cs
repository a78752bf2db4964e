using YamlDotNet.RepresentationModel;

namespace Pryx.Core.Skills;

/// <summary>The frontmatter as its keys: ours, and those that other agents' skills carry. What is not known is no error.</summary>
internal sealed class SkillHead(YamlMappingNode root)
{
    // The first that is there counts; a skill for several agents says the same in each.
    private static readonly string[] Vendors = ["pryx", "openclaw", "clawdbot", "claude"];
    private static readonly string[] Kinds = ["brew", "npm", "go", "uv", "download"];
    private const int MaxDescription = 4096;
    private const int MaxEntries = 64;

    public Skill ToSkill(string id, string title, SkillOrigin origin, string folder, string path)
    {
        var vendor = Vendor();
        var needs = Child(vendor, "requires") as YamlMappingNode ?? Child(root, "requires") as YamlMappingNode;
        return new(id, HiddenText.Line(title, 100), HiddenText.Line(Text("description") ?? "", MaxDescription), origin, folder, path)
        {
            Emoji = Short(Text(vendor, "emoji") ?? Text("emoji"), 16),
            Type = Short(Text(vendor, "type"), 16),
            Endpoint = Short(Text(vendor, "endpoint"), 500),
            Auth = Short(Text(vendor, "auth"), 100),
            Needs = new(List(needs, "bins"), List(needs, "anyBins", "any_bins"), List(needs, "env"), List(needs, "config"), OfSystems(needs, vendor)),
            Installers = Installers(Child(vendor, "install") as YamlSequenceNode ?? Child(root, "install") as YamlSequenceNode),
            AllowedTools = List(root, "allowed-tools", "allowed_tools", "tools"),
            License = Short(Text("license"), 200),
            Compatibility = Short(Text("compatibility"), 500),
            ArgumentHint = Short(Text("argument-hint"), 200),
            IsModelInvocable = Text("disable-model-invocation") != "true",
            IsUserInvocable = Text("user-invocable") != "false",
        };
    }

    public string? Text(string key) => Text(root, key);

    /// <summary>Of the key, from 1; of the first one when it is not there.</summary>
    public int LineOf(string key) => (int)(root.Children.Keys.FirstOrDefault(node => node is YamlScalarNode { Value: { } name } && name == key)?.Start.Line ?? 1);

    private YamlMappingNode? Vendor()
    {
        if (Child(root, "metadata") is not YamlMappingNode metadata)
        {
            return Vendors.Select(name => Child(root, name) as YamlMappingNode).FirstOrDefault(static map => map is not null);
        }
        return Vendors.Select(name => Child(metadata, name) as YamlMappingNode).FirstOrDefault(static map => map is not null) ?? metadata;
    }

    private static List<string> OfSystems(YamlMappingNode? needs, YamlMappingNode? vendor)
    {
        var named = List(needs, "os");
        return [.. (named.Count > 0 ? named : List(vendor, "os")).Select(static name => name.ToLowerInvariant() switch { "darwin" or "mac" or "osx" => "macos", "win32" or "win" => "windows", var other => other })];
    }

    private static List<SkillInstaller> Installers(YamlSequenceNode? list)
    {
        var installers = new List<SkillInstaller>();
        foreach (var entry in (list?.Children ?? []).OfType<YamlMappingNode>().Take(MaxEntries))
        {
            // Python's tools go by several names, and a "node" installer is npm's.
            var kind = Text(entry, "kind")?.ToLowerInvariant() switch { "node" => "npm", "pip" or "pipx" => "uv", var other => other };
            if (kind is null || !Kinds.Contains(kind))
            {
                continue;
            }
            installers.Add(new(Text(entry, "id") ?? kind, kind)
            {
                Label = Short(Text(entry, "label"), 200),
                Package = Short(Text(entry, "formula") ?? Text(entry, "package") ?? Text(entry, "module"), 300),
                Url = Short(Text(entry, "url"), 2000),
                Sha256 = Short(Text(entry, "sha256"), 64)?.ToLowerInvariant(),
                Directory = Short(Text(entry, "directory") ?? Text(entry, "targetDir"), 200),
                Bins = List(entry, "bins"),
                Os = OfSystems(entry, null),
            });
        }
        return installers;
    }

    private static YamlNode? Child(YamlMappingNode? map, string key)
    {
        if (map is null)
        {
            return null;
        }
        foreach (var (name, value) in map.Children)
        {
            if (name is YamlScalarNode { Value: { } text } && string.Equals(text, key, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }
        return null;
    }

    private static string? Text(YamlMappingNode? map, string key) => Child(map, key) is YamlScalarNode { Value: { } text } ? text : null;

    // A list, or its elements with commas or spaces between them.
    private static List<string> List(YamlMappingNode? map, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            switch (Child(map, key))
            {
                case YamlSequenceNode list:
                    return [.. list.Children.OfType<YamlScalarNode>().Select(static node => HiddenText.Line(node.Value ?? "", 200)).Where(static text => text.Length > 0).Take(MaxEntries)];
                case YamlScalarNode { Value: { Length: > 0 } one }:
                    return [.. one.Split([',', ' '], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(static text => HiddenText.Line(text, 200)).Take(MaxEntries)];
                default:
                    continue;
            }
        }
        return [];
    }

    private static string? Short(string? text, int length) => text is null ? null : HiddenText.Line(text, length) is { Length: > 0 } line ? line : null;
}
