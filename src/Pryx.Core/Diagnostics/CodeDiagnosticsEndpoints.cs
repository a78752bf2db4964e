using Microsoft.AspNetCore.Http;
using Pryx.Agent.Tools;
using Pryx.Core.Files;
using Pryx.Core.Http;
using Pryx.Protocol.Diagnostics;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Diagnostics;

/// <summary><c>/api/v1/code/diagnostics</c>: the checkers there are, and the errors of a file.</summary>
/// <param name="placeAsync">The context of a folder; its IsTrusted says whether code of it may run.</param>
internal sealed class CodeDiagnosticsEndpoints(DiagnosticsDesk desk, Func<string> use, Func<string, CancellationToken, Task<ToolContext>> placeAsync, string folder)
{
    private const string Root = "/api/v1/code/diagnostics";

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", Root, "What looks for errors in code on this machine") { Response = CodeDiagnosticsJson.Default.CodeDiagnostics }, ListAsync);
        routes.Add(new("POST", Root, "Looks for errors in a file of a trusted folder, in the sandbox; what it runs may be code of the project")
        { Scope = Scopes.Chat, Query = [new("file", "Absolute, or relative to the folder"), new("workspace", "The folder; the server's own without it")], Response = CodeDiagnosticsJson.Default.CodeDiagnostics }, CheckAsync);
    }

    private async Task ListAsync(HttpContext http) => await http.WriteAsync(await BodyAsync(), CodeDiagnosticsJson.Default.CodeDiagnostics);

    private async Task CheckAsync(HttpContext http)
    {
        var workspace = http.QueryText("workspace") ?? folder;
        if (!Path.IsPathFullyQualified(workspace) || !Directory.Exists(workspace))
        {
            throw new PryxException("WORKSPACE_MISSING", $"workspace: there is no folder {workspace}; its absolute path is expected.");
        }
        var context = await placeAsync(workspace, http.RequestAborted);
        var name = http.QueryText("file") ?? throw new PryxException("VALIDATION_ERROR", "file: a path is expected.");
        var file = WorkspacePath.Resolve(context.Workspace, name);
        if (!file.IsInsideWorkspace || !File.Exists(file.Canonical))
        {
            throw new PryxException("FILE_NOT_FOUND", $"file: there is no file {name} in {context.Workspace}.");
        }
        if (!context.IsTrusted)
        {
            throw new PryxException("FOLDER_NOT_TRUSTED", "Checkers may run code of the folder, and it is not trusted.", $"look at it, then: pryx trust {context.Workspace}");
        }
        using var leaving = http.Leaving();
        var (checker, errors) = await desk.CheckAsync(file.Canonical, context, leaving.Token);
        await http.WriteAsync(
            await BodyAsync() with { CheckedBy = checker?.Name, Errors = errors is null ? null : [.. errors.Select(static error => new CodeError(error.File, error.Line, error.Message))] },
            CodeDiagnosticsJson.Default.CodeDiagnostics);
    }

    private async Task<CodeDiagnostics> BodyAsync() => new(
        use(), await desk.IsPossibleAsync(),
        [.. desk.Checkers.Select(static checker => new CodeChecker(checker.Name, checker.Extensions, checker.IsServer ? "lsp" : "command", Path.GetFileName(checker.Words[0])))]);
}
