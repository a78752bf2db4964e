using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using Pryx.Core.Access;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;

namespace Pryx.Host;

/// <summary>The daemon of this data directory.</summary>
/// <param name="Url">As this machine reaches it; without a path.</param>
/// <param name="Token">The core token, which opens every route.</param>
internal sealed record RunningDaemon(Uri Url, string Token)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Null when none runs, or what answers at its port is not it: the port may be another program's by now.</summary>
    public static async Task<RunningDaemon?> FindAsync(PryxPaths paths, CancellationToken cancellationToken)
    {
        if (!File.Exists(paths.RuntimePort) || !File.Exists(paths.CoreToken))
        {
            return null;
        }
        try
        {
            var port = int.Parse(await File.ReadAllTextAsync(paths.RuntimePort, cancellationToken), CultureInfo.InvariantCulture);
            var url = new Uri(Announcement.Read(paths) is { } announced && announced.Port == port ? announced.Url : $"http://127.0.0.1:{port}");
            var token = (await File.ReadAllTextAsync(paths.CoreToken, cancellationToken)).Trim();
            return await AnswersAsync(url, token, cancellationToken) ? new(url, token) : null;
        }
        catch (Exception e) when (e is FormatException or OverflowException or IOException or UnauthorizedAccessException)
        {
            return null; // It has just gone, or somebody wrote something else there.
        }
    }

    /// <summary>A client that carries the token; for routes of any length, so it has no timeout.</summary>
    public HttpClient CreateHttp() => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        BaseAddress = Url,
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { Authorization = new("Bearer", Token) },
    };

    // The token is shown to nobody who has not proven to hold it: a port outlives a daemon that was killed.
    private static async Task<bool> AnswersAsync(Uri url, string token, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Patience };
        var challenge = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url, "/health")) { Headers = { { TokenProof.Challenge, challenge } } };
        try
        {
            using var answer = await client.SendAsync(request, cancellationToken);
            return answer.IsSuccessStatusCode && answer.Headers.TryGetValues(TokenProof.Proof, out var proofs)
                && TokenProof.Holds(proofs.First(), token, challenge, url.Authority);
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException or IOException or null)
        {
            return false;
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
