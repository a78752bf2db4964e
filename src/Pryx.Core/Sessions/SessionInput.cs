using Pryx.Core.Http;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Sessions;

/// <summary>What the API takes for a session: lengths, formats, folders.</summary>
/// <param name="lookUpAsync">The model that a name means, as provider/model; throws when it means none or several.</param>
internal sealed class SessionInput(WorkspaceStore workspaces, string workingDirectory, Func<string, CancellationToken, Task<string>> lookUpAsync)
{
    private const int TitleLimit = 200;
    private const int PromptLimit = 100_000;

    public async Task<CreateSession> ReadAsync(NewSession request, Caller caller, CancellationToken cancellationToken) => new()
    {
        Title = Title(request.Title ?? request.Name),
        Workspace = await FolderAsync(request, caller, cancellationToken),
        Model = await ModelAsync(request.Model, cancellationToken),
        ModelApi = request.ModelApi,
        SystemPrompt = request.SystemPrompt is { Length: > PromptLimit } ? throw Invalid("system_prompt", $"at most {PromptLimit:N0} characters") : request.SystemPrompt,
        ParentId = request.ParentId,
    };

    public async Task<ChangeSession> CheckAsync(ChangeSession change, CancellationToken cancellationToken) => new()
    {
        Title = Title(change.Title),
        Status = change.Status is null or "active" or "archived" ? change.Status : throw Invalid("status", "active or archived is expected"),
        Model = await ModelAsync(change.Model, cancellationToken),
    };

    public static string? Title(string? text) => text?.Trim() switch
    {
        null or "" => null,
        { Length: > TitleLimit } => throw Invalid("title", $"at most {TitleLimit} characters"),
        var title when title.Any(char.IsControl) => throw Invalid("title", "one line without control characters is expected"),
        var title => title,
    };

    // Kept as what it meant: next week the name may mean a newer one.
    private async Task<string?> ModelAsync(string? text, CancellationToken cancellationToken) => text is null ? null : await lookUpAsync(text, cancellationToken);

    private async Task<string?> FolderAsync(NewSession request, Caller caller, CancellationToken cancellationToken)
    {
        if (request.NoWorkspace)
        {
            return null;
        }
        if (request.WorkspaceId is { Length: > 0 } id)
        {
            return await workspaces.FindPathAsync(id, cancellationToken) ?? throw new PryxException("WORKSPACE_NOT_FOUND", $"workspace_id: there is no folder with the id {id}.", "give its path as workspace");
        }
        if (request.Workspace is not { Length: > 0 } path)
        {
            return workingDirectory;
        }
        if (!Path.IsPathFullyQualified(path) || path.Contains('\0', StringComparison.Ordinal))
        {
            throw Invalid("workspace", "an absolute path is expected");
        }
        // In its folder a session reads unasked: who may only chat gets no folder that the user has not worked in.
        if (!caller.May(Scopes.Approve) && await workspaces.FindAsync(path, cancellationToken) is null)
        {
            throw new PryxException("SCOPE_MISSING", "workspace: a new folder needs the scope Approve.");
        }
        return Directory.Exists(path) ? path : throw new PryxException("WORKSPACE_MISSING", $"workspace: there is no folder {path}.");
    }

    private static PryxException Invalid(string field, string what) => new("VALIDATION_ERROR", $"{field}: {what}");
}
