using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Pryx.Agent.Tools;

namespace Pryx.Core.Mcp.Connections;

/// <summary>What a server asks while it works on calls: put to the person whose call it is, judged by that call's policy.</summary>
internal sealed class McpQuestions(McpServer server, McpLog log)
{
    private readonly Lock _lock = new();
    private readonly List<McpCaller> _callers = [];

    public void Begin(McpCaller caller)
    {
        lock (_lock)
        {
            _callers.Add(caller);
        }
    }

    public void End(McpCaller caller)
    {
        lock (_lock)
        {
            _callers.Remove(caller);
        }
    }

    // Deprecated since 2026-07-28, and what most servers still speak.
#pragma warning disable MCP9005
    /// <param name="onToolsChanged">Its tools are to be listed again.</param>
    public McpClientHandlers Handlers(Func<CancellationToken, ValueTask> onToolsChanged) => new()
    {
        RootsHandler = (_, _) => ValueTask.FromResult(new ListRootsResult { Roots = [.. Workspaces().Select(static path => new Root { Uri = new Uri(path).AbsoluteUri, Name = Path.GetFileName(path) })] }),
        ElicitationHandler = async (request, token) => await ElicitAsync(request, token).ConfigureAwait(false),
        SamplingHandler = async (request, _, token) => await SampleAsync(request, token).ConfigureAwait(false),
        NotificationHandlers =
        [
            new(NotificationMethods.ToolListChangedNotification, (_, token) => onToolsChanged(token)),
            new(NotificationMethods.LoggingMessageNotification, (note, _) => { log.Add("log", TextOf(note.Params)); return ValueTask.CompletedTask; }),
        ],
    };

    /// <summary>A host beyond those that the server's definition names.</summary>
    public async Task<bool> MayReachAsync(HostRequest host, CancellationToken cancellationToken) => Caller() is { } caller
        && (caller.Context.Sandbox is { AskHostAsync: { } askAsync } ? await caller.WaitForPersonAsync(() => askAsync(host, cancellationToken)).ConfigureAwait(false) : caller.Context.Sandbox.HasFullNetwork);

    private async Task<ElicitResult> ElicitAsync(ElicitRequestParams? request, CancellationToken cancellationToken)
    {
        if (request is null || Caller() is not { } caller)
        {
            log.Add("pryx", "It asked for something while no call of one person was going on, which was declined.");
            return new ElicitResult { Action = "decline" };
        }
        return await caller.WaitForPersonAsync(() => McpElicitation.AskAsync(server, request, caller.Context, cancellationToken)).ConfigureAwait(false);
    }

    private async Task<CreateMessageResult> SampleAsync(CreateMessageRequestParams? request, CancellationToken cancellationToken)
    {
        if (request is null || Caller() is not { } caller)
        {
            log.Add("pryx", "It asked for a model's answer while no call of one person was going on, which was declined.");
            throw McpSampling.Declined("no call of one person is going on");
        }
        return await caller.WaitForPersonAsync(() => McpSampling.AskAsync(server, request, caller.Context, cancellationToken)).ConfigureAwait(false);
    }
#pragma warning restore MCP9005

    // Of several at once nobody can say which one it means; those of one session are one person's.
    private McpCaller? Caller()
    {
        lock (_lock)
        {
            return _callers.Count > 0 && _callers.TrueForAll(caller => caller.Context.SessionId == _callers[0].Context.SessionId) ? _callers[^1] : null;
        }
    }

    private IReadOnlyList<string> Workspaces()
    {
        lock (_lock)
        {
            return [.. _callers.Select(static caller => caller.Context.Workspace).Distinct(StringComparer.Ordinal)];
        }
    }

    private static string TextOf(JsonNode? parameters) => parameters is JsonObject map
        ? PlainWords.OneLine($"{map["level"]}: {(map["data"] is JsonValue value && value.TryGetValue(out string? text) ? text : map["data"]?.ToJsonString())}", 4000)
        : "";
}
