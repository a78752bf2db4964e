using Microsoft.AspNetCore.Http;
using Pryx.Core.Files;
using Pryx.Core.Http;
using Pryx.Core.Tools;
using Pryx.Protocol.Commands;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Commands;

/// <summary><c>/api/v1/commands</c>: what a message may begin with, for completion and for reading.</summary>
/// <param name="words">All who know words, in the order in which they are asked.</param>
/// <param name="isTrustedAsync">Whether what a folder brings counts.</param>
/// <param name="folder">The one that is meant where nobody says.</param>
public sealed class CommandEndpoints(CommandPlaces places, Func<IReadOnlyList<IInputExpansion>> words, Func<string, CancellationToken, Task<bool>> isTrustedAsync, string folder)
{
    private static readonly ApiParameter Workspace = new("workspace", "A folder, absolute, whose own commands count when it is trusted; the daemon's own when left out");

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/commands", "What a message may begin with: built-in words, commands, skills; and the files that can not be commands")
        { Query = [Workspace], Response = CommandsJson.Default.WordList }, ListAsync);
        routes.Add(new("GET", "/api/v1/commands/{name}", "One command of a file, with its text") { Query = [Workspace], Response = CommandsJson.Default.ShownCommand }, ShowAsync);
    }

    private async Task ListAsync(HttpContext http)
    {
        var scope = await ScopeAsync(http);
        var listing = places.List(scope.IsTrusted ? scope.Workspace : null, http.RequestAborted);
        var known = words().SelectMany(one => one.Words(scope, http.RequestAborted)).DistinctBy(static word => word.Name, StringComparer.OrdinalIgnoreCase)
            .Select(word => new ShownWord(word.Name, word.Kind, word.Description) { ArgumentHint = word.Hint, Origin = word.Kind == "command" ? OriginOf(listing.Find(word.Name)) : null, Path = word.Kind == "command" ? listing.Find(word.Name)?.Path : null });
        await http.WriteAsync(new WordList([.. known], [.. listing.Broken.Select(static broken => new ShownBrokenCommand(broken.Name, broken.Path, broken.Message))]), CommandsJson.Default.WordList);
    }

    private async Task ShowAsync(HttpContext http)
    {
        var scope = await ScopeAsync(http);
        var listing = places.List(scope.IsTrusted ? scope.Workspace : null, http.RequestAborted);
        var name = http.RouteText("name").TrimStart('/');
        var command = listing.Find(name) ?? throw new PryxException("COMMAND_NOT_FOUND", $"There is no command '{name[..Math.Min(name.Length, 80)]}'.", "pryx command list shows those there are");
        await http.WriteAsync(new ShownCommand(command.Name, OriginOf(command)!, command.Path, command.Body)
        {
            Description = command.Description, ArgumentHint = command.ArgumentHint, AllowedTools = command.AllowedTools, Model = command.Model, Agent = command.Agent,
        }, CommandsJson.Default.ShownCommand);
    }

    private async Task<ToolScope> ScopeAsync(HttpContext http)
    {
        var path = http.QueryText("workspace") ?? folder;
        if (path.Contains('\0', StringComparison.Ordinal) || !Path.IsPathFullyQualified(path) || !Directory.Exists(path))
        {
            throw new PryxException("WORKSPACE_MISSING", "workspace: the absolute path of a folder is expected");
        }
        var canonical = WorkspacePath.Canonicalize(path);
        return new(canonical, await isTrustedAsync(canonical, http.RequestAborted));
    }

    private static string? OriginOf(CustomCommand? command) => command?.Origin.ToString().ToLowerInvariant();
}
