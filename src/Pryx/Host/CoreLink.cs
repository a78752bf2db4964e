using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Protocol;
using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;
using Pryx.Tui.Link;

namespace Pryx.Host;

/// <summary>The terminal UI's way to Core: always a daemon, found, waited for or started.</summary>
internal sealed class CoreLink : ICoreLink
{
    private static readonly TimeSpan HealthPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private readonly PryxPaths _paths = PryxPaths.From(Settings.OfProcess);
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });
    private RunningDaemon? _daemon;

    public CoreLink() => Client = new PryxHttpClient(_http, new PryxHttpOptions { FindCoreAsync = FindAsync, Surface = "tui", NetworkRetries = 0 });

    public IPryxClient Client { get; }

    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        _daemon = await RunningDaemon.FindAsync(_paths, cancellationToken);
        // A host that lives starts Core again by itself; a second one would only be in its way.
        while (_daemon is null && IsHostAlive())
        {
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
            _daemon = await RunningDaemon.FindAsync(_paths, cancellationToken);
        }
        _daemon ??= await DaemonStart.StartAsync(_paths, cancellationToken);
    }

    public async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(HealthPatience);
        try
        {
            if (_daemon is not { } daemon)
            {
                return false;
            }
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(daemon.Url, "/health"));
            using var answer = await _http.SendAsync(request, limit.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    public async Task<string> SendAsync(string method, string path, string? json, CancellationToken cancellationToken)
    {
        var daemon = _daemon ?? throw Gone(null);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(daemon.Url.GetLeftPart(UriPartial.Authority) + path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", daemon.Token);
        request.Headers.Add("X-Pryx-Surface", "tui");
        if (json is not null)
        {
            request.Content = new StringContent(json, MediaTypeHeaderValue.Parse("application/json"));
        }
        try
        {
            using var answer = await _http.SendAsync(request, cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            return answer.IsSuccessStatusCode ? text : throw Refused((int)answer.StatusCode, text);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Gone(e);
        }
    }

    public async ValueTask DisposeAsync() => await Client.DisposeAsync();

    private async Task<CoreAddress?> FindAsync(CancellationToken cancellationToken)
    {
        var daemon = _daemon ??= await RunningDaemon.FindAsync(_paths, cancellationToken);
        return daemon is null ? null : new CoreAddress(daemon.Url, daemon.Token);
    }

    private bool IsHostAlive()
    {
        if (Announcement.Read(_paths)?.HostPid is not { } host)
        {
            return false;
        }
        try
        {
            using var process = Process.GetProcessById(host);
            return process.ProcessName.StartsWith("pryx", StringComparison.Ordinal) || process.ProcessName == "dotnet";
        }
        catch (ArgumentException)
        {
            return false; // Its number is nobody's.
        }
    }

    private static PryxException Gone(Exception? why) => why is null
        ? new PryxException("CORE_GONE", "Pryx host not running.", "Start it with `pryx serve`")
        : new PryxException("CORE_GONE", "Pryx host not running.", "Start it with `pryx serve`", why);

    private static PryxException Refused(int status, string text)
    {
        try
        {
            if (JsonSerializer.Deserialize(text, ProtocolJson.Default.ErrorBody)?.Error is { } error)
            {
                return new PryxException(error.Code, error.Message, error.Next) { TraceId = error.TraceId, Details = error.Details };
            }
        }
        catch (JsonException)
        {
            // Something between us and Core answered in its own words.
        }
        return new PryxException($"HTTP_{status}", $"Core answered {status} without saying why.");
    }
}
