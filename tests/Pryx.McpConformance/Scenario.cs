using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Core.Mcp;
using Pryx.Core.Mcp.Auth;
using Pryx.Core.Mcp.Transports;
using Pryx.Protocol.Errors;

namespace Pryx.McpConformance;

/// <summary>
/// What a user of Pryx does with a server, as far as a scenario needs it: connect as the background does, sign in when that is said to be
/// needed, list the tools and call each.
/// </summary>
internal sealed class Scenario : IAsyncDisposable
{
    // As often as a person would answer the same question.
    private const int MaxSignins = 3;

    private static readonly HttpClient Browser = new(new SocketsHttpHandler { UseProxy = false });
    private readonly string _name;
    private readonly JsonElement _context;
    private readonly MemorySecrets _secrets = new();
    private McpServer _server;
    private readonly McpHttpTransports _transports;
    private readonly McpSigninDesk _desk;

    public Scenario(string name, Uri url, JsonElement context, Settings settings)
    {
        (_name, _context) = (name, context);
        _server = new McpServer("conformance", McpTransport.Http) { Url = url.AbsoluteUri, Auth = Text("client_id") is { } client ? new McpAuth(IsWithoutPerson ? McpAuth.ClientCredentials : "oauth") { ClientId = client } : null };
        var tokens = new McpTokens(() => _secrets, TimeProvider.System);
        _transports = new(new(() => _secrets, settings.FromEnvironment), tokens, TimeProvider.System) { ClientMetadata = new("https://conformance-test.local/client-metadata.json") };
        _desk = new(_transports, tokens, Product.Version, TimeProvider.System);
    }

    /// <returns>0 when the server could be used.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if ((Text("client_secret") ?? Text("private_key_pem")) is { } secret)
        {
            await _desk.GiveSecretAsync(_server, secret, cancellationToken);
        }
        for (var signins = 0; ; signins++)
        {
            try
            {
                await UseAsync(cancellationToken);
                return 0;
            }
            // Whoever adds a client of their own says who gives out its tokens: what is named is taken once, as a person would who was told so.
            catch (PryxException e) when (e is { Code: "MCP_ISSUER", Next: { } next } && _server.Auth is { Issuer: null } auth)
            {
                Console.Error.WriteLine(e.Message);
                _server = _server with { Auth = auth with { Issuer = next.Split(' ')[^1] } };
            }
            catch (PryxException e) when (e.Code == "MCP_SIGNIN_NEEDED" && signins < MaxSignins)
            {
                Console.Error.WriteLine(e.Message);
                if (await SigninAsync(cancellationToken) is { } problem)
                {
                    Console.Error.WriteLine(problem);
                    return 1;
                }
            }
            catch (PryxException e)
            {
                Console.Error.WriteLine($"{e.Code}: {e.Message}");
                return 1;
            }
        }
    }

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    private async Task UseAsync(CancellationToken cancellationToken)
    {
        await using var transport = await _transports.CreateAsync(_server, consent: null, cancellationToken);
        try
        {
            var options = new McpClientOptions
            {
                ClientInfo = new() { Name = "pryx", Version = Product.Version },
                Handlers = new() { ElicitationHandler = (request, _) => new(new ElicitResult { Action = "accept", Content = new Dictionary<string, JsonElement>() }) },
            };
            await using var client = await McpHandshake.ConnectAsync(transport, options, cancellationToken);
            if (client.ServerCapabilities.Tools is null)
            {
                return;
            }
            foreach (var tool in await client.ListToolsAsync(cancellationToken: cancellationToken))
            {
                var result = await tool.CallAsync(Arguments(tool.JsonSchema), cancellationToken: cancellationToken);
                Console.WriteLine($"{_name}: {tool.Name} {(result.IsError == true ? "failed" : "worked")}");
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw transport.Explain(e) ?? throw new PryxException("MCP_ERROR", e.Message);
        }
    }

    private async Task<string?> SigninAsync(CancellationToken cancellationToken)
    {
        try
        {
            var started = await _desk.StartAsync(_server, static () => Task.CompletedTask, cancellationToken);
            var url = started.Url;
            string? seen = null;
            while (url is not null)
            {
                if (url != seen)
                {
                    using var page = await Browser.GetAsync(new Uri(url), cancellationToken);
                    Console.Error.WriteLine($"{(int)page.StatusCode} {url}");
                    seen = url;
                }
                // A server that asks for more names another address; until then its answer is waited for, however slow the machine is.
                var state = await _desk.StateAsync(_server, TimeSpan.FromMilliseconds(200), cancellationToken);
                if (state.State != "pending")
                {
                    return state.State == "signed_in" ? null : state.Reason ?? state.State;
                }
                url = state.Url;
            }
            return null;
        }
        catch (PryxException e)
        {
            return $"{e.Code}: {e.Message}";
        }
    }

    // A value for each parameter, of its type.
    private static Dictionary<string, object?> Arguments(JsonElement schema) =>
        schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object
            ? properties.EnumerateObject().ToDictionary(static property => property.Name, static property => Value(property.Value))
            : [];

    private static object? Value(JsonElement schema) => (schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null) switch
    {
        "number" or "integer" => 5,
        "boolean" => true,
        _ => "text",
    };

    private bool IsWithoutPerson => _name.StartsWith("auth/client-credentials", StringComparison.Ordinal);

    private string? Text(string name) => _context.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
