namespace Pryx.Core.Configuration;

/// <summary>One look-up for variables: the environment first, then what the working folder's .env may say. Values are trimmed; an empty one is none.</summary>
/// <param name="environment">Usually <see cref="EnvironmentSettings.Read"/>.</param>
public sealed class Settings(Func<string, string?> environment, DotEnv? dotEnv = null)
{
    public static Settings OfProcess { get; } = new(EnvironmentSettings.Read);

    public string? Get(string name) => FromEnvironment(name) ?? FromDotEnv(name);

    public string? FromEnvironment(string name) => Clean(environment(name));

    public string? FromDotEnv(string name) => dotEnv is not null && dotEnv.Variables.TryGetValue(name, out var value) ? Clean(value) : null;

    /// <summary>1, true, yes and on are true, whatever their case.</summary>
    public bool IsOn(string name) => Get(name)?.ToLowerInvariant() is "1" or "true" or "yes" or "on";

    /// <summary>With the .env of a folder behind the environment.</summary>
    public Settings With(DotEnv folder) => new(environment, folder);

    private static string? Clean(string? value) => value?.Trim() is { Length: > 0 } trimmed ? trimmed : null;
}
