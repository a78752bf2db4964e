using Pryx.Protocol.Models;
using Pryx.Providers;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Setup;

/// <summary>Servers of models on this machine, at the address that is set for them or the usual one.</summary>
internal static class LocalProviders
{
    private static readonly string[] Known = ["ollama", "lmstudio", "llamacpp", "vllm"];

    /// <summary>Those that a turn takes where nobody chose.</summary>
    public static IReadOnlyList<string> ChosenByThemselves => ProviderRegistry.TakenWhereTheyRun;

    /// <summary>Those that would be found on loopback.</summary>
    public static IEnumerable<ProviderInfo> On(ProviderRegistry registry, ProviderDirectory providers) =>
        Known.Select(providers.Find).OfType<ProviderInfo>().Where(provider => IsHere(registry, provider));

    public static bool IsHere(ProviderRegistry registry, ProviderInfo provider)
    {
        try
        {
            return new Uri(registry.BaseUrlOf(provider)).IsLoopback;
        }
        catch (ModelException)
        {
            return false; // An address that is none; using it by name says so.
        }
    }

    /// <summary>What it offers for a conversation; null when it does not answer within the limit.</summary>
    public static async Task<IReadOnlyList<string>?> ModelsAsync(ProviderRegistry registry, ProviderInfo provider, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (provider.Wire == ProviderWire.Ollama)
        {
            return await registry.ReadOllamaModelsAsync(limit, cancellationToken);
        }
        try
        {
            return (await registry.ProbeAsync(provider, limit, cancellationToken)).Models is { } all ? [.. all.Where(UsualModel.CanConverse)] : null;
        }
        catch (ModelException)
        {
            return null; // A key that is none, which a server here may not even want; using it by name says so.
        }
    }
}
