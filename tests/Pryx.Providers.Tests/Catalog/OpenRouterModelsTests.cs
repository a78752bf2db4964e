using System.Text;
using Pryx.Providers.Catalog;
using Pryx.Testing;

namespace Pryx.Providers.Tests.Catalog;

public sealed class OpenRouterModelsTests
{
    // As https://openrouter.ai/docs/api-reference/list-available-models shows an entry.
    private const string Live = """
        {"data":[
          {"id":"acme/rocket-1","canonical_slug":"acme/rocket-1","hugging_face_id":null,"name":"Acme: Rocket 1","created":1764547200,"description":"x","context_length":262144,
           "architecture":{"modality":"text+image->text","input_modalities":["text","image","file"],"output_modalities":["text"],"tokenizer":"GPT","instruct_type":null},
           "pricing":{"prompt":"0.0000025","completion":"0.000015","request":"0.01","image":"0.001","web_search":"0","internal_reasoning":"0","input_cache_read":"0.00000025","input_cache_write":"0.000003125"},
           "top_provider":{"context_length":200000,"max_completion_tokens":64000,"is_moderated":true},"per_request_limits":null,
           "supported_parameters":["tools","tool_choice","reasoning","structured_outputs","max_tokens"],"default_parameters":{}},
          {"id":"acme/plain","name":"Acme: Plain","created":1,"context_length":8192,"architecture":{"input_modalities":["text"],"output_modalities":["text"],"tokenizer":"Other"},
           "pricing":{"prompt":"0","completion":"0"},"top_provider":{"context_length":null,"max_completion_tokens":null},"supported_parameters":["temperature"]},
          {"id":"openrouter/auto","name":"Auto","pricing":{"prompt":"-1","completion":"-1"},"supported_parameters":[]}
        ]}
        """;

    private static ModelDirectory Directory => new(null, CatalogTable.Open(OpenRouterModels.Read(Encoding.UTF8.GetBytes(Live)).ToTable(new() { FetchedAt = TimeProvider.System.GetUtcNow() })), CatalogOverrides.None);

    [Fact]
    [Requirement("MOD2", "OpenRouter")]
    [Requirement("MOD10", "OpenRouter dynamic")]
    public void Its_own_list_gives_limits_and_prices_per_million()
    {
        var model = Directory.Find(new("openrouter", "acme/rocket-1"))!;
        Assert.Equal((200_000L, 64_000L, "gpt"), (model.ContextWindow!.Value, model.MaxOutput!.Value, model.Tokenizer));
        Assert.Equal((2.5m, 15m, 0.25m, 3.125m, 0.01m, null), (model.Price!.Input, model.Price.Output, model.Price.CacheRead!.Value, model.Price.CacheWrite!.Value, model.Price.Request, model.Price.Reasoning));
        Assert.True(model is { SupportsTools: true, SupportsImages: true, SupportsReasoning: true, SupportsStructuredOutput: true, SupportsCaching: true });
        Assert.Equal(["text", "image", "pdf"], model.InputModalities);

        var plain = Directory.Find(new("openrouter", "acme/plain"))!;
        Assert.True(plain is { SupportsTools: false, SupportsImages: false, ContextWindow: 8192, MaxOutput: null, Tokenizer: null, Price: { Input: 0, Output: 0 } });
        // What it routes to decides the price: it is not known, and not nothing.
        Assert.Null(Directory.Find(new("openrouter", "openrouter/auto"))!.Price);
    }

    [Fact]
    [Requirement("MOD12", "OpenRouter defaults")]
    public void Where_a_model_says_nothing_else_ten_tools_and_five_calls_at_once_are_let_through()
    {
        Assert.Equal((10, 5), Limits(Directory, "acme/rocket-1"));
        Assert.Equal((10, 5), Limits(ModelDirectory.Bundled, "anthropic/claude-sonnet-4.5"));
        Assert.Equal((null, null), (ModelDirectory.Bundled.Find(new("openai", "gpt-4o"))!.MaxToolsPerRequest, ModelDirectory.Bundled.Find(new("openai", "gpt-4o"))!.MaxParallelToolCalls));
        var own = new ModelDirectory(null, null, OverrideReader.Read("""{"openrouter/anthropic/claude-sonnet-4.5":{"max_tools":64}}""", "", Assert.Fail));
        Assert.Equal((64, 5), Limits(own, "anthropic/claude-sonnet-4.5"));

        static (int?, int?) Limits(ModelDirectory directory, string model) => (directory.Find(new("openrouter", model))!.MaxToolsPerRequest, directory.Find(new("openrouter", model))!.MaxParallelToolCalls);
    }

    [Fact]
    public void It_is_listed_with_what_the_catalog_knows_besides()
    {
        var all = Directory.Of("openrouter").ToList();
        Assert.Contains(all, model => model.Ref.Model == "acme/rocket-1");
        Assert.Contains(all, model => model.Ref.Model == "anthropic/claude-sonnet-4.5");
        Assert.Equal(all.Count, all.Select(model => model.Ref.Model).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(all, model => Assert.Equal("openrouter", model.Ref.Provider));
    }

    [Theory]
    [InlineData("""{"data":[]}""")]
    [InlineData("""{"error":"no"}""")]
    [InlineData("""{"data":[{"name":"x"}]}""")]
    [InlineData("""{"data":[{"id":"a"},{"id":"a"}]}""")]
    [InlineData("""{"data":[{"id":"a","pricing":{"prompt":"-0.5","completion":"1"}}]}""")]
    [InlineData("""{"data":[{"id":"a","pricing":{"prompt":"free","completion":"1"}}]}""")]
    [InlineData("""{"data":[{"id":"a","pricing":{"prompt":"999","completion":"1"}}]}""")]
    [InlineData("""{"data":[{"id":"a","name":"\u0007"}]}""")]
    public void A_broken_list_is_refused_whole(string json) => Assert.Throws<CatalogException>(() => OpenRouterModels.Read(Encoding.UTF8.GetBytes(json)));
}
