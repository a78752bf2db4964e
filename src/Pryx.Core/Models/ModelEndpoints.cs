using Microsoft.AspNetCore.Http;
using Pryx.Core.Catalog;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Providers.Catalog;

namespace Pryx.Core.Models;

/// <summary><c>/api/v1/models</c>: what is served, within which limits, at which price, and where that is known from.</summary>
public sealed class ModelEndpoints(ModelDesk models, CatalogDesk catalog)
{
    private static readonly ApiParameter Search = new("search", "Words that must all occur in the provider, the id or the name");
    private static readonly ApiParameter Deprecated = new("deprecated", "true: also those that their provider is about to end", "boolean");

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/models", "The known models of all providers, with a key or without, and where that is known from")
        {
            Query = [new("configured", "true: only of providers a call could be sent to", "boolean"), new("provider", "Only of this one"), Search, Deprecated],
            Response = ModelListJson.Default.ModelList,
        }, ListAsync);
        routes.Add(new("GET", "/api/v1/providers/{id}/models", "The models of a provider as far as they are known; of Ollama those that are installed")
        { Query = [Search, Deprecated], Response = ModelListJson.Default.ModelList }, ListOfAsync);
        routes.Add(new("GET", "/api/v1/models/lookup", "The one model that a name means: an id, an alias, sonnet, gpt5 mini; its key need not be there")
        { Query = [new("name", "As people type it")], Response = ModelListJson.Default.ModelBody }, LookUpAsync);
        routes.Add(new("POST", "/api/v1/models/refresh", "Fetches the catalog and OpenRouter's list now; what fails leaves the old one in use")
        { Scope = Scopes.Admin, Response = ModelListJson.Default.CatalogRefreshed }, RefreshAsync);
    }

    private async Task ListAsync(HttpContext http)
    {
        var isConfigured = await models.ReadConfiguredAsync(http.RequestAborted);
        var (onlyConfigured, withDeprecated) = (http.QueryFlag("configured"), http.QueryFlag("deprecated"));
        IEnumerable<ModelInfo> all;
        if (http.QueryText("provider") is { } id)
        {
            var provider = models.Directory.Providers.Find(id);
            if (provider is { Wire: ProviderWire.Ollama })
            {
                await WriteInstalledAsync(http, provider);
                return;
            }
            all = models.Directory.Of(provider?.Id ?? id.ToLowerInvariant(), withDeprecated).ToList();
            if (provider is null && !all.Any())
            {
                throw new PryxException("PROVIDER_UNKNOWN", "provider not found", "GET /api/v1/providers lists them.");
            }
        }
        else
        {
            all = models.Directory.All(withDeprecated);
        }
        await WriteAsync(http, all.Where(model => !onlyConfigured || isConfigured(model.Ref.Provider)), model => ModelBody.Of(model) with { Provider = model.Ref.Provider, Configured = isConfigured(model.Ref.Provider) });
    }

    private async Task ListOfAsync(HttpContext http)
    {
        var provider = http.ProviderOf(models);
        if (provider.Wire == ProviderWire.Ollama)
        {
            await WriteInstalledAsync(http, provider);
            return;
        }
        await WriteAsync(http, models.Directory.Of(provider.Id, http.QueryFlag("deprecated")), ModelBody.Of);
    }

    private async Task WriteAsync(HttpContext http, IEnumerable<ModelInfo> all, Func<ModelInfo, ModelBody> body)
    {
        var words = (http.QueryText("search") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        ModelBody[] found = [.. all.Where(model => words.All(word => $"{model.Ref} {model.DisplayName} {model.Family}".Contains(word, StringComparison.OrdinalIgnoreCase))).Select(body)];
        await http.WriteAsync(
            new ModelList(found, found.Length > 0 ? null : words.Length > 0 ? $"No known model has \"{string.Join(' ', words)}\" in its name." : "No model is known here; any that the provider serves can be named.") { Catalog = catalog.State },
            ModelListJson.Default.ModelList);
    }

    private async Task WriteInstalledAsync(HttpContext http, ProviderInfo provider)
    {
        var installed = await models.ReadOllamaModelsAsync(http.RequestAborted);
        var list = new ModelList([.. (await models.DescribeOllamaAsync(installed ?? [], http.RequestAborted)).Select(model => ModelBody.Of(model) with { Provider = http.QueryText("provider") is null ? null : provider.Id })]);
        await http.WriteAsync(installed switch
        {
            null => list with { Note = "Ollama does not answer. Start it with `ollama serve`, or set ollama_endpoint." },
            { Count: 0 } => list with { Note = "No model is installed. Get one with `ollama pull llama3`, or: pryx model pull llama3" },
            _ => list,
        }, ModelListJson.Default.ModelList);
    }

    private async Task LookUpAsync(HttpContext http)
    {
        var name = http.QueryText("name") ?? throw new PryxException("VALIDATION_ERROR", "name: the name of a model is expected");
        var model = await models.LookUpAsync(name, http.RequestAborted);
        var provider = models.Directory.Providers.Find(model.Provider);
        if (models.Directory.Find(model) is not { } known)
        {
            known = provider is not null ? new(model) : throw new PryxException("PROVIDER_UNKNOWN", $"There is no provider '{model.Provider}'.", "pryx provider list --available shows those that are known");
        }
        var isConfigured = await models.ReadConfiguredAsync(http.RequestAborted);
        await http.WriteAsync(ModelBody.Of(known) with { Provider = provider?.Id ?? model.Provider, Configured = provider is not null && isConfigured(provider.Id) }, ModelListJson.Default.ModelBody);
    }

    private async Task RefreshAsync(HttpContext http)
    {
        var isChanged = await catalog.RefreshAsync(onlyStale: false, withOpenRouter: true, http.RequestAborted);
        await http.WriteAsync(new CatalogRefreshed(isChanged, catalog.Directory.All(withDeprecated: true).Count(), catalog.State), ModelListJson.Default.CatalogRefreshed);
    }
}
