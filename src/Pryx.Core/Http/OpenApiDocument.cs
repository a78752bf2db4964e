using System.Text.Json.Nodes;
using Pryx.Protocol;

namespace Pryx.Core.Http;

/// <summary>The OpenAPI 3.1 document of the routes, made from what each of them says of itself.</summary>
public static class OpenApiDocument
{
    public const string Version = "3.1.0";

    /// <param name="version">The product's.</param>
    public static JsonObject Of(IReadOnlyList<ApiRoute> routes, string version)
    {
        var schemas = new OpenApiSchemas();
        var error = schemas.Of(ProtocolJson.Default.ErrorBody);
        var paths = new JsonObject();
        foreach (var route in routes.OrderBy(route => route.Path, StringComparer.Ordinal).ThenBy(route => route.Method, StringComparer.Ordinal))
        {
            var path = OpenApiPath.Of(route.Path);
            if (paths[path] is not JsonObject operations)
            {
                paths[path] = operations = [];
            }
            operations[route.Method.ToLowerInvariant()] = Operation(route, schemas);
        }
        return new JsonObject
        {
            ["openapi"] = Version,
            ["info"] = new JsonObject { ["title"] = "Pryx", ["version"] = version, ["description"] = "The gateway of Pryx: every surface, script and program drives it through these routes." },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas.All,
                ["responses"] = new JsonObject { ["Error"] = new JsonObject { ["description"] = "What happened, why, and what to do next.", ["content"] = Content("application/json", error) } },
                ["securitySchemes"] = new JsonObject
                {
                    ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "The token of this machine's user (core.token), or one made from it with fewer scopes." },
                },
            },
        };
    }

    private static JsonObject Operation(ApiRoute route, OpenApiSchemas schemas)
    {
        var operation = new JsonObject { ["operationId"] = OpenApiPath.OperationId(route), ["summary"] = route.Summary, ["tags"] = new JsonArray(OpenApiPath.Tag(route.Path)) };
        var parameters = new JsonArray();
        foreach (var name in OpenApiPath.Parameters(route.Path))
        {
            parameters.Add((JsonNode)new JsonObject { ["name"] = name, ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } });
        }
        foreach (var query in route.Query)
        {
            parameters.Add((JsonNode)new JsonObject { ["name"] = query.Name, ["in"] = "query", ["description"] = query.Description, ["schema"] = new JsonObject { ["type"] = query.Type } });
        }
        if (parameters.Count > 0)
        {
            operation["parameters"] = parameters;
        }
        if (route.Request is { } request)
        {
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content("application/json", schemas.Of(request)) };
        }
        var success = new JsonObject { ["description"] = route.Summary };
        if (route.Status is not (204 or 101))
        {
            success["content"] = Content(route.ContentType, route.Response is { } response ? schemas.Of(response) : new JsonObject { ["type"] = route.ContentType == "application/json" ? "object" : "string" });
        }
        operation["responses"] = new JsonObject
        {
            [route.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)] = success,
            ["default"] = new JsonObject { ["$ref"] = "#/components/responses/Error" },
        };
        operation["security"] = route.Scope == Scopes.None ? [] : new JsonArray(new JsonObject { ["token"] = Names(route.Scope) });
        return operation;
    }

    private static JsonArray Names(Scopes scopes)
    {
        var names = new JsonArray();
        foreach (var scope in (ReadOnlySpan<Scopes>)[Scopes.Read, Scopes.Chat, Scopes.Approve, Scopes.Admin])
        {
            if ((scopes & scope) != 0)
            {
                names.Add((JsonNode)scope.ToString().ToLowerInvariant());
            }
        }
        return names;
    }

    private static JsonObject Content(string type, JsonNode schema) => new() { [type] = new JsonObject { ["schema"] = schema } };
}
