using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Audit;
using Pryx.Core.Http;
using Pryx.Core.Sessions;
using Pryx.Protocol;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Workspaces;

/// <summary><c>/api/v1/workspaces</c>: the folders Pryx works in, and the trust in what they bring.</summary>
public sealed class WorkspaceEndpoints(WorkspaceStore workspaces, WorkspaceTrust trust, AuditLog audit)
{
    private static readonly ApiParameter Folder = new("path", "The folder, absolute");

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/workspaces", "The folders that Pryx has worked in, by name") { Response = WorkspaceJson.Default.WorkspaceList }, ListAsync);
        // What a session may read unasked is its folder: a new one is given by those who may also answer for it.
        routes.Add(new("POST", "/api/v1/workspaces", "Makes a folder of this machine known; it must exist")
        { Scope = Scopes.Approve, Request = WorkspaceJson.Default.AddWorkspace, Response = WorkspaceJson.Default.WorkspaceBody, Status = 201 }, AddAsync);
        routes.Add(new("GET", "/api/v1/workspaces/trust", "What the folder brings that waits for the user's trust; 204 when nothing does")
        { Query = [Folder], Response = ProtocolJson.Default.TrustCard }, CardAsync);
        routes.Add(new("POST", "/api/v1/workspaces/trust", "Trusts a folder with exactly what the card showed; 409 TRUST_CHANGED when it brings something else by now")
        { Scope = Scopes.Admin, Request = ProtocolJson.Default.TrustCard, Status = 204 }, TrustAsync);
    }

    private async Task ListAsync(HttpContext http)
    {
        var all = await workspaces.ListAsync(http.RequestAborted);
        await http.WriteAsync(new WorkspaceList([.. all.Select(WorkspaceBody.Of)]), WorkspaceJson.Default.WorkspaceList);
    }

    private async Task AddAsync(HttpContext http)
    {
        var path = Existing((await http.ReadAsync(WorkspaceJson.Default.AddWorkspace)).Path);
        var (workspace, isNew) = await workspaces.AddAsync(path, http.RequestAborted);
        await http.WriteAsync(WorkspaceBody.Of(workspace), WorkspaceJson.Default.WorkspaceBody, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private async Task CardAsync(HttpContext http)
    {
        if (await trust.FindCardAsync(Existing(http.QueryText("path")), http.RequestAborted) is { } card)
        {
            await http.WriteAsync(card, ProtocolJson.Default.TrustCard);
            return;
        }
        await http.NoContent();
    }

    private async Task TrustAsync(HttpContext http)
    {
        var shown = await http.ReadAsync(ProtocolJson.Default.TrustCard);
        var path = Existing(shown.Workspace);
        await trust.TrustAsync(shown with { Workspace = path }, http.RequestAborted);
        var details = JsonSerializer.Serialize(new TrustDetails(path, shown.Fingerprint), WorkspaceJson.Default.TrustDetails);
        await audit.AppendAsync(new("workspace.trusted", "workspace", path, $"{http.Surface()}:{Caller.Of(http).Name}", details, "ok"), http.RequestAborted);
        await http.NoContent();
    }

    private static string Existing(string? path)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal) || !Path.IsPathFullyQualified(path))
        {
            throw new PryxException("VALIDATION_ERROR", "path: the absolute path of a folder is expected");
        }
        return Directory.Exists(path) ? CanonicalPath.Of(path) : throw new PryxException("WORKSPACE_MISSING", $"path: there is no folder {path}");
    }
}

public sealed record AddWorkspace(string? Path);

/// <param name="Path">Canonical.</param>
/// <param name="TrustedAt">UTC; null: what the folder brings is data.</param>
public sealed record WorkspaceBody(string Id, string Name, string Path, DateTimeOffset? TrustedAt)
{
    public static WorkspaceBody Of(Workspace workspace) =>
        new(workspace.Id, System.IO.Path.GetFileName(workspace.Path) is { Length: > 0 } name ? name : workspace.Path, workspace.Path, workspace.TrustedAt);
}

public sealed record WorkspaceList(IReadOnlyList<WorkspaceBody> Workspaces);

internal sealed record TrustDetails(string Workspace, string Fingerprint);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AddWorkspace))]
[JsonSerializable(typeof(WorkspaceBody))]
[JsonSerializable(typeof(WorkspaceList))]
[JsonSerializable(typeof(TrustDetails))]
internal sealed partial class WorkspaceJson : JsonSerializerContext;
