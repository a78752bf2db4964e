using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Pryx.Agent.Tools;
using Pryx.Core.Background;
using Pryx.Core.Http;
using Pryx.Core.Mcp.Serving;
using Pryx.Core.Processes;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Hosting;

/// <summary>The background processes of this core: made with the first that is started or asked for, ended with the core.</summary>
internal sealed class BackgroundWork(PryxCore core) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, SessionId> _sessions = new(StringComparer.Ordinal);
    private ProcessDesk? _desk;

    private ProcessDesk Desk => _desk ??= new(StoreAsync, core.Options.Time, core.OnBackgroundWarning);

    public IEnumerable<ITool> Tools(ShellTool shell) =>
        [new ProcessStartTool(Desk, shell, core.Spawner, core.CommandSandbox(), core.Options.IsDaemon), new ProcessReadTool(Desk), new ProcessStopTool(Desk)];

    public bool HasRunning => _desk?.All.Any(static process => process.IsRunning) == true;

    public IReadOnlyList<string> TakeNews(SessionId session) => _desk?.TakeNews(session) ?? [];

    public void Map(ApiRoutes routes, ServedCalls calls, string folder) => new ProcessEndpoints(Desk, (session, place, arguments, http, approvesAll, token) => StartAsync(calls, session, place, arguments, http, approvesAll, token), folder, core.Options.IsDaemon).Map(routes);

    public ValueTask DisposeAsync() => _desk?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<ProcessStore> StoreAsync(CancellationToken cancellationToken)
    {
        var store = await core.StoreAsync(cancellationToken);
        store.Sessions.OnLeaving = Desk.EndOfSessionAsync;
        return new(store.Database, store.Events, store.Owner.Name, store.Owner.IsAlive);
    }

    // Calls without a session share one for each folder: what was started in it is seen together.
    private async Task<(string Text, ToolResult? Result)> StartAsync(ServedCalls calls, SessionId? session, string folder, string arguments, HttpContext http, bool approvesAll, CancellationToken cancellationToken)
    {
        var id = session ?? await SessionAsync(calls, folder, cancellationToken);
        try
        {
            return await CallAsync(id);
        }
        catch (PryxException e) when (e.Code == "SESSION_NOT_FOUND" && session is null)
        {
            _sessions.TryRemove(folder, out _);
            return await CallAsync(await SessionAsync(calls, folder, cancellationToken));
        }

        async Task<(string, ToolResult?)> CallAsync(SessionId where)
        {
            var result = await calls.CallAsync(where, new CallTool("process_start", arguments), Caller.Of(http).Name, static _ => Task.CompletedTask, cancellationToken, approvesAll, http.Surface());
            return (result.Text, result.Result);
        }
    }

    private async Task<SessionId> SessionAsync(ServedCalls calls, string folder, CancellationToken cancellationToken) =>
        _sessions.TryGetValue(folder, out var known) ? known : _sessions[folder] = (await calls.OpenSessionAsync("Background processes", folder, cancellationToken)).Id;
}
