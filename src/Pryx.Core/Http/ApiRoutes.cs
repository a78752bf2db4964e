using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Pryx.Core.Http;

/// <summary>
/// Every route of the gateway. Endpoints add theirs with what the OpenAPI document says of them, and handle a plain
/// <see cref="HttpContext"/>: no binding by reflection, and one place that makes error bodies.
/// </summary>
public sealed class ApiRoutes(IEndpointRouteBuilder endpoints)
{
    private readonly List<ApiRoute> _all = [];

    public IReadOnlyList<ApiRoute> All => _all;

    /// <param name="handle">Throws <see cref="Protocol.Errors.PryxException"/> for what the caller can act on.</param>
    public void Add(ApiRoute route, RequestDelegate handle)
    {
        _all.Add(route);
        endpoints.MapMethods(route.Path, [route.Method], handle).WithMetadata(route, new BodyLimit(route.MaxBody));
    }

    private sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
