using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pryx.Core.Audit;
using Pryx.Core.Http;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Protocol.Providers;
using Pryx.Providers;

namespace Pryx.Core.Models;

/// <summary><c>/api/v1/providers/ollama</c>: whether a model fits into this machine, and the download of new ones.</summary>
public sealed class OllamaEndpoints(ModelDesk models, Hardware hardware, AuditLog audit)
{
    private const string Path = "/api/v1/providers/ollama";
    private const int NameLimit = 256;

    // Files besides the weights are a few kilobytes.
    private const long SmallestWeights = 10 << 20;

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", Path + "/fit", "Whether a model fits into the memory of this machine, its context and abilities where it is installed")
        { Query = [new("model", "As Ollama calls it")], Response = ProvidersJson.Default.ModelFit }, FitAsync);
        routes.Add(new("POST", Path + "/pull", "Downloads a model, as server-sent events: fit, progress …, then done or error. Closing the connection stops it; the next one goes on where it was. A model that is too large is refused unless force says so")
        { Scope = Scopes.Admin, Request = ProvidersJson.Default.PullModel, ContentType = "text/event-stream" }, PullAsync);
    }

    private async Task FitAsync(HttpContext http)
    {
        var model = Checked(http.QueryText("model"));
        await http.WriteAsync(await FitOfAsync(await RegistryAsync(http.RequestAborted), model, http.RequestAborted), ProvidersJson.Default.ModelFit);
    }

    private async Task PullAsync(HttpContext http)
    {
        var request = await http.ReadAsync(ProvidersJson.Default.PullModel);
        using var leaving = http.Leaving();
        var (model, cancellationToken) = (Checked(request.Model), leaving.Token);
        var registry = await RegistryAsync(cancellationToken);
        await audit.AppendAsync(new("model.pull", "model", $"ollama/{model}", $"{http.Surface()}:{Caller.Of(http).Name}", "{}", "ok"), cancellationToken);
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await LoadAsync(http, registry, model, request.Force, cancellationToken);
            await SendAsync(http, "done", new PullProgress("success"), ProvidersJson.Default.PullProgress);
        }
        catch (ModelException e)
        {
            await SendAsync(http, "error", new ErrorBody(new ErrorDetail("PULL_FAILED", e.Message)), ProtocolJson.Default.ErrorBody);
        }
        catch (PryxException e)
        {
            await SendAsync(http, "error", new ErrorBody(new ErrorDetail(e.Code, e.Message) { Next = e.Next }), ProtocolJson.Default.ErrorBody);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The caller left; so does Ollama.
        }
    }

    private async Task LoadAsync(HttpContext http, ProviderRegistry registry, string model, bool isForced, CancellationToken cancellationToken)
    {
        var isJudged = false;
        await foreach (var line in registry.Ollama().PullAsync(model, cancellationToken))
        {
            // The library tells the size only now: before it is loaded, not after.
            if (!isJudged && line.Total > SmallestWeights)
            {
                isJudged = true;
                var fit = await FitOfAsync(registry, model, line.Total, cancellationToken);
                await SendAsync(http, "fit", fit, ProvidersJson.Default.ModelFit);
                if (fit.Verdict == FitVerdicts.TooLarge && !isForced)
                {
                    throw new PryxException("MODEL_TOO_LARGE", fit.Text, $"to load it all the same: pryx model pull {model} --force");
                }
            }
            await SendAsync(http, "progress", new PullProgress(line.Status, line.Completed, line.Total), ProvidersJson.Default.PullProgress);
        }
    }

    private async Task<ModelFit> FitOfAsync(ProviderRegistry registry, string model, CancellationToken cancellationToken)
    {
        var library = registry.Ollama();
        try
        {
            var size = (await library.ListAsync(cancellationToken)).FirstOrDefault(installed => installed.Name == model || installed.Name == $"{model}:latest")?.Size;
            var details = size is null ? null : await library.ShowAsync(model, cancellationToken);
            return await FitOfAsync(registry, model, size, cancellationToken) with
            {
                Context = details?.Context,
                SupportsTools = details?.Capabilities?.Contains("tools"),
                SupportsVision = details?.Capabilities?.Contains("vision"),
            };
        }
        catch (ModelException e)
        {
            throw new PryxException("PROVIDER_UNREACHABLE", e.Message, inner: e);
        }
    }

    private async Task<ModelFit> FitOfAsync(ProviderRegistry registry, string model, long? size, CancellationToken cancellationToken) =>
        new Uri(registry.BaseUrlOf(models.Directory.Providers.Find("ollama")!)).IsLoopback
            ? FitEstimate.Of(model, size, await hardware.ReadAsync(cancellationToken))
            : new ModelFit(model, FitVerdicts.Unknown, "Ollama runs on another machine, whose memory is not known here.") { Size = size };

    private async Task<ProviderRegistry> RegistryAsync(CancellationToken cancellationToken) => models.RegistryOf(await models.ReadKeysAsync("ollama", cancellationToken));

    private static string Checked(string? model)
    {
        var name = model?.Trim() ?? "";
        return name.Length is > 0 and <= NameLimit && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '/')
            ? name : throw new PryxException("VALIDATION_ERROR", "model: a name such as qwen3:8b is expected");
    }

    private static async Task SendAsync<T>(HttpContext http, string name, T value, JsonTypeInfo<T> type)
    {
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"event: {name}\ndata: {JsonSerializer.Serialize(value, type)}\n\n"), http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
