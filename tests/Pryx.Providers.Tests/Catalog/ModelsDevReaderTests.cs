using System.Text;
using Pryx.Protocol.Models;
using Pryx.Providers.Catalog;
using Pryx.Testing;

namespace Pryx.Providers.Tests.Catalog;

public sealed class ModelsDevReaderTests
{
    private const string Whole = """
        {
          "acme": {
            "id": "acme", "name": "Acme", "env": ["ACME_API_KEY"], "npm": "@ai-sdk/openai-compatible", "api": "https://api.acme.example/v1", "doc": "https://acme.example",
            "models": {
              "rocket-1": {
                "id": "rocket-1", "name": "Rocket 1", "family": "rocket", "release_date": "2026-05-01", "attachment": true, "reasoning": true, "tool_call": true, "structured_output": true,
                "status": "beta", "knowledge": "2026-01", "reasoning_options": [{"type": "effort", "values": ["low", "high"]}, {"type": "budget_tokens", "min": 1024, "max": 32000}],
                "cost": {"input": 2.5, "output": 15, "cache_read": 0.25, "cache_write": 3, "reasoning": 20, "request": 0.01, "tiers": [{"tier": {"size": 272000}, "input": 5, "output": 22.5, "cache_read": 0.5}]},
                "limit": {"context": 400000, "input": 272000, "output": 128000}, "modalities": {"input": ["text", "image", "pdf", "audio", "video"], "output": ["text", "image"]}
              },
              "rocket-mini": {"id": "rocket-mini", "base_model": "acme/rocket-1", "base_model_omit": ["reasoning_options"], "name": "Rocket Mini", "cost": {"input": 1, "output": 2}, "limit": {"output": 4096}},
              "stone": {"id": "stone", "name": "Stone", "tool_call": false, "limit": {"context": 0, "output": 0}}
            }
          }
        }
        """;

    [Fact]
    [Requirement("MOD3", "modalities")]
    [Requirement("MOD3", "caching")]
    [Requirement("MOD3", "streaming")]
    [Requirement("MOD3", "tokenizer")]
    public void Everything_that_is_said_of_a_model_survives_the_table()
    {
        var table = CatalogTable.Open(Read(Whole).ToTable(new() { FetchedAt = DateTimeOffset.UnixEpoch }))!;
        var model = table.Find("acme", "ROCKET-1", new("acme", "rocket-1"))!;
        Assert.Equal(("Rocket 1", "rocket", new DateOnly(2026, 5, 1), "beta"), (model.DisplayName, model.Family, model.Released!.Value, model.Status));
        Assert.Equal((400_000L, 272_000L, 128_000L), (model.ContextWindow!.Value, model.MaxInput!.Value, model.MaxOutput!.Value));
        Assert.True(model is { SupportsTools: true, SupportsImages: true, SupportsReasoning: true, SupportsStructuredOutput: true, SupportsCaching: true, SupportsStreaming: true });
        Assert.Equal(["text", "image", "pdf", "audio", "video"], model.InputModalities);
        Assert.Equal(["text", "image"], model.OutputModalities);
        Assert.Equal(["low", "high"], model.Efforts);
        Assert.Equal(new ReasoningBudget(1024, 32_000), model.ReasoningBudget);
        Assert.Equal((2.5m, 15m, 0.25m, 3m, 20m, 0.01m), (model.Price!.Input, model.Price.Output, model.Price.CacheRead!.Value, model.Price.CacheWrite!.Value, model.Price.Reasoning!.Value, model.Price.Request));
        Assert.Equal(new PriceTier(272_000, new(5, 22.5m, 0.5m)), Assert.Single(model.Price.Tiers));
        Assert.Equal("o200k", CatalogTable.Bundled.Find("openai", "gpt-4o", new("openai", "gpt-4o"))!.Tokenizer);

        var like = table.Find("acme", "rocket-mini", new("acme", "rocket-mini"))!;
        Assert.Equal((400_000L, 4096L, true), (like.ContextWindow!.Value, like.MaxOutput!.Value, like.SupportsReasoning));
        Assert.Empty(like.Efforts);
        Assert.Null(like.Price!.CacheRead);

        var stone = table.Find("acme", "stone", new("acme", "stone"))!;
        Assert.Equal((null, null, false), (stone.ContextWindow, stone.Price, stone.SupportsTools));
        Assert.Null(table.Find("acme", "rocket", new("acme", "rocket")));
        Assert.Equal("https://api.acme.example/v1", table.FindProvider("acme")!.Api);
    }

