using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Testing;

namespace Pryx.Core.Tests;

/// <summary>The real daemon on a loopback socket, with a real store in a home of its own and a fake provider behind it.</summary>
internal sealed class TestCore : IAsyncDisposable
{
    private readonly bool _ownsHome;
    private readonly Daemon _daemon;

    private TestCore(TempHome home, bool ownsHome, Daemon daemon)
    {
        (Home, _ownsHome, _daemon) = (home, ownsHome, daemon);
        Token = File.ReadAllText(Path.Combine(home.Data, "core.token")).Trim();
        Http = Client(Token);
    }

    public TempHome Home { get; }
    public Uri Url => _daemon.Url;
    public string Token { get; }

    /// <summary>With the core token.</summary>
    public HttpClient Http { get; }

    /// <param name="home">Another daemon's, to start again on the same data; null for a new one.</param>
    /// <param name="environment">Over the provider's variables.</param>
    public static async Task<TestCore> StartAsync(FakeProvider? provider, CancellationToken cancellationToken, TempHome? home = null, Func<GatewayOptions, GatewayOptions>? configure = null, IReadOnlyDictionary<string, string>? environment = null, TimeProvider? time = null)
    {
        var variables = new Dictionary<string, string>(environment ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        if (provider is not null)
        {
            variables.TryAdd("OPENAI_API_KEY", "sk-test");
            variables.TryAdd("OPENAI_BASE_URL", provider.OpenAiUrl.ToString());
            variables.TryAdd("ANTHROPIC_API_KEY", "sk-ant-test");
            variables.TryAdd("ANTHROPIC_BASE_URL", provider.Url.ToString());
        }
        // A developer's own servers of models are nobody's in a test.
        variables.TryAdd("LMSTUDIO_BASE_URL", "http://127.0.0.1:1/v1");
        variables.TryAdd("LLAMACPP_BASE_URL", "http://127.0.0.1:1/v1");
        variables.TryAdd("VLLM_BASE_URL", "http://127.0.0.1:1/v1");
        // Nobody asks the real one.
        variables.TryAdd("PRYX_CATALOG_URL", "off");
        var isOwn = home is null;
        home ??= new TempHome();
        var options = new CoreOptions { Paths = new PryxPaths(home.Home, home.Data), Settings = new Settings(variables.GetValueOrDefault), Executable = [Sandbox.SandboxBench.Executable], Time = time ?? TimeProvider.System };
        var gateway = new GatewayOptions { Endpoints = [new IPEndPoint(IPAddress.Loopback, 0)], WorkingDirectory = home.Workspace };
        return new(home, isOwn, await Daemon.StartAsync(options, configure?.Invoke(gateway) ?? gateway, cancellationToken));
    }

    /// <param name="token">Null for none.</param>
    public HttpClient Client(string? token)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Url };
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Sends and reads the JSON answer, whatever its status; Body is null when there is none.</summary>
    public async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        }
        using var response = await Http.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public Task<(HttpStatusCode Status, JsonNode? Body)> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, cancellationToken);

    public Task<(HttpStatusCode Status, JsonNode? Body)> PostAsync(string path, object? body, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, path, body, cancellationToken);

    /// <summary>The daemon ends as SIGTERM ends it; the home stays when it was handed in.</summary>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _daemon.DisposeAsync();
        if (_ownsHome)
        {
            Home.Dispose();
        }
    }
}
