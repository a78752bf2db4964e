using System.Text.Json.Nodes;

namespace Pryx.Testing.Fake;

/// <summary>The routes that answer without a model: which models there are, what is loaded, how large it is.</summary>
internal static class Listings
{
    /// <summary>Null when there is no such route.</summary>
    public static JsonObject? Answer(FakeProvider provider, FakeRequest request) => (request.Method, request.Path) switch
    {
        ("GET", var path) when path.EndsWith("/v1/models", StringComparison.Ordinal) => request.Headers.ContainsKey("anthropic-version")
            ? new()
            {
                ["data"] = List(provider, name => new() { ["type"] = "model", ["id"] = name, ["display_name"] = name, ["created_at"] = "2026-01-01T00:00:00Z" }),
                ["has_more"] = false, ["first_id"] = provider.Models[0], ["last_id"] = provider.Models[^1],
            }
            : new() { ["object"] = "list", ["data"] = List(provider, name => new() { ["id"] = name, ["object"] = "model", ["created"] = 1767225600, ["owned_by"] = "fake" }) },
        ("GET", "/v1beta/models") => new()
        {
            ["models"] = List(provider, name => new()
            {
                ["name"] = $"models/{name}", ["displayName"] = name, ["inputTokenLimit"] = 1_048_576, ["outputTokenLimit"] = 65_536,
                ["supportedGenerationMethods"] = new JsonArray("generateContent", "countTokens"), ["thinking"] = true,
            }),
        },
        ("GET", "/api/version") => new() { ["version"] = "0.12.0" },
        ("GET", "/api/tags") => new() { ["models"] = List(provider, name => OllamaModel(name)) },
        ("GET", "/api/ps") => new() { ["models"] = new JsonArray([.. provider.Loaded.Select(Loaded)]) },
        ("POST", "/api/show") => Show(provider),
        _ => null,
    };

    private static JsonArray List(FakeProvider provider, Func<string, JsonObject> of) => new([.. provider.Models.Select(of)]);

    private static JsonObject OllamaModel(string name) => new()
    {
        ["name"] = name, ["model"] = name, ["modified_at"] = "2026-01-01T00:00:00Z", ["size"] = 4_920_753_328, ["digest"] = "46e0c10c039e",
        ["details"] = new JsonObject { ["format"] = "gguf", ["family"] = "llama", ["parameter_size"] = "8.0B", ["quantization_level"] = "Q4_K_M" },
    };

    private static JsonObject Loaded(KeyValuePair<string, long> loaded)
    {
        var model = OllamaModel(loaded.Key);
        model["size_vram"] = 4_920_753_328;
        model["expires_at"] = "2027-01-01T00:00:00Z";
        model["context_length"] = loaded.Value;
        return model;
    }

    private static JsonObject Show(FakeProvider provider) => new()
    {
        ["details"] = new JsonObject { ["format"] = "gguf", ["family"] = "llama", ["parameter_size"] = "8.0B", ["quantization_level"] = "Q4_K_M" },
        ["model_info"] = new JsonObject { ["general.architecture"] = "llama", ["llama.context_length"] = provider.ModelContext },
        ["capabilities"] = new JsonArray("completion", "tools", "vision"),
    };
}