    [Fact]
    public void A_model_that_is_only_named_is_what_most_of_those_who_serve_it_say()
    {
        var models = Read("""
            {"maker":{"models":{"m-1":{"base_model":"maker/m-1","cost":{"input":1,"output":2}}}},
             "one":{"models":{"maker/m-1":{"limit":{"context":400000},"modalities":{"input":["text","image"]}}}},
             "two":{"models":{"m-1":{"limit":{"context":8000},"modalities":{"input":["text"]}}}},
             "three":{"models":{"M-1":{"limit":{"context":400000},"modalities":{"input":["text","image"]}}}}}
            """).Models;
        var named = models.Single(model => model.Ref == new ModelRef("maker", "m-1"));
        Assert.Equal((400_000L, 1m), (named.ContextWindow!.Value, named.Price!.Input));
        Assert.Contains("image", named.InputModalities);
    }

    [Fact]
    public void The_shape_of_the_cache_file_says_the_same()
    {
        var content = Read("""
            {"fetched_at": "2026-06-01T10:00:00Z", "cached_at": "2026-06-01T10:00:00Z",
             "providers": {"acme": {"name": "Acme", "npm": "@ai-sdk/openai-compatible", "env": ["ACME_API_KEY"], "doc": "", "api": "https://api.acme.example/v1"}, "empty": {"name": "Empty", "env": []}},
             "models": {"acme/rocket-1": {"id": "rocket-1", "name": "Rocket 1", "cost": {"input": 1, "output": 2}, "limit": {"context": 1000, "output": 10}},
                        "rocket-2": {"id": "rocket-2", "provider": "acme", "name": "Rocket 2"}, "acme/deep/name": {"provider_id": "acme", "id": "deep/name"}}}
            """);
        Assert.Equal(new DateTimeOffset(2026, 6, 1, 10, 0, 0, TimeSpan.Zero), content.FetchedAt);
        Assert.Equal(["acme/deep/name", "acme/rocket-1", "acme/rocket-2"], content.Models.Select(model => model.Ref.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(["acme", "empty"], content.Providers.Select(provider => provider.Id));
    }

    [Theory]
    [InlineData("no JSON object", "[]")]
    [InlineData("no valid JSON", "")]
    [InlineData("no valid JSON", "<html>")]
    [InlineData("no model in it", "{}")]
    [InlineData("no model in it", """{"acme":{"models":{}}}""")]
    [InlineData("no valid JSON", """{"acme":{"models":{"m":{}}}} {}""")]
    [InlineData("is there twice", """{"acme":{"models":{"m":{}}},"acme":{"models":{"n":{}}}}""")]
    [InlineData("is there twice", """{"acme":{"models":{"m":{},"m":{}}}}""")]
    [InlineData("an object is expected", """{"acme":{"models":["m"]}}""")]
    [InlineData("an object is expected", """{"acme":{"models":{"m":"x"}}}""")]
    [InlineData("a text is expected", """{"acme":{"name":5,"models":{"m":{}}}}""")]
    [InlineData("a number is expected", """{"acme":{"models":{"m":{"cost":{"input":"NaN","output":1}}}}}""")]
    [InlineData("no valid JSON", """{"acme":{"models":{"m":{"cost":{"input":NaN,"output":1}}}}}""")]
    [InlineData("is no price", """{"acme":{"models":{"m":{"cost":{"input":-1,"output":1}}}}}""")]
    [InlineData("is no price", """{"acme":{"models":{"m":{"cost":{"input":1e9,"output":1}}}}}""")]
    [InlineData("a number is expected", """{"acme":{"models":{"m":{"cost":{"input":1e999,"output":1}}}}}""")]
    [InlineData("no number of tokens", """{"acme":{"models":{"m":{"limit":{"context":-5}}}}}""")]
    [InlineData("no number of tokens", """{"acme":{"models":{"m":{"limit":{"context":1.5}}}}}""")]
    [InlineData("no number of tokens", """{"acme":{"models":{"m":{"limit":{"context":1e20}}}}}""")]
    [InlineData("true or false is expected", """{"acme":{"models":{"m":{"tool_call":"yes"}}}}""")]
    [InlineData("control character", """{"acme":{"models":{"m":{"name":"x\u001b[31mred"}}}}""")]
    [InlineData("control character", """{"acme":{"models":{"m\u0000":{}}}}""")]
    [InlineData("control character", """{"acme":{"models":{"m":{"name":"a\u202eb"}}}}""")]
    [InlineData("no id of a model", """{"acme":{"models":{"m n":{}}}}""")]
    [InlineData("no id of a model", """{"acme":{"models":{"":{}}}}""")]
    [InlineData("no id of a provider", """{"ac me":{"models":{"m":{}}}}""")]
    [InlineData("no id of a provider", """{"a/../b":{"models":{"m":{}}}}""")]
    [InlineData("its id is", """{"acme":{"id":"openai","models":{"m":{}}}}""")]
    [InlineData("an https address is expected", """{"acme":{"api":"http://evil.example/v1","models":{"m":{}}}}""")]
    [InlineData("an https address is expected", """{"acme":{"api":"file:///etc/passwd","models":{"m":{}}}}""")]
    [InlineData("an https address is expected", """{"acme":{"api":"https://user:pass@evil.example","models":{"m":{}}}}""")]
    [InlineData("name of a variable", """{"acme":{"env":["A B"],"models":{"m":{}}}}""")]
    public void A_broken_or_hostile_catalog_is_refused_whole(string why, string json) =>
        Assert.Contains(why, Assert.Throws<CatalogException>(() => Read(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void One_that_is_cut_off_too_deep_too_long_or_too_large_is_refused()
    {
        foreach (var length in (int[])[1, 40, Whole.Length / 3, Whole.Length / 2, Whole.Length - 2])
        {
            Assert.Throws<CatalogException>(() => Read(Whole[..length]));
        }
        Assert.Throws<CatalogException>(() => Read("""{"acme":{"x":""" + new string('[', 100) + new string(']', 100) + ""","models":{"m":{}}}}"""));
        Assert.Throws<CatalogException>(() => Read("{\"acme\":{\"models\":{\"" + new string('m', 300) + "\":{}}}}"));
        Assert.Throws<CatalogException>(() => Read("{\"acme\":{\"models\":{\"m\":{\"name\":\"" + new string('n', 300) + "\"}}}}"));
        Assert.Throws<CatalogException>(() => ModelsDevReader.Read(new byte[33 * 1024 * 1024]));
        Assert.Throws<CatalogException>(() => ModelsDevReader.Read([.. Encoding.UTF8.GetBytes("{\"acme\":{\"models\":{\"m\":{\"name\":\""), 0xFF, 0xFE, .. Encoding.UTF8.GetBytes("\"}}}}")]));
    }

    [Fact]
    public void A_table_that_is_only_a_part_of_one_is_none()
    {
        var table = Read(Whole).ToTable(new() { FetchedAt = DateTimeOffset.UnixEpoch });
        Assert.NotNull(CatalogTable.Open(table));
        Assert.Null(CatalogTable.Open(table[..^1]));
        Assert.Null(CatalogTable.Open([]));
        Assert.Null(CatalogTable.Open(Encoding.UTF8.GetBytes("x\ty\n")));
    }

    [Fact]
    public void Five_thousand_models_take_less_than_15_MB_from_the_file_to_the_table()
    {
        var json = new StringBuilder("{");
        for (var provider = 0; provider < 125; provider++)
        {
            json.Append(provider == 0 ? "" : ",").Append($$"""
                "p{{provider}}":{"id":"p{{provider}}","name":"Provider","env":["P_API_KEY"],"npm":"@ai-sdk/openai-compatible","api":"https://p{{provider}}.example/v1","models":{
                """);
            for (var model = 0; model < 40; model++)
            {
                json.Append(model == 0 ? "" : ",").Append($$$"""
                    "maker/model-{{{model}}}-instruct":{"id":"maker/model-{{{model}}}-instruct","name":"Model {{{model}}} Instruct","family":"model","release_date":"2026-05-01","last_updated":"2026-05-01","attachment":true,
                    "reasoning":true,"temperature":true,"tool_call":true,"knowledge":"2026-01","open_weights":false,"reasoning_options":[{"type":"effort","values":["low","medium","high"]}],
                    "cost":{"input":{{{model}}}.25,"output":15.0,"cache_read":0.3,"cache_write":3.75},"limit":{"context":200000,"output":64000},"modalities":{"input":["text","image","pdf"],"output":["text"]}}
                    """);
            }
            json.Append("}}");
        }
        var bytes = Encoding.UTF8.GetBytes(json.Append('}').ToString());
        var before = GC.GetAllocatedBytesForCurrentThread();
        var content = ModelsDevReader.Read(bytes);
        var table = content.ToTable(new() { FetchedAt = DateTimeOffset.UnixEpoch });
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(5_000, content.Models.Count);
        Assert.Equal(15m, CatalogTable.Open(table)!.Find("p124", "maker/model-39-instruct", new("p", "m"))!.Price!.Output);
        Assert.InRange(allocated, 1, 15_000_000);
    }

    private static CatalogContent Read(string json) => ModelsDevReader.Read(Encoding.UTF8.GetBytes(json));
}
