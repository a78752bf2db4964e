using System.Text;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Configuration;

/// <summary>
/// Changes values in config.yaml and nothing else in it: comments, order and keys that Pryx does not know stay. The file is replaced as
/// a whole or not at all (0600), by one process at a time.
/// </summary>
public sealed class ConfigWriter(PryxPaths paths, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <param name="name">As in <see cref="ConfigKeys"/>, dots and underscores alike.</param>
    /// <param name="text">As a person would type it; lists with commas or line feeds between their elements.</param>
    /// <exception cref="PryxException">CONFIG_UNKNOWN_KEY, CONFIG_INVALID_VALUE, CONFIG_SECRET, CONFIG_UNREADABLE (the file is no YAML), STORAGE_…: nothing was changed.</exception>
    public Task SetAsync(string name, string text, CancellationToken cancellationToken) => SetAsync([new(name, text)], cancellationToken);

    /// <summary>All of them or none.</summary>
    /// <inheritdoc cref="SetAsync(string, string, CancellationToken)"/>
    public Task SetAsync(IReadOnlyList<KeyValuePair<string, string>> changes, CancellationToken cancellationToken)
    {
        var values = changes.Select(change => Check(change.Key, change.Value)).ToList();
        return WriteAsync(() => values, cancellationToken);
    }

    /// <summary>Changes that depend on what the file says: nobody else writes between the look and the change.</summary>
    /// <param name="changes">Called once, when the file is this process's alone.</param>
    /// <inheritdoc cref="SetAsync(string, string, CancellationToken)"/>
    public Task SetAsync(Func<IReadOnlyList<KeyValuePair<string, string>>> changes, CancellationToken cancellationToken) =>
        WriteAsync(() => [.. changes().Select(change => Check(change.Key, change.Value))], cancellationToken);

    private async Task WriteAsync(Func<List<(ConfigKey Key, string Value)>> changes, CancellationToken cancellationToken)
    {
        paths.Create();
        // The user may keep the file elsewhere and link to it: what is replaced is the file, not the link.
        var target = new FileInfo(paths.Config).LinkTarget is null ? paths.Config : File.ResolveLinkTarget(paths.Config, returnFinalTarget: true)!.FullName;
        try
        {
            await using var alone = await PrivateFile.LockAsync(target + ".lock", Patience, time, cancellationToken);
            var text = File.Exists(target) ? await File.ReadAllTextAsync(target, cancellationToken) : "";
            var values = changes();
            if (values.Count == 0)
            {
                return;
            }
            foreach (var (key, value) in values)
            {
                text = YamlEdit.Set(text, key, value, paths.Config);
            }
            PrivateFile.Replace(target, Encoding.UTF8.GetBytes(text));
        }
        catch (TimeoutException e)
        {
            throw new PryxException("STORAGE_BUSY", e.Message, "try again when it is done", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageErrors.Translate(e, paths.Config);
        }
    }

    private static (ConfigKey Key, string Value) Check(string name, string text)
    {
        var key = ConfigKeys.Find(name) ?? throw new PryxException("CONFIG_UNKNOWN_KEY", $"Unknown config key: {name}", "'pryx config list' prints the keys.");
        if (key.IsSecret)
        {
            throw new PryxException("CONFIG_SECRET", $"{key.Name} is a secret and is never kept in config.yaml.", "it belongs into the keychain; an environment variable works as well");
        }
        var value = key.Kind == ConfigKind.List
            ? string.Join('\n', text.Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            : key.Normalize(text);
        return value is not null && !value.Contains('\0', StringComparison.Ordinal)
            ? (key, value)
            : throw new PryxException("CONFIG_INVALID_VALUE", $"{key.Name} must be {key.Expected}.", key.Kind == ConfigKind.Map ? "edit it in config.yaml" : null);
    }
}
