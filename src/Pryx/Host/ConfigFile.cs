using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Protocol.Errors;

namespace Pryx.Host;

/// <summary>One key as it holds now.</summary>
/// <param name="Value">As a person would type it; of a secret whether there is one.</param>
/// <param name="Source"><c>default</c>, <c>config.json</c>, <c>config.yaml</c>, <c>environment</c>, <c>keychain</c> or <c>vault</c>.</param>
internal sealed record ConfigEntry(string Key, string Value, string Source, bool IsSecret);

/// <summary>
/// The configuration of this machine's Pryx, for the one at its keyboard. Over HTTP only a few keys may be changed, because the others name
/// programs, paths and addresses; here the file itself is at hand anyway.
/// </summary>
internal sealed class ConfigFile(Settings settings, Action<string> onWarning)
{
    /// <summary>In the keychain, by the key's name: channels read them there.</summary>
    private const string SecretPrefix = "pryx:config:";

    private readonly PryxPaths _paths = PryxPaths.From(settings);

    public string Path => _paths.Config;

    /// <summary>What in the files can not be understood; empty when all of it can.</summary>
    public IReadOnlyList<string> Check() => Load().Warnings;

    public async Task<IReadOnlyList<ConfigEntry>> ListAsync(CancellationToken cancellationToken)
    {
        var config = Load();
        await using var core = Core();
        var kept = (await core.Secrets.ListAsync(cancellationToken)).ToHashSet(StringComparer.Ordinal);
        return [.. ConfigKeys.All.Where(static key => key.Kind != ConfigKind.Map).Select(key => Entry(key, config, kept.Contains(SecretPrefix + key.Name) ? PlaceOf(core) : null))];
    }

    /// <exception cref="PryxException">CONFIG_UNKNOWN_KEY.</exception>
    public async Task<ConfigEntry> GetAsync(string name, CancellationToken cancellationToken)
    {
        var key = Find(name);
        await using var core = Core();
        return Entry(key, Load(), key.IsSecret && (await core.Secrets.ListAsync(cancellationToken)).Contains(SecretPrefix + key.Name, StringComparer.Ordinal) ? PlaceOf(core) : null);
    }

    /// <summary>What holds only here: a key of a provider, or a secret of a channel, goes into the keychain and never into the file.</summary>
    /// <returns>What was changed, in words.</returns>
    /// <exception cref="PryxException">CONFIG_UNKNOWN_KEY, CONFIG_INVALID_VALUE and what <see cref="ConfigWriter"/> says: nothing was changed.</exception>
    public async Task<string> SetAsync(string name, string value, CancellationToken cancellationToken)
    {
        if (ProviderOfKey(name) is { } provider)
        {
            if (value.Trim().Length == 0)
            {
                throw new PryxException("KEY_EMPTY", "API key cannot be empty.", $"pryx provider remove {provider} takes a stored one away");
            }
            await using var core = Core();
            return $"Updated {name}: kept in {await core.SetProviderKeyAsync(provider, value.Trim(), cancellationToken)}, not in config.yaml";
        }
        var key = Find(name);
        if (key.IsSecret)
        {
            await using var core = Core();
            _paths.Create();
            await (value.Length == 0 ? core.Secrets.DeleteAsync(SecretPrefix + key.Name, cancellationToken) : core.Secrets.SetAsync(SecretPrefix + key.Name, value, cancellationToken));
            return value.Length == 0 ? $"Removed {key.Name}" : $"Updated {key.Name}: kept in the {core.Secrets.Description}, not in config.yaml";
        }
        await new ConfigWriter(_paths, TimeProvider.System).SetAsync(key.Name, value, cancellationToken);
        var now = Load().Get(key.Name);
        var said = $"Updated {key.Name} = {Shown(key, now)}";
        return now.Source == ConfigSource.Environment ? $"{said} in config.yaml, but {key.Variable ?? "the environment"} says otherwise" : said;
    }

    /// <summary>Takes a whole new text of config.yaml, if all of it can be read.</summary>
    /// <returns>What is wrong, by line and key; empty when it was taken.</returns>
    public async Task<IReadOnlyList<string>> ReplaceAsync(string text, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("pryx-config-"); // 0700
        try
        {
            var draft = _paths with { Data = folder.FullName };
            await File.WriteAllTextAsync(draft.Config, text, cancellationToken);
            var warnings = PryxConfig.Load(draft, settings).Warnings;
            if (warnings.Count > 0)
            {
                return [.. warnings.Select(warning => warning.Replace(draft.Config, Path, StringComparison.Ordinal))];
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        _paths.Create();
        Pryx.Core.Storage.PrivateFile.Replace(Path, System.Text.Encoding.UTF8.GetBytes(text));
        return [];
    }

    private PryxCore Core() => new(new CoreOptions { Executable = OwnExecutable.Command, Paths = _paths, Settings = settings, OnWarning = onWarning });

    private PryxConfig Load() => PryxConfig.Load(_paths, settings);

    private static ConfigKey Find(string name) => ConfigKeys.Find(name) ?? throw new PryxException("CONFIG_UNKNOWN_KEY", $"Unknown config key: {name}", "pryx config list");

    // openai_key and the like: what older versions of the file had.
    private static string? ProviderOfKey(string name) => name.Trim().ToLowerInvariant().Replace('.', '_').Replace('-', '_') is var key && key.EndsWith("_key", StringComparison.Ordinal) && ConfigKeys.Find(key) is null
        ? Pryx.Providers.Catalog.KnownProviders.Find(key[..^"_key".Length])?.Id : null;

    private static string PlaceOf(PryxCore core) => core.Secrets.Description.StartsWith("vault", StringComparison.Ordinal) ? "vault" : "keychain";

    /// <param name="keptIn">Where a secret of that name is; null for nowhere.</param>
    private static ConfigEntry Entry(ConfigKey key, PryxConfig config, string? keptIn)
    {
        var value = config.Get(key.Name);
        if (!key.IsSecret)
        {
            return new(key.Name, Shown(key, value), SourceName(value.Source), IsSecret: false);
        }
        var isInEnvironment = value.Source == ConfigSource.Environment && value.Text.Length > 0;
        return new(key.Name, isInEnvironment || keptIn is not null ? "***" : "", isInEnvironment ? "environment" : keptIn ?? "default", IsSecret: true);
    }

    // Lists as one would type them.
    private static string Shown(ConfigKey key, ConfigValue value) => key.Kind == ConfigKind.List ? value.Text.Replace("\n", ", ", StringComparison.Ordinal) : value.Text;

    private static string SourceName(ConfigSource source) => source switch
    {
        ConfigSource.Json => "config.json",
        ConfigSource.Yaml => "config.yaml",
        ConfigSource.Environment => "environment",
        _ => "default",
    };
}
