using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pryx.Protocol.Models;
using Pryx.Testing.Fake;

namespace Pryx.Testing;

/// <summary>
/// A model provider on loopback that speaks OpenAI Chat Completions and Responses, Anthropic Messages, Gemini and Ollama, plays a script,
/// holds every request to the rules of its wire, and counts what it reported. A request that breaks a rule is answered 400 and kept in <see cref="Violations"/>.
/// </summary>
public sealed class FakeProvider : IAsyncDisposable
{
    private static readonly IWire[] Wires = [new ChatCompletionsWire(), new ResponsesWire(), new AnthropicWire(), new GeminiWire(), new OllamaWire()];
    private readonly WebApplication _app;
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly CancellationTokenSource _stopping = new();
    private readonly RequestBook _book = new();
    private readonly ConcurrentDictionary<string, FakeScript> _scripts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _loaded = new(StringComparer.Ordinal);
    private readonly Issued _issued = new();
    private readonly PrefixRule _prefix = new();
    private readonly FakeScript _script;
    private RequestLog? _log;

    private FakeProvider(FakeScript script, int port)
    {
        _script = script;
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.Listen(System.Net.IPAddress.Loopback, port);
            options.Limits.MaxRequestBodySize = null;
            options.Limits.MinRequestBodyDataRate = null;
            options.Limits.MinResponseDataRate = null;
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <param name="port">0 for any free one.</param>
    /// <param name="logFile">Appended to, see <see cref="RequestLog"/>; null for no file.</param>
    public static async Task<FakeProvider> StartAsync(FakeScript script, CancellationToken cancellationToken, int port = 0, string? logFile = null)
    {
        var provider = new FakeProvider(script, port) { _log = logFile is null ? null : new(logFile) };
        await provider._app.StartAsync(cancellationToken);
        provider.Url = new(provider._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return provider;
    }

    /// <summary>Starts one that plays the replies by <see cref="FakeScripts.InOrder"/>.</summary>
    public static Task<FakeProvider> StartAsync(CancellationToken cancellationToken, params ScriptedReply[] replies) =>
        StartAsync(FakeScripts.InOrder(replies), cancellationToken);

    /// <summary>The root: what Anthropic and Ollama take as base URL.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1");

    /// <summary>What OpenAI's wires take as base URL.</summary>
    public Uri OpenAiUrl => new(Url, "v1");

    /// <summary>What OpenRouter takes as base URL.</summary>
    public Uri OpenRouterUrl => new(Url, "api/v1");

    /// <summary>What Gemini's wire takes as base URL.</summary>
    public Uri GeminiUrl => new(Url, "v1beta");

    /// <summary>Offered by the listings.</summary>
    public IReadOnlyList<string> Models { get; set; } = ["fake-model"];

    /// <summary>False for servers that need no key, such as LM Studio.</summary>
    public bool RequiresKey { get; set; } = true;

    /// <summary>False for programs that are not ours: what breaks a rule is recorded and answered all the same.</summary>
    public bool Rejects { get; set; } = true;

    /// <summary>False where history is rewritten on purpose (compaction, a fork).</summary>
    public bool ChecksPrefix { get; set; } = true;

    /// <summary>What Ollama says the model was trained for.</summary>
    public long ModelContext { get; set; } = 131_072;

    /// <summary>The context that Ollama really loads, however much was asked for; null for what was asked.</summary>
    public long? LoadsOnly { get; set; }

    /// <summary>In the order of arrival.</summary>
    public IReadOnlyList<FakeRequest> Requests => _book.Requests;

    /// <summary>Only those that a model had to answer.</summary>
    public IReadOnlyList<FakeRequest> ModelRequests => [.. Requests.Where(request => request.Wire.Length > 0)];

    /// <summary>A test asserts this to be empty.</summary>
    public IReadOnlyList<FakeViolation> Violations => _book.Violations;

    /// <summary>The sum of what whole streams reported; a stream that was cut counts nothing.</summary>
    public TokenUsage Usage => _book.Usage;

    /// <summary>Another script for one model.</summary>
    public FakeProvider ForModel(string model, FakeScript script)
    {
        _scripts[model] = script;
        return this;
    }

    /// <summary>Waits, in real time, until so many model requests have arrived.</summary>
    public async Task WaitForRequestsAsync(int count, CancellationToken cancellationToken)
    {
        while (ModelRequests.Count < count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), _time, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        using (var now = new CancellationTokenSource(TimeSpan.FromSeconds(1), _time))
        {
            await _app.StopAsync(now.Token);
        }
        await _app.DisposeAsync();
        _log?.Dispose();
        _stopping.Dispose();
    }

    /// <summary>What Ollama holds in memory, with the context it was given.</summary>
    internal IEnumerable<KeyValuePair<string, long>> Loaded => _loaded;

    private async Task AnswerAsync(HttpContext http)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping.Token);
        var request = await ReceiveAsync(http, end.Token);
        try
        {
            await AnswerAsync(http, request, end.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            request.Outcome = "left";
        }
        finally
        {
            request.Status ??= http.Response.StatusCode;
            _log?.Answer(request, _time.GetUtcNow());
        }
    }

    private async Task<FakeRequest> ReceiveAsync(HttpContext http, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, cancellationToken);
        var path = http.Request.Path.Value ?? "";
        return _book.Add(number => new FakeRequest
        {
            Number = number,
            At = _time.GetUtcNow(),
            Method = http.Request.Method,
            Path = path,
            Query = http.Request.QueryString.Value ?? "",
            Headers = http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            Text = Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length),
            Bytes = (int)buffer.Length,
            Wire = http.Request.Method is "POST" ? Array.Find(Wires, wire => path.EndsWith(wire.Route, StringComparison.Ordinal))?.Name ?? "" : "",
        });
    }

    private async Task AnswerAsync(HttpContext http, FakeRequest request, CancellationToken cancellationToken)
    {
        if (Array.Find(Wires, wire => wire.Name == request.Wire) is not { } wire)
        {
            _log?.Request(request);
            var listing = Listings.Answer(this, request);
            request.Outcome = listing is null ? "error" : "completed";
            await WriteBodyAsync(http, listing is null ? 404 : 200, (listing ?? new JsonObject { ["error"] = $"no such route: {request.Path}" }).OneLine(), cancellationToken);
            return;
        }
        var requestId = Fragments.NewId("req_");
        if (wire.RequestIdHeader is { } header)
        {
            http.Response.Headers[header] = requestId;
        }
        var (isAuthorized, estimate) = Check(wire, request);
        _log?.Request(request);
        if (request.Violations.Count > 0 && Rejects)
        {
            request.Outcome = "rejected";
            var error = new HttpError(isAuthorized ? 400 : 401) { Message = string.Join("; ", request.Violations.Select(violation => $"{violation.Rule}: {violation.Message}")) };
            await WriteBodyAsync(http, error.Status, wire.ErrorBody(error, requestId), cancellationToken);
            return;
        }
        try
        {
            await PlayAsync(http, wire, request, estimate, requestId, cancellationToken);
        }
        catch (Exception e) when (e is not (OperationCanceledException or IOException))
        {
            _book.Record(request, [new(request.Number, wire.Name, Rules.Script, e.Message)]);
            request.Outcome = "error";
            if (http.Response.HasStarted)
            {
                http.Abort();
                return;
            }
            await WriteBodyAsync(http, 400, wire.ErrorBody(new(400) { Message = e.Message }, requestId), cancellationToken);
        }
    }

    private (bool IsAuthorized, TokenUsage Estimate) Check(IWire wire, FakeRequest request)
    {
        var reading = new RequestReading(request, _issued);
        var isAuthorized = !RequiresKey || wire.HasKey(request);
        reading.Require(isAuthorized, Rules.Key, "there is no key in the request");
        long cached = 0;
        try
        {
            using var document = JsonDocument.Parse(request.Text);
            request.Body = document.RootElement.Clone();
            request.Model = wire.ModelOf(request);
            wire.Read(request.Body, reading);
            reading.Finish();
            // A request that is refused is no part of its conversation.
            cached = ChecksPrefix && reading.Violations.Count == 0 ? _prefix.Accept(reading) : 0;
        }
        catch (JsonException e)
        {
            reading.Fail(Rules.Json, e.Message);
        }
        catch (InvalidOperationException e)
        {
            reading.Fail(Rules.Shape, e.Message);
        }
        if (wire is OllamaWire && reading.Violations.Count == 0)
        {
            _loaded[request.Model] = Math.Min(LoadsOnly ?? long.MaxValue, request.Body.At("options").At("num_ctx")!.Value.GetInt64());
        }
        _book.Record(request, reading.Violations);
        return (isAuthorized, Estimates.Input(wire, reading, cached));
    }

    private async Task PlayAsync(HttpContext http, IWire wire, FakeRequest request, TokenUsage estimate, string requestId, CancellationToken cancellationToken)
    {
        var reply = request.Reply = (_scripts.GetValueOrDefault(request.Model) ?? _script)(request);
        foreach (var (name, value) in reply.Headers)
        {
            http.Response.Headers[name] = value;
        }
        if (reply.Trouble.Error is { } error)
        {
            await Task.Delay(reply.Trouble.BeforeHeaders, _time, cancellationToken);
            request.Outcome = "error";
            if (error.RetryAfter is { } wait)
            {
                http.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
            await WriteBodyAsync(http, error.Status, wire.ErrorBody(error, requestId), cancellationToken);
            return;
        }
        if (reply.Trouble.AnswersHtml)
        {
            request.Outcome = "error";
            await WriteBodyAsync(http, 200, "<!doctype html><html><body><h1>Sign in to this network</h1></body></html>", cancellationToken, "text/html; charset=utf-8");
            return;
        }
        var usage = wire.Reportable(reply.Usage ?? Estimates.WithOutput(estimate, reply), request.Body);
        request.Outcome = await new AnswerStream(http, wire, request, reply, () => _book.Count(request, usage), cancellationToken).WriteAsync(wire.Play(reply, usage, request, _issued));
    }

    private static async Task WriteBodyAsync(HttpContext http, int status, string body, CancellationToken cancellationToken, string contentType = "application/json")
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        await http.Response.WriteAsync(body, cancellationToken);
    }
}
