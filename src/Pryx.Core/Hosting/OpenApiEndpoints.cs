using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;

namespace Pryx.Core.Hosting;

/// <summary><c>/openapi.json</c>: what the gateway can do. Public: it says nothing that the sources do not.</summary>
internal sealed class OpenApiEndpoints(ApiRoutes routes)
{
    private byte[]? _document;

    public void Map() => routes.Add(new("GET", "/openapi.json", "This document: every route, its parameters, bodies and scopes") { Scope = Scopes.None }, GetAsync);

    private async Task GetAsync(HttpContext http)
    {
        // Made when it is first asked for: few ever do, and by then every route is there.
        _document ??= System.Text.Encoding.UTF8.GetBytes(OpenApiDocument.Of(routes.All, Product.Version).ToJsonString());
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = _document.Length;
        await http.Response.Body.WriteAsync(_document, http.RequestAborted);
    }
}
