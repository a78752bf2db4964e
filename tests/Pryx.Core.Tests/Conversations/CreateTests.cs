using System.Globalization;
using System.Net;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Conversations;

/// <summary>POST /api/v1/conversations.</summary>
public sealed class CreateTests : IAsyncLifetime
{
    private TestCore _core = null!;
    private FakeProvider _provider = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hello.")), Cancellation);
        _core = await Talk.StartAsync(_provider, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _core.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    [Requirement("CA1", "create")]
    [Requirement("CA8", "1.1")]
    public async Task The_least_gives_a_whole_conversation_with_nulls_and_empty_lists()
    {
        var made = await _core.CreateAsync(Cancellation);

        Assert.True(Guid.TryParseExact((string?)made["conversationId"], "D", out _));
        Assert.Equal(
            ["conversationId", "createdAt", "updatedAt", "modelProviderId", "modelProviderApi", "model", "title", "summary", "parent", "agentRole", "tags", "history"],
            made.AsObject().Select(field => field.Key));
        Assert.Equal(("openai", "responses", "gpt-4o"), ((string?)made["modelProviderId"], (string?)made["modelProviderApi"], (string?)made["model"]));
        Assert.All(["title", "summary", "parent", "agentRole"], name => Assert.Null(made[name]));
        Assert.Empty(made["tags"]!.AsArray());
        Assert.Empty(made["history"]!.AsArray());
        Assert.Equal((string?)made["createdAt"], (string?)made["updatedAt"]);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string)made["createdAt"]!);
        Assert.InRange(TimeProvider.System.GetUtcNow() - DateTimeOffset.Parse((string)made["createdAt"]!, CultureInfo.InvariantCulture), TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(1));
    }

    [Fact]
    [Requirement("CA8", "1.2")]
    public async Task Metadata_comes_back_as_it_was_given()
    {
        var made = await _core.CreateAsync(Cancellation, new
        {
            modelProviderId = "anthropic", modelProviderApi = "messages", model = "claude-3-5-sonnet", title = "Ümläute \"and\" ✓", summary = "s", tags = (string[])["a", "b"], agentRole = "helper",
        });
        var seen = await _core.SeeAsync($"{Talk.Conversations}/{made["conversationId"]}", Cancellation);

        Assert.Equal("Ümläute \"and\" ✓", (string?)made["title"]);
        Assert.Equal(("s", "helper"), ((string?)made["summary"], (string?)made["agentRole"]));
        Assert.Equal(["a", "b"], made["tags"]!.AsArray().Select(tag => (string?)tag));
        Assert.Equal(made.ToJsonString(), seen.ToJsonString());
    }

    [Theory]
    [InlineData("modelProviderId")]
    [InlineData("modelProviderApi")]
    [InlineData("model")]
    [Requirement("CA8", "1.3")]
    [Requirement("CA8", "1.4")]
    [Requirement("CA8", "1.5")]
    public async Task A_missing_empty_or_wrongly_typed_field_is_named(string field)
    {
        foreach (var value in (string?[])[null, "\"\"", "17", "null", "[]", "{}", "true"])
        {
            var fields = new Dictionary<string, string> { ["modelProviderId"] = "\"openai\"", ["modelProviderApi"] = "\"chat\"", ["model"] = "\"m\"" };
            fields.Remove(field);
            if (value is not null)
            {
                fields[field] = value;
            }
            var error = await _core.RefusedAsync(
                HttpMethod.Post, Talk.Conversations, $"{{{string.Join(",", fields.Select(pair => $"\"{pair.Key}\":{pair.Value}"))}}}", HttpStatusCode.BadRequest, "VALIDATION_ERROR", Cancellation);

            Assert.StartsWith(field + ": ", (string)error["message"]!);
            Assert.Equal(field, (string?)error["details"]!["errors"]![0]!["path"]);
            Assert.NotNull((string?)error["requestId"]);
        }
    }

    [Fact]
    public async Task Everything_wrong_is_said_at_once()
    {
        var error = await _core.RefusedAsync(HttpMethod.Post, Talk.Conversations, """{"title":7,"tags":["a",1],"agentRole":[]}""", HttpStatusCode.BadRequest, "VALIDATION_ERROR", Cancellation);

        Assert.Equal(["modelProviderId", "modelProviderApi", "model", "title", "tags", "agentRole"], ((string)error["message"]!).Split("; ").Select(part => part.Split(':')[0]));
        Assert.Equal(6, error["details"]!["errors"]!.AsArray().Count);
    }

    [Fact]
    [Requirement("CA8", "1.6")]
    public async Task An_unknown_provider_is_answered_with_those_there_are()
    {
        var error = await _core.RefusedAsync(
            HttpMethod.Post, Talk.Conversations, new { modelProviderId = "acme", modelProviderApi = "chat", model = "m" }, HttpStatusCode.BadRequest, "VALIDATION_ERROR", Cancellation);

        Assert.Contains("Supported providers: openai, anthropic, openrouter", (string?)error["message"]);
    }

    [Theory]
    [InlineData("openai", "messages", "responses, chat")]
    [InlineData("anthropic", "chat", "messages")]
    [InlineData("anthropic", "responses", "messages")]
    [InlineData("openrouter", "responses", "chat")]
    [InlineData("openrouter", "messages", "chat")]
    [InlineData("openai", "Chat", "responses, chat")]
    [Requirement("CA8", "1.7")]
    public async Task A_provider_does_not_speak_another_ones_API(string provider, string api, string supported)
    {
        var error = await _core.RefusedAsync(
            HttpMethod.Post, Talk.Conversations, new { modelProviderId = provider, modelProviderApi = api, model = "m" }, HttpStatusCode.BadRequest, "VALIDATION_ERROR", Cancellation);

        Assert.Equal($"Provider {provider} does not support API {api}. Supported APIs: {supported}", (string?)error["message"]);
    }

    [Theory]
    [InlineData("openai", "responses")]
    [InlineData("openai", "chat")]
    [InlineData("anthropic", "messages")]
    [InlineData("openrouter", "chat")]
    [Requirement("CA8", "1.8")]
    public async Task Every_combination_of_the_table_is_taken_with_any_model(string provider, string api)
    {
        var made = await _core.CreateAsync(Cancellation, new { modelProviderId = provider, modelProviderApi = api, model = "some/unheard-of:model" });

        Assert.Equal((provider, api, "some/unheard-of:model"), ((string?)made["modelProviderId"], (string?)made["modelProviderApi"], (string?)made["model"]));
    }

    [Theory]
    [InlineData("openai", "responses", "OPENAI_API_KEY")]
    [InlineData("anthropic", "messages", "ANTHROPIC_API_KEY")]
    [InlineData("openrouter", "chat", "OPENROUTER_API_KEY")]
    [Requirement("CA5", "ConfigurationError 400")]
    [Requirement("CA8", "1.9")]
    public async Task Without_credentials_nothing_is_made_and_the_variable_is_named(string provider, string api, string variable)
    {
        await using var bare = await TestCore.StartAsync(null, Cancellation);

        var error = await bare.RefusedAsync(
            HttpMethod.Post, Talk.Conversations, new { modelProviderId = provider, modelProviderApi = api, model = "m" }, HttpStatusCode.BadRequest, "VALIDATION_ERROR", Cancellation);

        Assert.StartsWith("Missing API key: ", (string?)error["message"]);
        Assert.Contains(variable, (string?)error["message"]);
        Assert.Empty((await bare.SeeAsync(Talk.Conversations, Cancellation))["conversations"]!.AsArray());
    }

    [Fact]
    [Requirement("CA5", "ConfigurationError 400")]
    public async Task A_base_URL_that_is_none_is_a_configuration_error()
    {
        await using var broken = await TestCore.StartAsync(null, Cancellation, environment: new Dictionary<string, string> { ["OPENAI_API_KEY"] = "sk-x", ["OPENAI_BASE_URL"] = "not a url" });

        var error = await broken.RefusedAsync(HttpMethod.Post, Talk.Conversations, Talk.OpenAi, HttpStatusCode.BadRequest, "VALIDATION_ERROR", Cancellation);

        Assert.StartsWith("Configuration error: ", (string?)error["message"]);
        Assert.Contains("OPENAI_BASE_URL", (string?)error["message"]);
    }

    [Fact]
    [Requirement("CA6", "loaded")]
    public async Task The_key_may_be_in_the_env_file_of_the_servers_folder()
    {
        using var home = new TempHome();
        home.Write(".env", "OPENAI_API_KEY=sk-from-file\n");
        await using var core = await TestCore.StartAsync(null, Cancellation, home);

        await core.CreateAsync(Cancellation);
    }

    [Fact]
    [Requirement("CA8", "1.10")]
    public async Task Fields_nobody_knows_do_no_harm()
    {
        var made = await _core.CreateAsync(Cancellation, new { modelProviderId = "openai", modelProviderApi = "chat", model = "m", colour = "red", conversationId = "mine" });

        Assert.Null(made["colour"]);
        Assert.NotEqual("mine", (string?)made["conversationId"]);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("{\"modelProviderId\":\"openai\",}")]
    [InlineData("{\"model\":\"\\ud800\",\"modelProviderId\":\"openai\",\"modelProviderApi\":\"chat\"}")]
    [InlineData("{\"\\ud800\":1}")]
    public async Task What_is_no_JSON_is_said_to_be_none(string body) =>
        await _core.RefusedAsync(HttpMethod.Post, Talk.Conversations, body, HttpStatusCode.BadRequest, "INVALID_JSON", Cancellation);

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("7")]
    public async Task JSON_that_is_no_object_is_said_to_be_none(string body) =>
        await _core.RefusedAsync(HttpMethod.Post, Talk.Conversations, body, HttpStatusCode.BadRequest, "VALIDATION_ERROR", Cancellation);

    [Fact]
    public async Task Another_content_type_is_refused()
    {
        using var content = new StringContent("""{"modelProviderId":"openai"}""", System.Text.Encoding.UTF8, "text/plain");
        using var answer = await _core.Http.PostAsync(Talk.Conversations, content, Cancellation);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Contains("\"INVALID_CONTENT_TYPE\"", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task A_body_beyond_a_megabyte_is_too_large()
    {
        var error = await _core.RefusedAsync(
            HttpMethod.Post, Talk.Conversations, new { modelProviderId = "openai", modelProviderApi = "chat", model = new string('m', 1_100_000) }, HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE", Cancellation);

        Assert.NotNull(error["message"]);
        await _core.CreateAsync(Cancellation);
    }

    [Fact]
    public async Task Without_the_token_there_is_no_conversation_API()
    {
        using var stranger = _core.Client(null);
        using var answer = await stranger.GetAsync(Talk.Conversations, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("\"code\":\"UNAUTHORIZED\"", text);
        Assert.Contains("\"requestId\"", text);
    }

    [Theory]
    [InlineData("PUT", "/api/v1/conversations")]
    [InlineData("PUT", "/api/v1/turns/3f0c1a6e-0000-4000-8000-000000000000")]
    public async Task A_method_that_a_path_does_not_take_is_said_in_the_same_body(string method, string path) =>
        await _core.RefusedAsync(new(method), path, null, HttpStatusCode.MethodNotAllowed, "METHOD_NOT_ALLOWED", Cancellation);
}
