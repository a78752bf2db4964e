using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Audit;
using Pryx.Core.Files;
using Pryx.Core.Http;
using Pryx.Core.Tools;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Memory;

/// <summary><c>/api/v1/memory</c>: what is remembered of the user and of a folder.</summary>
/// <param name="isTrustedAsync">Whether what a folder brings counts.</param>
/// <param name="folder">The one that is meant where nobody says.</param>
public sealed class MemoryEndpoints(MemoryDesk desk, Func<string, CancellationToken, Task<bool>> isTrustedAsync, string folder, AuditLog audit)
{
    private const string Root = "/api/v1/memory";
    private static readonly ApiParameter Workspace = new("workspace", "A folder, absolute, whose facts count beside the user's; the daemon's own when left out");

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", Root, "What is remembered, by file, oldest first; with q a full-text search, best first")
        { Query = [Workspace, new("q", "Words that must all occur"), new("limit", "At most so many of a search", "integer")], Response = MemoryJson.Default.MemoryList }, ListAsync);
        routes.Add(new("POST", Root, "Remembers a fact, as the user's own words") { Scope = Scopes.Approve, Request = MemoryJson.Default.MemoryInput, Response = MemoryJson.Default.ShownMemory, Status = 201 }, AddAsync);
        routes.Add(new("PATCH", Root + "/{id}", "Another text for an entry, which is then the user's own; the beginning of its id is enough where it is unique")
        { Scope = Scopes.Approve, Query = [Workspace], Request = MemoryJson.Default.MemoryInput, Response = MemoryJson.Default.ShownMemory }, EditAsync);
        routes.Add(new("DELETE", Root + "/{id}", "Forgets an entry") { Scope = Scopes.Approve, Query = [Workspace], Status = 204 }, ForgetAsync);
    }

    private async Task ListAsync(HttpContext http)
    {
        var scope = await ScopeAsync(http.QueryText("workspace"), http.RequestAborted);
        var found = http.QueryText("q") is { } query
            ? await desk.SearchAsync(query, scope, http.QueryNumber("limit", 50, 1, 1000), http.RequestAborted)
            : await desk.ListAsync(scope, http.RequestAborted);
        await http.WriteAsync(new MemoryList([.. found.Select(ShownMemory.Of)]), MemoryJson.Default.MemoryList);
    }

    private async Task AddAsync(HttpContext http)
    {
        var input = await http.ReadAsync(MemoryJson.Default.MemoryInput);
        var scope = await ScopeAsync(input.Workspace, http.RequestAborted);
        var about = input.Scope switch
        {
            null or "user" => MemoryScope.User,
            "workspace" => MemoryScope.Workspace,
            _ => throw new PryxException("VALIDATION_ERROR", "scope: user or workspace is expected"),
        };
        var added = await desk.AddAsync(new(input.Text ?? "", about, "user") { InFolder = input.InFolder }, scope, http.RequestAborted);
        await AuditAsync(http, "memory.added", added);
        http.Response.Headers.Location = $"{Root}/{added.Entry.Id}";
        await http.WriteAsync(ShownMemory.Of(added), MemoryJson.Default.ShownMemory, StatusCodes.Status201Created);
    }

    private async Task EditAsync(HttpContext http)
    {
        var input = await http.ReadAsync(MemoryJson.Default.MemoryInput);
        var scope = await ScopeAsync(http.QueryText("workspace") ?? input.Workspace, http.RequestAborted);
        var edited = await desk.EditAsync(http.RouteText("id"), input.Text ?? "", scope, http.RequestAborted);
        await AuditAsync(http, "memory.edited", edited);
        await http.WriteAsync(ShownMemory.Of(edited), MemoryJson.Default.ShownMemory);
    }

    private async Task ForgetAsync(HttpContext http)
    {
        var forgotten = await desk.ForgetAsync(http.RouteText("id"), await ScopeAsync(http.QueryText("workspace"), http.RequestAborted), http.RequestAborted);
        await AuditAsync(http, "memory.forgotten", forgotten);
        await http.NoContent();
    }

    private async Task<ToolScope> ScopeAsync(string? path, CancellationToken cancellationToken)
    {
        path ??= folder;
        if (path.Contains('\0', StringComparison.Ordinal) || !Path.IsPathFullyQualified(path) || !Directory.Exists(path))
        {
            throw new PryxException("WORKSPACE_MISSING", "workspace: the absolute path of a folder is expected");
        }
        var canonical = WorkspacePath.Canonicalize(path);
        return new(canonical, await isTrustedAsync(canonical, cancellationToken));
    }

    // Which file and which entry; what it says may be nobody's business.
    private Task AuditAsync(HttpContext http, string action, PlacedEntry placed) => audit.AppendAsync(
        new(action, "memory", placed.Entry.Id, $"{http.Surface()}:{Caller.Of(http).Name}", AuditDetails.Of(("file", placed.File)), "ok"), http.RequestAborted);
}

/// <param name="Scope">user or workspace; user when left out.</param>
/// <param name="Workspace">Absolute; the daemon's own folder when left out.</param>
/// <param name="InFolder">The folder gets a file of its own, .pryx/MEMORY.md.</param>
public sealed record MemoryInput(string? Text, string? Scope, string? Workspace, bool InFolder);

/// <param name="Scope">user or workspace.</param>
/// <param name="By">user or model.</param>
/// <param name="Untrusted">Whose words it was taken from, where nobody vouches for them.</param>
/// <param name="Noted">Null for what a person wrote by hand.</param>
public sealed record ShownMemory(string Id, string Text, string Scope, string By, string? Untrusted, DateOnly? Noted, string File)
{
    public static ShownMemory Of(PlacedEntry placed) =>
        new(placed.Entry.Id, placed.Entry.Text, placed.Scope.ToString().ToLowerInvariant(), placed.Entry.By, placed.Entry.Untrusted, placed.Entry.Noted, placed.File);
}

public sealed record MemoryList(IReadOnlyList<ShownMemory> Memory);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MemoryInput))]
[JsonSerializable(typeof(ShownMemory))]
[JsonSerializable(typeof(MemoryList))]
internal sealed partial class MemoryJson : JsonSerializerContext;
