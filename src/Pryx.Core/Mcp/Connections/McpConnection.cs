using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Pryx.Agent.Tools;
using Pryx.Core.Mcp.Transports;
using Pryx.Core.Processes;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Mcp;

namespace Pryx.Core.Mcp.Connections;

/// <summary>
/// One server: connected when it is needed, again when it has ended (after 1, 2, 4, 8, 16, then 30 seconds), its tools kept meanwhile.
/// What goes wrong with it is an <see cref="McpUnavailableException"/> here and nobody else's trouble.
/// </summary>
internal sealed class McpConnection : IAsyncDisposable
{
    private static readonly TimeSpan InitTime = TimeSpan.FromSeconds(30), CallTime = TimeSpan.FromSeconds(60), LongestCall = TimeSpan.FromMinutes(10);
    private static readonly int[] Backoff = [1, 2, 4, 8, 16, 30];

    private readonly McpLaunch _launch;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly McpToolNews _news;
    private readonly McpQuestions _questions;
    private readonly CancellationTokenSource _closing = new();
    private Task<McpClient>? _connecting;
    private McpStdioSession? _session;
    private McpHttpTransport? _http;
    private long _failedAt;
    private int _failures;
    private volatile bool _isDisposed;

    public McpConnection(McpServer server, McpLaunch launch, TimeProvider time)
    {
        (Server, _time) = (server, time);
        Log = new McpLog(time);
        _questions = new McpQuestions(server, Log);
        _news = new McpToolNews(ListAgainAsync, time);
        _launch = launch with { AskHostAsync = (_, host, token) => _questions.MayReachAsync(host, token) };
    }

    public McpServer Server { get; }
    public McpLog Log { get; }
    public McpStatus Status { get; private set; } = new(McpStates.Idle);

    /// <summary>As they were listed last; also while it is not connected. Null when they never were.</summary>
    public IReadOnlyList<McpToolInfo>? Tools { get; private set; }

    /// <summary>What the program is told about the client.</summary>
    public required Implementation Client { get; init; }

    /// <summary>False while it waits after a failure.</summary>
    public bool IsDue => _failures == 0 || _time.GetElapsedTime(_failedAt) >= TimeSpan.FromSeconds(Backoff[Math.Min(_failures, Backoff.Length) - 1]);

