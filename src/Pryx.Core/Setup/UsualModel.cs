using Pryx.Protocol.Errors;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Setup;

/// <summary>Which model a provider is asked for where the person does not say, or whether the one they say is there.</summary>
internal static class UsualModel
{
    /// <param name="listed">What the provider says it serves to this key; null or empty where it does not say.</param>
    /// <param name="wanted">As the person wrote it, with the provider's id before it or not; null for the usual one.</param>
    /// <returns>Null when there is none to propose.</returns>
    public static string? Of(ProviderInfo provider, IReadOnlyList<string>? listed, ModelDirectory directory, string? wanted)
    {
        if (wanted is not null)
        {
            return wanted.StartsWith($"{provider.Id}/", StringComparison.OrdinalIgnoreCase) ? wanted[(provider.Id.Length + 1)..] : wanted;
        }
        if (listed is not { Count: > 0 })
        {
            return provider.DefaultModel ?? (provider.IsLocal ? null : directory.Of(provider.Id).FirstOrDefault(static model => model.SupportsTools)?.Ref.Model);
        }
        return provider.DefaultModel is { } usual && listed.Contains(usual) ? usual
            : directory.Of(provider.Id).FirstOrDefault(model => model.SupportsTools && listed.Contains(model.Ref.Model))?.Ref.Model
            ?? listed.FirstOrDefault(CanConverse) ?? listed[0];
    }

    /// <exception cref="PryxException">MODEL_UNLISTED: the provider lists its models, and this is none of them.</exception>
    public static void Check(ProviderInfo provider, IReadOnlyList<string>? listed, string model)
    {
        if (listed is not { Count: > 0 } || listed.Any(name => name == model || name == $"{model}:latest"))
        {
            return;
        }
        var near = listed.Where(CanConverse).OrderByDescending(name => Likeness(name, model)).Take(5);
        throw new PryxException("MODEL_UNLISTED", $"{provider.Name} lists no model '{model}' for this key.", $"take one of {string.Join(", ", near)}, or --force where it serves one that it does not list");
    }

    /// <summary>Servers list also what embeds, hears or draws.</summary>
    public static bool CanConverse(string model) =>
        !model.Contains("embed", StringComparison.OrdinalIgnoreCase) && !model.Contains("whisper", StringComparison.OrdinalIgnoreCase) && !model.Contains("rerank", StringComparison.OrdinalIgnoreCase);

    // How far they begin alike: gpt-5 is nearer to gpt-5.4 than to o3.
    private static int Likeness(string one, string two) => one.Zip(two).TakeWhile(static pair => pair.First == pair.Second).Count();
}
