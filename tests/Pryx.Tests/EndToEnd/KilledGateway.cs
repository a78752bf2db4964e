using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>A daemon that is killed and started again on the same data, and reached by whoever does not care how often.</summary>
internal sealed class KilledGateway : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = TimeSpan.FromSeconds(20) };
    private readonly Person _person;
    private RunProcess? _process;
    private TaskCompletionSource<Uri> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public KilledGateway(Person person) => _person = person;

    /// <summary>From the start of the process to its ready line, of every start.</summary>
    public List<TimeSpan> Starts { get; } = [];

    public DateTimeOffset ReadyAt { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        const string ready = "Pryx is ready at ";
        var started = TimeProvider.System.GetTimestamp();
        _process = await _person.StartAsync("serve", "--no-supervisor", "--port", "0");
        while (!(_process.Stdout is var printed && printed.Contains(ready, StringComparison.Ordinal) && printed.EndsWith('\n')))
        {
            Assert.False(_process.HasExited, $"The daemon did not start:\n{_process.Stdout}\n{_process.Stderr}");
            Assert.True(TimeProvider.System.GetElapsedTime(started).TotalSeconds < 60, $"The daemon is not ready:\n{_process.Stderr}");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellationToken);
        }
        ReadyAt = TimeProvider.System.GetUtcNow();
        Starts.Add(TimeProvider.System.GetElapsedTime(started));
        if (_http.DefaultRequestHeaders.Authorization is null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(_person.Home.Data, "core.token"), cancellationToken)).Trim());
        }
        _url.SetResult(new Uri(_process.Stdout.Split(ready)[1].Split('\n')[0].Trim()));
    }

    /// <summary>kill -9, to the daemon alone.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _url = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _process!.KillHard();
        await _process.WaitAsync(cancellationToken);
        await _process.DisposeAsync();
    }

    /// <summary>As SIGTERM ends it; what it wrote to standard error.</summary>
    public async Task<string> StopAsync(CancellationToken cancellationToken)
    {
        _url = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _process!.Signal(15);
        var result = await _process.WaitAsync(cancellationToken);
        Assert.Equal(0, result.ExitCode);
        await _process.DisposeAsync();
        _process = null;
        return result.Stderr;
    }

    /// <summary>Again and again until an answer came whole, from whichever daemon is up.</summary>
    /// <param name="body">JSON; null for a GET.</param>
    public async Task<(int Status, string Body)> SendAsync(string path, string? body, CancellationToken cancellationToken)
    {
        while (true)
        {
            var url = await _url.Task.WaitAsync(cancellationToken);
            try
            {
                using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(url, path));
                request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
                using var response = await _http.SendAsync(request, cancellationToken);
                return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, cancellationToken);
            }
        }
    }

    /// <summary>Everything after the version over a WebSocket, as far as it gets; false when there is none to be had now.</summary>
    public async Task<bool> ReadSocketAsync(string path, Action<string> onMessage, CancellationToken cancellationToken)
    {
        var url = await _url.Task.WaitAsync(cancellationToken);
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", _http.DefaultRequestHeaders.Authorization!.ToString());
        try
        {
            await socket.ConnectAsync(new UriBuilder(new Uri(url, path)) { Scheme = "ws" }.Uri, cancellationToken);
            var buffer = new byte[64 * 1024];
            using var whole = new MemoryStream();
            while (socket.State == WebSocketState.Open)
            {
                var part = await socket.ReceiveAsync(buffer, cancellationToken);
                whole.Write(buffer, 0, part.Count);
                if (part.EndOfMessage)
                {
                    onMessage(Encoding.UTF8.GetString(whole.ToArray()));
                    whole.SetLength(0);
                }
            }
            return true;
        }
        catch (WebSocketException)
        {
            return false;
        }
    }

    /// <summary>One connection, as far as it gets; null when there is none to be had now.</summary>
    public async Task<StreamReader?> OpenStreamAsync(string path, long lastVersion, CancellationToken cancellationToken)
    {
        var url = await _url.Task.WaitAsync(cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url, path));
        request.Headers.Add("Last-Event-ID", $"{lastVersion}");
        try
        {
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            response.EnsureSuccessStatusCode();
            return new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        }
        catch (Exception e) when (e is HttpRequestException { StatusCode: null } or IOException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }
}
