namespace Pryx.Providers.Catalog;

/// <summary>A provider as a catalog tells of it. What it says of addresses and keys is not used for a provider that Pryx knows.</summary>
/// <param name="Npm">The package of the AI SDK that speaks to it: its wire.</param>
/// <param name="Api">The base URL; empty where the package knows it.</param>
/// <param name="Env">The variables that hold what it needs.</param>
public sealed record CatalogProvider(string Id, string Name, string Npm = "", string Api = "", IReadOnlyList<string>? Env = null)
{
    public IReadOnlyList<string> Env { get; init; } = Env ?? [];

    /// <summary>Null where no wire of ours speaks to it.</summary>
    public ProviderWire? Wire => Npm switch
    {
        "@ai-sdk/openai-compatible" => ProviderWire.Chat,
        "@ai-sdk/openai" => ProviderWire.Responses,
        "@ai-sdk/anthropic" => ProviderWire.Messages,
        _ => null,
    };

    /// <summary>What decides where a key would go and how.</summary>
    public string Endpoint => $"{Wire?.ToString().ToLowerInvariant()} {Api}";

    internal string Write() => string.Join('\t', Id, Name, Npm, Api, string.Join(',', Env)).TrimEnd('\t') + (Name.Length == 0 ? "\t" : "");

    internal static CatalogProvider Read(string line)
    {
        var fields = line.Split('\t');
        string Field(int at) => at < fields.Length ? fields[at] : "";
        return new(fields[0], Field(1), Field(2), Field(3), Field(4).Split(',', StringSplitOptions.RemoveEmptyEntries));
    }
}
