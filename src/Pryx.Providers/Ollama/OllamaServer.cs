using System.Net.Http.Headers;
using System.Text.Json;
using Pryx.Providers.Http;

namespace Pryx.Providers.Ollama;

/// <summary>Questions to a running Ollama. An answer that does not come is null, never an error: nothing depends on it.</summary>
internal sealed class OllamaServer(WireEndpoint endpoint)
{
    private static readonly TimeSpan QuestionLimit = TimeSpan.FromSeconds(2);

    /// <summary>The context of the loaded model in tokens: from /api/ps, and from /api/show where an older server does not say.</summary>
    public async Task<long?> LoadedContextAsync(string model, CancellationToken cancellationToken)
    {
        using var loaded = await AskAsync(HttpMethod.Get, "/api/ps", null, QuestionLimit, cancellationToken);
        if (loaded is not null)
            foreach (var running in loaded.RootElement.Items("models"u8))
                if (IsSame(running.Text("name"u8), model) || IsSame(running.Text("model"u8), model))
                    if (running.Number("context_length"u8) is > 0 and var context)
                        return context;
        return await ModelContextAsync(model, cancellationToken);
    }

    /// <summary>The installed models, the latest used or pulled first; null when no server answers within the limit.</summary>
    public async Task<List<string>?> ModelsAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var tags = await AskAsync(HttpMethod.Get, "/api/tags", null, limit, cancellationToken);
        if (tags is null)
            return null;
        var models = new List<(string Name, string Modified)>();
        foreach (var model in tags.RootElement.Items("models"u8))
            if (model.Text("name"u8) is { Length: > 0 } name && !name.Contains("embed", StringComparison.OrdinalIgnoreCase))
                models.Add((name, model.Text("modified_at"u8) ?? ""));
        return [.. models.OrderByDescending(model => model.Modified, StringComparer.Ordinal).Select(model => model.Name)];
    }

    private async Task<long?> ModelContextAsync(string model, CancellationToken cancellationToken)
    {
        using var body = new RequestBody();
        body.Json.WriteStartObject();
        body.Json.WriteString("model"u8, model);
        body.Json.WriteEndObject();
        using var shown = await AskAsync(HttpMethod.Post, "/api/show", body.Finish(), QuestionLimit, cancellationToken);
        return shown is null ? null : ContextOf(shown.RootElement);
    }

    /// <summary>Of an answer of /api/show.</summary>
    internal static long? ContextOf(JsonElement shown)
    {
        if (shown.Child("model_info"u8) is not { ValueKind: JsonValueKind.Object } info)
            return null;
        foreach (var property in info.EnumerateObject())
            if (property.Name.EndsWith(".context_length", StringComparison.Ordinal) && property.Value.TryGetInt64(out var context))
                return context;
        return null;
    }

    private async Task<JsonDocument?> AskAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte>? body, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, endpoint.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var request = new HttpRequestMessage(method, endpoint.BaseUrl + path);
            if (body is { } bytes)
                request.Content = new ReadOnlyMemoryContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            foreach (var (name, value) in endpoint.Headers)
                request.Headers.TryAddWithoutValidation(name, value);
            using var response = await endpoint.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (!response.IsSuccessStatusCode)
                return null;
            await using var stream = await response.Content.ReadAsStreamAsync(either.Token);
            return await JsonDocument.ParseAsync(stream, default, either.Token);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or JsonException or UriFormatException or InvalidOperationException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    // "llama3" is "llama3:latest" to Ollama.
    private static bool IsSame(string? name, string model) =>
        name is not null && (name == model || name == $"{model}:latest" || model == $"{name}:latest");
}
