using System.Net.Http.Headers;
using System.Text.Json;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Core.Models;
using Pryx.Protocol.Client;

namespace Pryx.Host;

/// <summary>The one way in which a command reaches Core: the daemon of this data directory when one runs, else a Core inside this process.</summary>
internal static class CoreConnection
{
    public static async Task<IPryxClient> ConnectAsync(Settings settings, ConnectOptions options, Action<string> onWarning, CancellationToken cancellationToken)
    {
        var paths = PryxPaths.From(settings);
        // A command with a database of its own does not want the daemon's.
        var found = options.IsLocal || settings.FromEnvironment("PRYX_DB_PATH") is not null ? null : await RunningDaemon.FindAsync(paths, cancellationToken);
        if (found is null)
        {
            return await CoreInProcess.ConnectAsync(settings, options, onWarning, cancellationToken);
        }
        var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
        if (options.RunsTurns)
        {
            await WarnOfDifferencesAsync(http, found, settings, onWarning, cancellationToken);
        }
        return new PryxHttpClient(http, new PryxHttpOptions
        {
            FindCoreAsync = FindAsync,
            OnReachable = isBack => onWarning(isBack ? "Core is back." : "Core does not answer; waiting for it to come back …"),
        });

        async Task<CoreAddress?> FindAsync(CancellationToken token)
        {
            // The first time it has just been found; later it may have another port or token.
            var daemon = found ?? await RunningDaemon.FindAsync(paths, token);
            found = null;
            return daemon is null ? null : new CoreAddress(daemon.Url, daemon.Token);
        }
    }

    // Keys and base URLs are those of the hosting process (design §1): whoever set others here must learn that they do not count.
    private static async Task WarnOfDifferencesAsync(HttpMessageInvoker http, RunningDaemon daemon, Settings settings, Action<string> onWarning, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(daemon.Url, "/api/v1/environment"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", daemon.Token);
            using var response = await http.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode || await ProviderEnvironment.ReadAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken) is not { } theirs)
            {
                return;
            }
            if (theirs.Version != Product.Version)
            {
                onWarning($"The running Pryx is version {theirs.Version}, this is {Product.Version}: restart it.");
            }
            if (theirs.DifferencesFrom(settings) is { Count: > 0 } differences)
            {
                onWarning($"The running Pryx was started with other settings, and they count: {string.Join("; ", differences)}. 'pryx run --local' uses those of this terminal.");
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            // The turn itself will find out that nobody is there.
        }
    }
}
