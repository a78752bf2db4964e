using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Core.Http;
using Pryx.Testing;

namespace Pryx.Core.Tests.Hosting;

/// <summary>The document says what is there, all of it, and nothing else.</summary>
public sealed class OpenApiTests : IAsyncLifetime
{
    private readonly TempHome _home = new();
    private PryxCore _core = null!;
    private Gateway _gateway = null!;
    private JsonObject _document = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _core = new PryxCore(new CoreOptions { Paths = new PryxPaths(_home.Home, _home.Data), Settings = new Settings(static _ => null) });
        _gateway = await Gateway.StartAsync(_core, new GatewayOptions { WorkingDirectory = _home.Workspace }, Cancellation);
        _document = (JsonObject)(await GetAsync("/openapi.json")).Body!;
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _core.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public void Every_mapped_endpoint_is_in_the_document_and_every_operation_is_mapped()
    {
        var mapped = from endpoint in _gateway.Endpoints.OfType<RouteEndpoint>()
                     from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["(any)"]
                     select $"{method} {OpenApiPath.Of("/" + endpoint.RoutePattern.RawText!.TrimStart('/'))}";

        Assert.Equal(mapped.Order(StringComparer.Ordinal), Operations().Select(operation => operation.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_document_is_public()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        using var stranger = core.Client(null);
        Assert.True(JsonNode.DeepEquals(_document, JsonNode.Parse(await stranger.GetStringAsync("/openapi.json", Cancellation))));
    }

    [Fact]
    public void The_document_is_well_formed()
    {
        Assert.StartsWith("3.1.", (string?)_document["openapi"], StringComparison.Ordinal);
        Assert.Equal(Product.Version, (string?)_document["info"]!["version"]);
        var operations = Operations().ToList();
        Assert.All(operations, operation =>
        {
            Assert.NotEmpty((string)operation.Body["summary"]!);
            var responses = operation.Body["responses"]!.AsObject();
            Assert.Contains(responses, response => response.Key is ['1' or '2' or '3', ..]);
            Assert.All(responses, response => Assert.True(response.Value!["$ref"] is not null || response.Value["description"] is not null));
            Assert.NotNull(responses["default"]);
            Assert.NotNull(operation.Body["security"]);
            var inPath = (operation.Body["parameters"]?.AsArray() ?? []).Where(parameter => (string?)parameter!["in"] == "path").Select(parameter => (string?)parameter!["name"]);
            Assert.Equal(OpenApiPath.Parameters(operation.Name), inPath);
        });
        Assert.Equal(operations.Count, operations.Select(operation => (string?)operation.Body["operationId"]).Distinct().Count());
        Assert.All(References(_document), reference => Assert.True(Resolve(reference) is not null, $"{reference} points nowhere"));
        Assert.DoesNotContain(References(_document), reference => !reference.StartsWith("#/components/", StringComparison.Ordinal));
    }

    [Fact]
    public void A_route_is_described_with_its_scope_its_parameters_and_its_bodies()
    {
        var spawn = _document["paths"]!["/api/v1/agents/spawn"]!["post"]!;
        Assert.Equal("chat", (string?)spawn["security"]![0]!["token"]![0]);
        Assert.Equal("#/components/schemas/SpawnAgent", (string?)spawn["requestBody"]!["content"]!["application/json"]!["schema"]!["$ref"]);
        Assert.Equal("#/components/schemas/Agent", (string?)spawn["responses"]!["201"]!["content"]!["application/json"]!["schema"]!["$ref"]);
        var schema = _document["components"]!["schemas"]!["Agent"]!["properties"]!;
        Assert.Equal("uuid", (string?)schema["session_id"]!["format"]);
        Assert.NotNull(schema["tokens_used"]);
        Assert.Equal("startedAt", _document["components"]!["schemas"]!["AgentWait"]!["properties"]!.AsObject().Single(property => property.Key.StartsWith("started", StringComparison.Ordinal)).Key);
        Assert.Empty(_document["paths"]!["/openapi.json"]!["get"]!["security"]!.AsArray());
        Assert.Equal("#/components/responses/Error", (string?)spawn["responses"]!["default"]!["$ref"]);
    }

    [Fact]
    public async Task What_is_answered_is_what_the_document_says()
    {
        var checkedRoutes = 0;
        foreach (var route in _gateway.Routes.All.Where(route => route is { Method: "GET", Response: not null, ContentType: "application/json", Status: 200 } && !route.Path.Contains('{', StringComparison.Ordinal)))
        {
            var (status, body) = await GetAsync(route.Path);
            if (status == HttpStatusCode.OK && body is JsonObject answer && Schema(route)["properties"] is JsonObject known)
            {
                checkedRoutes++;
                Assert.True(answer.All(property => known.ContainsKey(property.Key)), $"GET {route.Path} answered {answer.ToJsonString()}, the document knows {string.Join(", ", known.Select(property => property.Key))}");
                var required = (Schema(route)["required"]?.AsArray() ?? []).Select(name => (string)name!);
                Assert.True(required.All(answer.ContainsKey), $"GET {route.Path} answered without one of {string.Join(", ", required)}: {answer.ToJsonString()}");
            }
        }
        Assert.True(checkedRoutes > 5);
    }

    [Fact]
    public void The_routes_are_those_of_the_list()
    {
        var lines = _gateway.Routes.All.OrderBy(route => route.Path, StringComparer.Ordinal).ThenBy(route => route.Method, StringComparer.Ordinal).Select(route =>
            $"{route.Method} {route.Path}{(route.Query.Count == 0 ? "" : "?" + string.Join('&', route.Query.Select(query => query.Name)))}: {route.Scope}, "
            + $"{(route.Request is { } request ? request.Type.Name + " -> " : "")}{route.Status}{(route.Response is { } response ? " " + response.Type.Name : "")}");
        var now = string.Join('\n', lines) + "\n";
        var path = Path.Combine(Repository(), "tests", "Pryx.Core.Tests", "Hosting", "routes.txt");
        if (EnvironmentSettings.Read("PRYX_SNAPSHOT") == "1")
        {
            File.WriteAllText(path, now);
        }
        Assert.True(now == File.ReadAllText(path), "The routes are not those of tests/Pryx.Core.Tests/Hosting/routes.txt. If that is meant, run this test with PRYX_SNAPSHOT=1 and look at the difference.");
    }

    private JsonObject Schema(ApiRoute route)
    {
        var reference = (string)_document["paths"]![OpenApiPath.Of(route.Path)]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["$ref"]!;
        return (JsonObject)Resolve(reference)!;
    }

    private IEnumerable<(string Name, JsonNode Body)> Operations() =>
        from path in _document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select ($"{operation.Key.ToUpperInvariant()} {path.Key}", operation.Value!);

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject json => json.SelectMany(property => property is { Key: "$ref", Value: JsonValue reference } ? [(string)reference!] : References(property.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };

    private JsonNode? Resolve(string reference)
    {
        JsonNode? node = _document;
        foreach (var part in reference.Split('/').Skip(1))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            node = node is JsonArray list ? list[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)] : node?[name];
        }
        return node;
    }

    private async Task<(HttpStatusCode Status, JsonNode? Body)> GetAsync(string path)
    {
        using var http = _gateway.CreateHttp();
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://localhost" + path);
        using var response = await http.SendAsync(request, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        return (response.StatusCode, text.Length == 0 || response.Content.Headers.ContentType?.MediaType != "application/json" ? null : JsonNode.Parse(text));
    }

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Pryx.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }
        return folder;
    }
}
