using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Pryx.Protocol.Models;

namespace Pryx.Providers.Http;

/// <summary>One small question to a provider and its whole answer, for everything that is not a model's reply.</summary>
internal static class JsonQuestion
{
    /// <summary>Above OpenRouter's list of models; below what would hurt the machine.</summary>
    private const int MaxBytes = 16 * 1024 * 1024;

    /// <param name="path">Appended to the base URL.</param>
    /// <param name="body">JSON; null for none.</param>
    /// <param name="limit">For all of it.</param>
    /// <exception cref="ModelException">Any failure of the provider or the way to it; the caller's own cancellation stays one.</exception>
    public static async Task<JsonDocument> AskAsync(
        WireEndpoint endpoint, HttpMethod method, string path, ReadOnlyMemory<byte>? body, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, endpoint.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await AskOnceAsync(endpoint, method, path, body, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw ModelErrors.Create(endpoint, ModelFailure.Network, string.Create(CultureInfo.InvariantCulture, $"did not answer within {limit.TotalSeconds:0.#} s"));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw ModelErrors.Unreachable(endpoint, failure);
        }
        catch (Exception failure) when (failure is UriFormatException or InvalidOperationException or NotSupportedException)
        {
            throw ModelErrors.Create(endpoint, ModelFailure.NotConfigured, $"can not be reached at \"{endpoint.BaseUrl}\": that is no http or https URL", failure);
        }
    }

    private static async Task<JsonDocument> AskOnceAsync(
        WireEndpoint endpoint, HttpMethod method, string path, ReadOnlyMemory<byte>? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, endpoint.BaseUrl + path)
        {
            Version = endpoint.Http.DefaultRequestVersion,
            VersionPolicy = endpoint.Http.DefaultVersionPolicy,
        };
        if (body is { } bytes)
            request.Content = new ReadOnlyMemoryContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "pryx");
        endpoint = await endpoint.AuthorizeAsync(request, null, cancellationToken);
        using var response = await endpoint.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var answer = await ReadAsync(response, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw ModelErrors.FromBody(endpoint, response, ErrorBody.Read(answer), null);
        try
        {
            return JsonDocument.Parse(answer);
        }
        catch (JsonException failure)
        {
            throw ModelErrors.Create(endpoint, ModelFailure.MalformedStream, $"answered with something that is no JSON; check that {endpoint.BaseUrl} is its API", failure);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var whole = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if (whole.Length + read > MaxBytes)
                throw new IOException("The answer is larger than 16 MB.");
            whole.Write(buffer, 0, read);
        }
        return whole.ToArray();
    }
}
