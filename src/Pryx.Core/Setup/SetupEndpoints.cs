using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Core.Sessions;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Setup;

namespace Pryx.Core.Setup;

/// <summary><c>/api/v1/setup</c>: the first run, for every surface.</summary>
internal sealed class SetupEndpoints(SetupDesk desk, SetupActs acts, ProviderStep providers, SetupStore store)
{
    private const string Root = "/api/v1/setup";
    private static readonly ApiParameter Folder = new("workspace", "The folder of whoever asks, absolute: its .env may hold a key, and it is the one that is proposed");

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", Root, "The steps from nothing to the first answer: what is done, what is open, what lies ready to be chosen, what to do next. Nobody beyond this machine is asked")
        { Query = [Folder], Response = SetupJson.Default.SetupBody }, ReadAsync);
        routes.Add(new("GET", Root + "/ready", "Whether a model would answer as things are, and the one line about setup to show") { Query = [Folder], Response = SetupJson.Default.SetupReady }, ReadyAsync);
        routes.Add(new("POST", Root + "/try", "Asks a provider by one real call whether it takes a key, and which models it lists; nothing is stored. Up to 8 s")
        { Scope = Scopes.Admin, Request = SetupJson.Default.TryProvider, Response = SetupJson.Default.ProviderTried }, TryAsync);
        routes.Add(new("POST", Root + "/steps/{step}", "Takes a step with values, skips it or opens it again. A provider is asked before anything is stored: a key that it refuses, and without force one that can not be tried, is 400")
        { Scope = Scopes.Admin, Query = [Folder], Request = SetupJson.Default.SetupInput, Response = SetupJson.Default.SetupAnswer }, ActAsync);
        routes.Add(new("POST", Root + "/dismiss", "Shows the line about open steps no more") { Scope = Scopes.Admin, Status = 204 }, DismissAsync);
        routes.Add(new("DELETE", Root, "Begins again: nothing is skipped or dismissed any more; what is configured stays") { Scope = Scopes.Admin, Status = 204 }, RestartAsync);
    }

    private async Task ReadAsync(HttpContext http) => await http.WriteAsync(await desk.ReadAsync(FolderOf(http), http.RequestAborted), SetupJson.Default.SetupBody);

    private async Task ReadyAsync(HttpContext http) => await http.WriteAsync(await desk.ReadReadyAsync(FolderOf(http), http.RequestAborted), SetupJson.Default.SetupReady);

    private async Task TryAsync(HttpContext http) =>
        await http.WriteAsync(await providers.TryAsync(await http.ReadAsync(SetupJson.Default.TryProvider), http.RequestAborted), SetupJson.Default.ProviderTried);

    private async Task ActAsync(HttpContext http)
    {
        var input = await http.ReadOrDefaultAsync(SetupJson.Default.SetupInput, static () => new SetupInput());
        await http.WriteAsync(await acts.ActAsync(http.RouteText("step"), input, FolderOf(http), CallerOf(http), http.RequestAborted), SetupJson.Default.SetupAnswer);
    }

    private async Task DismissAsync(HttpContext http)
    {
        await store.SayAsync(SetupStore.Hint, SetupStates.Skipped, null, CallerOf(http).Name, http.RequestAborted);
        await http.NoContent();
    }

    private async Task RestartAsync(HttpContext http)
    {
        await store.ForgetAsync(CallerOf(http).Name, http.RequestAborted);
        await http.NoContent();
    }

    private static SetupCaller CallerOf(HttpContext http) => new($"{http.Surface()}:{Caller.Of(http).Name}", Caller.Of(http).IsRemote);

    private static string? FolderOf(HttpContext http) => http.QueryText("workspace") switch
    {
        null => null,
        var path when !path.Contains('\0', StringComparison.Ordinal) && Path.IsPathFullyQualified(path) && Directory.Exists(path) => CanonicalPath.Of(path),
        _ => throw new PryxException("VALIDATION_ERROR", "workspace: the absolute path of an existing folder is expected"),
    };
}
