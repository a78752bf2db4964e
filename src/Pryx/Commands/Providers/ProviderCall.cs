using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pryx.Commands.Gateway;
using Pryx.Host;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Providers;
using Pryx.Terminal;

namespace Pryx.Commands.Providers;

/// <summary>The routes of providers as the commands call them.</summary>
internal static class ProviderCall
{
    /// <summary>As <see cref="ApiCall.RunAsync"/>; the failures of setting up a provider are 1, not the 4 of a provider that fails a turn.</summary>
    public static async Task<int> RunAsync(CommandIo io, Func<ApiConnection, CancellationToken, Task<int>> actAsync, CancellationToken cancellationToken)
    {
        try
        {
            return await ApiCall.RunAsync(io, actAsync, cancellationToken);
        }
        catch (PryxException e) when (e.Code.StartsWith("PROVIDER_", StringComparison.Ordinal))
        {
            throw new PryxException("SETUP_FAILED", e.Message, e.Next, e);
        }
    }

    public static string PathOf(string provider, string action = "") => $"/api/v1/providers/{Uri.EscapeDataString(provider)}{action}";

    /// <summary>The provider as it stands.</summary>
    /// <exception cref="PryxException">PROVIDER_UNKNOWN, PROVIDER_INVALID: in the words of a command.</exception>
    public static async Task<ProviderBody> FindAsync(this ApiConnection api, string name, CancellationToken cancellationToken)
    {
        var list = await api.CallAsync("GET", "/api/v1/providers", null, ProvidersJson.Default.ProviderList, cancellationToken);
        var id = name.Trim().ToLowerInvariant();
        if (list.Providers.FirstOrDefault(provider => provider.Id == id) is { } found)
        {
            return found;
        }
        throw Unknown(name);
    }

    public static PryxException Unknown(string name) => new("PROVIDER_UNKNOWN", $"Unknown provider: {SafeText.Line(name, 60)}", "pryx provider list --available shows those that are known");

    public static Task<ProviderTest> TestAsync(this ApiConnection api, string provider, string? key, CancellationToken cancellationToken) => api.CallAsync(
        "POST", PathOf(provider, "/test"), JsonSerializer.Serialize(new TestProvider(key), ProvidersJson.Default.TestProvider), ProvidersJson.Default.ProviderTest, cancellationToken);

    public static void WriteJson<T>(this CommandIo io, T value, JsonTypeInfo<T> type) => io.Out.WriteLine(JsonSerializer.Serialize(value, type));

    public static void Warn(this CommandIo io, string text) => io.Error.WriteLine($"{io.ErrorStyle.Yellow("Warning:")} {SafeText.Of(text)}");
}
