using System.Globalization;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Configuration;

public enum ConfigSource { Default, Json, Yaml, Environment }

/// <param name="Text">Canonical; list elements separated by line feeds; maps as JSON.</param>
public sealed record ConfigValue(string Text, ConfigSource Source);

/// <summary>
/// The configuration: the environment over config.yaml over config.json over the documented defaults. What can not be used is left out
/// with a warning and its default holds; the files themselves are never touched. With neither file nothing is parsed.
/// </summary>
public sealed class PryxConfig
{
    private readonly Dictionary<string, ConfigValue> _values;
    private readonly PryxPaths _paths;

    private PryxConfig(PryxPaths paths, Dictionary<string, ConfigValue> values, List<string> warnings, List<string> notes) =>
        (_paths, _values, Warnings, Notes) = (paths, values, warnings, notes);

    /// <summary>What the user must know: a file or value that was not used, by line and key, never by content.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>What nobody needs unless they wonder: unknown keys.</summary>
    public IReadOnlyList<string> Notes { get; }

    public static PryxConfig Load(PryxPaths paths, Settings settings)
    {
        var report = new ConfigReport();
        if (File.Exists(paths.ConfigJson))
        {
            JsonConfig.Read(paths.ConfigJson, report);
        }
        if (File.Exists(paths.Config))
        {
            YamlConfig.Read(paths.Config, report);
        }
        foreach (var key in ConfigKeys.All)
        {
            if (key.Variable is { } variable && settings.FromEnvironment(variable) is { } text)
            {
                report.Add(key, text, ConfigSource.Environment, variable);
            }
        }
        if (settings.IsOn("PRYX_TELEMETRY_DISABLED"))
        {
            report.Add(ConfigKeys.Find("telemetry_enabled")!, "false", ConfigSource.Environment, "PRYX_TELEMETRY_DISABLED");
        }
        if (settings.FromEnvironment("PRYX_PORT") is { } port && settings.FromEnvironment("PRYX_LISTEN_ADDR") is null)
        {
            report.Add(ConfigKeys.Find("listen_addr")!, ":" + port, ConfigSource.Environment, "PRYX_PORT");
        }
        return new(paths, report.Values, report.Warnings, report.Notes);
    }

    /// <exception cref="PryxException">CONFIG_UNKNOWN_KEY.</exception>
    public ConfigValue Get(string name)
    {
        var key = ConfigKeys.Find(name) ?? throw new PryxException("CONFIG_UNKNOWN_KEY", $"Unknown config key: {name}", "'pryx config list' prints the keys.");
        return _values.GetValueOrDefault(key.Name) ?? new(key.Default.Replace("{data}", _paths.Data, StringComparison.Ordinal), ConfigSource.Default);
    }

    /// <summary>True when a person or the environment chose it: a default is no choice.</summary>
    public bool IsSet(string name) => Get(name).Source != ConfigSource.Default;

    public string Text(string name) => Get(name).Text;
    public bool Bool(string name) => Get(name).Text == "true";
    public long Whole(string name) => long.Parse(Get(name).Text, CultureInfo.InvariantCulture);
    public double Number(string name) => double.Parse(Get(name).Text, CultureInfo.InvariantCulture);
    public TimeSpan Duration(string name) => ConfigDuration.TryParse(Get(name).Text, out var duration) ? duration : TimeSpan.Zero;
    public IReadOnlyList<string> List(string name) => Get(name).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>As a path: <c>~</c> is the home folder.</summary>
    public string FilePath(string name) => Path.GetFullPath(PryxPaths.Expand(Get(name).Text, _paths.Home));

    /// <summary>As <c>provider/model</c>, only when it was chosen; null lets the first key found decide. An empty one was taken back.</summary>
    public string? ChosenModel => (IsSet("model_provider") || IsSet("model_name")) && Text("model_provider").Length > 0 && Text("model_name").Length > 0
        ? $"{Text("model_provider")}/{Text("model_name")}" : null;

    /// <summary>The provider that was chosen; null when none was.</summary>
    public string? ChosenProvider => IsSet("model_provider") && Text("model_provider") is { Length: > 0 } provider ? provider : null;
}

/// <summary>What the readers of the files find, later over earlier.</summary>
internal sealed class ConfigReport
{
    public Dictionary<string, ConfigValue> Values { get; } = new(StringComparer.Ordinal);
    public List<string> Warnings { get; } = [];
    public List<string> Notes { get; } = [];

    /// <param name="where">For the warning: "config.yaml line 3" or a variable's name.</param>
    public void Add(ConfigKey key, string text, ConfigSource source, string where)
    {
        var isList = key.Kind == ConfigKind.List;
        if ((isList ? string.Join('\n', text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) : key.Normalize(text)) is { } normal)
        {
            Values[key.Name] = new(normal, source);
            return;
        }
        Warnings.Add($"{where}: {key.Name} must be {key.Expected}; it was ignored.");
    }

    public void AddRaw(ConfigKey key, string text, ConfigSource source) => Values[key.Name] = new(text, source);
}
