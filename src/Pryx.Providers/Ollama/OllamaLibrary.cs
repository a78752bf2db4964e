using System.Runtime.CompilerServices;
using System.Text.Json;
using Pryx.Protocol.Models;
using Pryx.Providers.Http;

namespace Pryx.Providers.Ollama;

/// <summary>The models of an Ollama: which are installed, what they can do, and new ones.</summary>
public sealed class OllamaLibrary(WireEndpoint endpoint)
{
    private static readonly TimeSpan QuestionLimit = TimeSpan.FromSeconds(5);
    private static readonly string[] Lines = ["application/x-ndjson", "application/json", "text/plain"];

    /// <summary>In Ollama's order.</summary>
    /// <exception cref="ModelException">It does not answer.</exception>
    public async Task<IReadOnlyList<OllamaModel>> ListAsync(CancellationToken cancellationToken)
    {
        using var tags = await JsonQuestion.AskAsync(endpoint, HttpMethod.Get, "/api/tags", null, QuestionLimit, cancellationToken);
        var models = new List<OllamaModel>();
        foreach (var model in tags.RootElement.Items("models"u8))
            if (model.Text("name"u8) is { Length: > 0 } name)
                models.Add(new(name, model.Number("size"u8) ?? 0));
        return models;
    }

    /// <summary>Null when there is no such model.</summary>
    /// <exception cref="ModelException">It does not answer.</exception>
    public async Task<OllamaDetails?> ShowAsync(string model, CancellationToken cancellationToken)
    {
        using var body = BodyOf(model);
        try
        {
            using var shown = await JsonQuestion.AskAsync(endpoint, HttpMethod.Post, "/api/show", body.Finish(), QuestionLimit, cancellationToken);
            var capabilities = shown.RootElement.Child("capabilities"u8) is { ValueKind: JsonValueKind.Array } list
                ? list.EnumerateArray().Where(static word => word.ValueKind == JsonValueKind.String).Select(static word => word.GetString()!).ToList() : null;
            return new(OllamaServer.ContextOf(shown.RootElement), capabilities);
        }
        catch (ModelException failure) when (failure.Failure is ModelFailure.ModelNotFound)
        {
            return null;
        }
    }

    /// <summary>Downloads a model, line by line until <c>success</c>. Leaving early stops the download; the next one goes on where it was.</summary>
    /// <exception cref="ModelException">No such model, no space, no network at the server; or no server.</exception>
    public async IAsyncEnumerable<PullLine> PullAsync(string model, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var body = BodyOf(model);
        await using var exchange = await ModelExchange.SendAsync(endpoint, "/api/pull", body.Finish(), Lines, cancellationToken);
        var isDone = false;
        while (await exchange.NextLineAsync() is { } line)
        {
            using (line)
            {
                if (line.Root.Text("error"u8) is { } error)
                    throw Failure(model, error);
                var status = line.Root.Text("status"u8) ?? "";
                isDone |= status == "success";
                yield return new(status, line.Root.Text("digest"u8), line.Root.Number("total"u8), line.Root.Number("completed"u8));
            }
        }
        if (!isDone)
            throw exchange.Fail(ModelFailure.StreamCut, $"ended the download of {model} before it was whole; pull it again, it goes on where it was");
    }

    private ModelException Failure(string model, string error)
    {
        var words = ModelErrors.Shorten(endpoint, error);
        return Says("no space left", "not enough space", "disk full") ? ModelErrors.Create(endpoint, ModelFailure.ServerError, $"has no space left on its disk for {model}. Free some (`ollama list`, `ollama rm NAME`), then pull it again: it goes on where it was")
            : Says("file does not exist", "not found", "invalid model name") ? ModelErrors.Create(endpoint, ModelFailure.ModelNotFound, $"knows no model \"{model}\" ({words}). ollama.com/library lists them")
            : Says("no such host", "dial tcp", "connection refused", "timeout", "lookup") ? ModelErrors.Create(endpoint, ModelFailure.Network, $"could not reach its library ({words}). Check the network of the machine it runs on")
            : ModelErrors.Create(endpoint, ModelFailure.ServerError, $"could not get {model}: {words}");

        bool Says(params ReadOnlySpan<string> texts)
        {
            foreach (var text in texts)
                if (error.Contains(text, StringComparison.OrdinalIgnoreCase))
                    return true;
            return false;
        }
    }

    private static RequestBody BodyOf(string model)
    {
        var body = new RequestBody();
        body.Json.WriteStartObject();
        body.Json.WriteString("model"u8, model);
        body.Json.WriteEndObject();
        return body;
    }
}
