using System.Net.Http.Headers;
using System.Net.WebSockets;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Terminal;

namespace Pryx.Host;

/// <summary>The routes of Core as a command calls them: those of the running daemon, else of a gateway inside this process.</summary>
internal sealed class ApiConnection : IAsyncDisposable
{
    private readonly Uri _base;
    private readonly string? _token;
    private readonly HttpMessageInvoker _http;
    private readonly Func<ValueTask> _closeAsync;

    private ApiConnection(Uri address, string? token, HttpMessageInvoker http, Func<ValueTask> closeAsync) => (_base, _token, _http, _closeAsync) = (address, token, http, closeAsync);

    /// <summary>Its address; null when there is no daemon.</summary>
    public Uri? Daemon { get; private init; }

    /// <summary>The daemon's routes; null when none runs.</summary>
    public static async Task<ApiConnection?> OpenDaemonAsync(Settings settings, CancellationToken cancellationToken) =>
        settings.FromEnvironment("PRYX_DB_PATH") is null && await RunningDaemon.FindAsync(PryxPaths.From(settings), cancellationToken) is { } daemon ? Of(daemon) : null;

    public static async Task<ApiConnection> OpenAsync(Settings settings, Action<string> onWarning, string workingDirectory, CancellationToken cancellationToken)
    {
        // A command with a database of its own does not want the daemon's.
        if (await OpenDaemonAsync(settings, cancellationToken) is { } daemon)
        {
            return daemon;
        }
        var core = new PryxCore(new CoreOptions { Executable = OwnExecutable.Command, Paths = PryxPaths.From(settings), Settings = settings, OnWarning = onWarning });
        try
        {
            var gateway = await Gateway.StartAsync(core, new GatewayOptions { WorkingDirectory = workingDirectory }, cancellationToken);
            return new(new("http://pryx.invalid"), null, gateway.CreateHttp(), async () =>
            {
                await gateway.DisposeAsync();
                await core.DisposeAsync();
            });
        }
        catch
        {
            await core.DisposeAsync();
            throw;
        }
    }

    private static ApiConnection Of(RunningDaemon daemon) =>
        new(daemon.Url, daemon.Token, new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false }), static () => ValueTask.CompletedTask) { Daemon = daemon.Url };

    /// <summary>Shows a person that an answer takes its time.</summary>
    public WaitingNote? Note { get; set; }

    /// <summary>The answer, whatever its status; its body comes as it is sent. The caller disposes it.</summary>
    /// <param name="path">Begins with a slash; it never leads to another host.</param>
    /// <param name="json">The body; null for none.</param>
    public Task<HttpResponseMessage> SendAsync(string method, string path, string? json, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_base.GetLeftPart(UriPartial.Authority) + path));
        request.Headers.Add("X-Pryx-Surface", "cli");
        if (_token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        }
        if (json is not null)
        {
            request.Content = new StringContent(json, MediaTypeHeaderValue.Parse("application/json"));
        }
        var answer = _http.SendAsync(request, cancellationToken);
        return Note is { } note ? note.WhileAsync(answer) : answer;
    }

    /// <summary>A WebSocket of the gateway. The caller disposes it.</summary>
    /// <param name="path">Begins with a slash.</param>
    /// <exception cref="WebSocketException">It was refused.</exception>
    public async Task<WebSocket> OpenSocketAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        if (_token is not null)
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {_token}");
        }
        try
        {
            var address = new UriBuilder(_base.GetLeftPart(UriPartial.Authority) + path);
            address.Scheme = address.Scheme == Uri.UriSchemeHttps ? "wss" : "ws";
            await socket.ConnectAsync(address.Uri, _http, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _closeAsync();
    }
}
