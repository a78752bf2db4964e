using System.Text.Json;
using Pryx.Core.Audit;
using Pryx.Core.Configuration;

namespace Pryx.Core.Preferences;

/// <summary>A value of the configuration as JSON of its own type.</summary>
internal static class ConfigBodies
{
    public static JsonElement Of(ConfigKey key, PryxConfig config) => key.Kind switch
    {
        ConfigKind.Bool => JsonSerializer.SerializeToElement(config.Bool(key.Name), ConfigJson.Default.Boolean),
        ConfigKind.Whole => JsonSerializer.SerializeToElement(config.Whole(key.Name), ConfigJson.Default.Int64),
        ConfigKind.Number => JsonSerializer.SerializeToElement(config.Number(key.Name), ConfigJson.Default.Double),
        ConfigKind.List => JsonSerializer.SerializeToElement(config.List(key.Name), ConfigJson.Default.IReadOnlyListString),
        // An address may have been given with a password in it.
        _ => JsonSerializer.SerializeToElement(Redaction.OfText(config.Text(key.Name)), ConfigJson.Default.String),
    };

    public static ConfigKeyBody KeyOf(ConfigKey key, PryxConfig config)
    {
        var value = config.Get(key.Name);
        var source = value.Source switch { ConfigSource.Json => "config.json", ConfigSource.Yaml => "config.yaml", ConfigSource.Environment => "environment", _ => "default" };
        return new(key.Name, key.Kind.ToString().ToLowerInvariant(), key.Expected, Redaction.OfText(value.Text.Replace("\n", ", ", StringComparison.Ordinal)), source, key.Default, ConfigChange.IsOpen(key.Name))
        {
            Variable = key.Variable,
        };
    }
}