    /// <summary>Connects if it is not, or waits for whoever does. The token ends the waiting, not the connecting.</summary>
    /// <param name="isForced">Also when a failure was a moment ago.</param>
    /// <exception cref="McpUnavailableException"></exception>
    public async Task<McpClient> ConnectAsync(CancellationToken cancellationToken, bool isForced = false)
    {
        Task<McpClient> connecting;
        lock (_lock)
        {
            if (_isDisposed)
            {
                throw new McpUnavailableException("it was removed or changed; list its tools again");
            }
            if (_connecting is null)
            {
                if (!isForced && !IsDue)
                {
                    throw new McpUnavailableException(Status.Error ?? "it failed a moment ago") { NeedsAuth = Status.State == McpStates.NeedsAuth };
                }
                Status = Status with { State = McpStates.Connecting, Since = _time.GetUtcNow(), Error = null };
                _connecting = Task.Run(OpenAsync);
            }
            connecting = _connecting;
        }
        return await connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists its tools again.</summary>
    /// <exception cref="McpUnavailableException"></exception>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(cancellationToken, isForced: true).ConfigureAwait(false);
        await OfServerAsync(token => ListAsync(client, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Calls a tool; its time begins anew with each sign of progress, up to ten minutes.</summary>
    /// <param name="arguments">An object.</param>
    /// <exception cref="McpUnavailableException">Also when it ended in the middle.</exception>
    /// <exception cref="TimeoutException"></exception>
    public async Task<CallToolResult> CallAsync(string tool, IReadOnlyDictionary<string, object?> arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        using var idle = new CancellationTokenSource(CallTime, _time);
        using var longest = new CancellationTokenSource(LongestCall, _time);
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, idle.Token, longest.Token);
        var caller = new McpCaller(context, idle, CallTime);
        _questions.Begin(caller);
        McpCaller.Sending.Value = caller;
        try
        {
            return await OfServerAsync(token => client.CallToolAsync(tool, arguments, caller, null, token).AsTask(), all.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (all.IsCancellationRequested)
        {
            _ = TellCancelledAsync(client, caller);
            cancellationToken.ThrowIfCancellationRequested();
            throw new TimeoutException(longest.IsCancellationRequested ? "it did not finish within 10 minutes; the call was cancelled" : $"it gave no answer and no sign of progress for {CallTime.TotalSeconds:0} seconds; the call was cancelled");
        }
        finally
        {
            _questions.End(caller);
        }
    }

    // Nobody waits for it: a server that reads nothing must not hold up STOP.
    private async Task TellCancelledAsync(McpClient client, McpCaller caller)
    {
        if (caller.Request is not { } request)
        {
            return;
        }
        try
        {
            var id = request.Id is long number ? JsonValue.Create(number) : JsonValue.Create(request.ToString());
            await client.SendMessageAsync(new JsonRpcNotification { Method = NotificationMethods.CancelledNotification, Params = new JsonObject { ["requestId"] = id, ["reason"] = "The call was given up." } }, _closing.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            Log.Add("pryx", "It could not be told that a call was cancelled.");
        }
    }

    /// <summary>Asks it something else than a tool, with its errors as those of a call.</summary>
    /// <exception cref="McpUnavailableException"></exception>
    public async Task<T> AskAsync<T>(Func<McpClient, CancellationToken, Task<T>> askAsync, CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        using var idle = new CancellationTokenSource(CallTime, _time);
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, idle.Token);
        return await OfServerAsync(token => askAsync(client, token), all.Token).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        Task<McpClient>? connecting;
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }
            _isDisposed = true;
            connecting = _connecting;
        }
        await _closing.CancelAsync().ConfigureAwait(false);
        if (connecting is not null)
        {
            try
            {
                await (await connecting.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            }
            catch (McpUnavailableException)
            {
                // It is not there.
            }
        }
        Status = new(McpStates.Idle);
    }

    private async Task<McpClient> OpenAsync()
    {
        IClientTransport? transport = null;
        try
        {
            using var limit = new CancellationTokenSource(InitTime, _time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _closing.Token);
            transport = await McpTransports.CreateAsync(Server, _launch, Log, both.Token).ConfigureAwait(false);
            McpClient client;
            try
            {
                client = await McpHandshake.ConnectAsync(transport, OptionsOf(), both.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!_closing.IsCancellationRequested)
            {
                throw new TimeoutException($"it did not answer within {InitTime.TotalSeconds:0} seconds");
            }
            try
            {
                _session = (transport as McpStdioTransport)?.Session;
                if (_session is not null)
                {
                    _session.OnToolsChanged = _news.Announced;
                }
                _news.Forget();
                _http = transport as McpHttpTransport;
                await ListAsync(client, both.Token).ConfigureAwait(false);
            }
            catch
            {
                await client.DisposeAsync().ConfigureAwait(false);
                throw;
            }
            Connected(client);
            return client;
        }
        catch (Exception e)
        {
            // This process's edge to a foreign program: whatever it was, it is this server's failure.
            var session = (transport as McpStdioTransport)?.Session;
            if (session is not null)
            {
                await session.DisposeAsync().ConfigureAwait(false);
            }
            if (transport is not McpHttpTransport http)
            {
                throw Failed(e, session);
            }
            await http.DisposeAsync().ConfigureAwait(false);
            throw Failed(http.Explain(e) ?? e, session);
        }
    }

    private void Connected(McpClient client)
    {
        lock (_lock)
        {
            _failures = 0;
            var warnings = Status.Warnings;
            Status = new(McpStates.Connected)
            {
                Since = _time.GetUtcNow(),
                ProtocolVersion = client.NegotiatedProtocolVersion,
                ServerName = PlainWords.OneLine(client.ServerInfo?.Name ?? "", 100),
                ServerVersion = PlainWords.OneLine(client.ServerInfo?.Version ?? "", 100),
                Instructions = client.ServerInstructions is { } words ? PlainWords.Of(words, 4000) : null,
                Pid = _session?.ProcessId,
                Sandbox = _session?.Level,
                HasResources = client.ServerCapabilities?.Resources is not null,
                HasPrompts = client.ServerCapabilities?.Prompts is not null,
                Warnings = _session is { Level: "none" } && Server.IsSandboxed ? [.. warnings, "No sandbox works here: its program runs with your rights."] : warnings,
            };
        }
        _ = WatchAsync(client, _session, _http);
    }

    // What ends by itself is connected again at its next use.
    private async Task WatchAsync(McpClient client, McpStdioSession? session, McpHttpTransport? http)
    {
        var details = await client.Completion.ConfigureAwait(false);
        if (http is not null)
        {
            await http.DisposeAsync().ConfigureAwait(false);
        }
        var known = details.Exception is { } ended ? http?.Explain(ended) : null;
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }
            _connecting = null;
            Fail(session?.Ended ?? known?.Message ?? details.Exception?.Message ?? "it closed the connection", IsUnauthorized(known));
        }
        await client.DisposeAsync().ConfigureAwait(false);
    }

    private McpUnavailableException Failed(Exception e, McpStdioSession? session)
    {
        var needsAuth = IsUnauthorized(e);
        var why = needsAuth ? $"it wants a sign-in: {((PryxException)e).Next}"
            : session?.Ended is { } ended ? ended
            : e is SpawnException or PryxException or TimeoutException ? e is PryxException { Next: { } next } ? $"{e.Message} {next}" : e.Message
            : e.Message;
        lock (_lock)
        {
            _connecting = null;
            Fail(why, needsAuth);
        }
        var head = why.StartsWith("The MCP server", StringComparison.Ordinal) ? "" : $"The MCP server '{Server.Name}' can not be used: ";
        return new($"{head}{why.TrimEnd('.')}.", e) { NeedsAuth = needsAuth };
    }

    private void Fail(string why, bool needsAuth)
    {
        _failures++;
        _failedAt = _time.GetTimestamp();
        Status = Status with { State = needsAuth ? McpStates.NeedsAuth : McpStates.Failed, Error = PlainWords.OneLine(why, 1000), Since = _time.GetUtcNow(), Pid = null, Sandbox = null };
        Log.Add("pryx", why);
    }

    private static bool IsUnauthorized(Exception? e) => e is PryxException { Code: "MCP_SIGNIN_NEEDED" };

    private async Task<bool> ListAsync(McpClient client, CancellationToken cancellationToken)
    {
        var (tools, warnings) = client.ServerCapabilities?.Tools is null ? ([], []) : await McpToolList.ReadAsync(client, cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            Tools = tools;
            Status = Status with { Warnings = warnings };
        }
        return true;
    }

    private async Task<T> OfServerAsync<T>(Func<CancellationToken, Task<T>> askAsync, CancellationToken cancellationToken)
    {
        var session = _session;
        try
        {
            return await askAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (_http?.Explain(e) is { } known && !cancellationToken.IsCancellationRequested)
        {
            throw await DroppedAsync(known).ConfigureAwait(false);
        }
        catch (McpException e)
        {
            throw new McpUnavailableException($"The MCP server '{Server.Name}' answered with an error: {PlainWords.Of(e.Message, 2000)}", e);
        }
        // A session that ends cancels what it has not answered.
        catch (Exception e) when (e is IOException or HttpRequestException or ObjectDisposedException or InvalidOperationException or System.Text.Json.JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            if (session is not null && (e is IOException or OperationCanceledException or ObjectDisposedException))
            {
                await session.DisposeAsync().ConfigureAwait(false); // It is ending: then it has its reason.
            }
            throw new McpUnavailableException($"The MCP server '{Server.Name}' ended before it had answered: {session?.Ended ?? e.Message}. What it did up to then is not known.", e);
        }
    }

    // A sign-in that has ended, or a message that may not be: the next use connects anew.
    private async Task<McpUnavailableException> DroppedAsync(PryxException known)
    {
        Task<McpClient>? connecting;
        lock (_lock)
        {
            connecting = _connecting is { IsCompletedSuccessfully: true } ? _connecting : null;
        }
        var failed = Failed(known, null);
        if (connecting is not null)
        {
            await (await connecting.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        return failed;
    }

    private McpClientOptions OptionsOf() => new()
    {
        ClientInfo = Client,
        InitializationTimeout = InitTime,
        ProtocolVersion = Server.ProtocolVersion,
        Handlers = _questions.Handlers(_news.ChangedAsync),
    };

    /// <summary>Returns when whatever the server has said to have changed is known.</summary>
    /// <exception cref="McpUnavailableException">It says that its tools have changed, and does not list them.</exception>
    public async Task SettledAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _news.SettledAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new McpUnavailableException($"The MCP server '{Server.Name}' says that its tools have changed and does not list them.", e);
        }
    }

    private async Task ListAgainAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_connecting is { IsCompletedSuccessfully: true } connected)
            {
                var client = await connected.ConfigureAwait(false);
                await OfServerAsync(token => ListAsync(client, token), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (McpUnavailableException e)
        {
            Log.Add("pryx", $"Its tools could not be listed again: {e.Message}");
        }
    }
}
