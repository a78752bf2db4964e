using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Pryx.Bench.Gateway;

/// <summary>A whole <c>pryx serve</c> (host and core) in a home of its own, and a client of it.</summary>
internal sealed class RunningCore : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Child _host;

    private RunningCore(Child host, string data, int port, TimeSpan ready)
    {
        (_host, Data, Port, Ready) = (host, data, port, ready);
        Token = File.ReadAllText(Path.Combine(data, "core.token")).Trim();
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 1100 }) { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(2) };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public HttpClient Http { get; }
    public int Port { get; }
    public string Data { get; }
    public string Token { get; }

    /// <summary>From just before the process was started to the first 200 of /health.</summary>
    public TimeSpan Ready { get; }

    /// <param name="home">Kept between starts where the data is to be found again.</param>
    public static async Task<RunningCore> StartAsync(string file, string home, string folder, Uri provider, CancellationToken cancellationToken)
    {
        var data = Path.Combine(home, ".pryx");
        var port = FreePort();
        var started = TimeProvider.System.GetTimestamp();
        var host = new Child([file, "serve", "--port", port.ToString(CultureInfo.InvariantCulture)], folder, new Dictionary<string, string>
        {
            ["HOME"] = home,
            ["PATH"] = (string?)Environment.GetEnvironmentVariables()["PATH"] ?? "/usr/bin:/bin",
            ["OPENAI_BASE_URL"] = new Uri(provider, "v1").ToString(),
            ["OPENAI_API_KEY"] = "sk-bench",
        });
        while (!await AnswersAsync(port, cancellationToken))
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw new InvalidOperationException($"{file} serve did not answer within {Patience.TotalSeconds:0} s: {host.Terminate()}");
            }
        }
        var ready = TimeProvider.System.GetElapsedTime(started);
        while (!File.Exists(Path.Combine(data, "runtime.port")) && TimeProvider.System.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellationToken);
        }
        return new(host, data, port, ready);
    }

    /// <summary>Proportional set size of host, core and whatever they run, in MB of 1,000,000 bytes.</summary>
    public double Memory() => ProcessTree.Of(_host.Pid).Sum(ProcessTree.ProportionalBytes) / 1e6;

    /// <summary>Processor time used so far by host and core.</summary>
    public TimeSpan Processor() => TimeSpan.FromMilliseconds(ProcessTree.Of(_host.Pid).Sum(ProcessTree.ProcessorMilliseconds));

    public async Task<string> NewSessionAsync(CancellationToken cancellationToken) =>
        (string)(await PostAsync("/api/v1/sessions", """{"title":"bench"}""", cancellationToken))["id"]!;

    /// <summary>The id of the turn; what it needs is approved beforehand.</summary>
    public async Task<string> SendAsync(string session, string text, CancellationToken cancellationToken) =>
        (string)(await PostAsync($"/api/v1/sessions/{session}/messages", $$"""{"content":"{{text}}","model":"openai/fake-model","approve_all":true}""", cancellationToken))["turn_id"]!;

    public async Task<JsonNode> PostAsync(string path, string body, CancellationToken cancellationToken)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync(path, content, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidOperationException($"POST {path}: {(int)response.StatusCode} {text}");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Task.Run(_host.Terminate);
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    // A socket and a line: what a client library needs for its own first request is not the gateway's time.
    private static async Task<bool> AnswersAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"), cancellationToken);
            var buffer = new byte[64];
            var count = await socket.ReceiveAsync(buffer, cancellationToken);
            return Encoding.ASCII.GetString(buffer, 0, count).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(0.5), TimeProvider.System, cancellationToken);
            return false;
        }
    }
}
