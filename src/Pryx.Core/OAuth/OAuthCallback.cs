using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Pryx.Core.OAuth;

/// <summary>What the provider has sent back through the browser.</summary>
/// <param name="Code">Null when the person or the provider said no.</param>
/// <param name="Error">As RFC 6749 names it.</param>
/// <param name="State">The one that was expected.</param>
/// <param name="Issuer">Who says that it was them (RFC 9207); null when they do not say.</param>
internal sealed record CallbackAnswer(string? Code, string? Error, string State, string? Issuer);

/// <summary>
/// Listens on loopback, on a port of its own, for the one answer of one sign-in. Everything else that reaches the port – another page, a
/// guessed state, the same answer again – is refused and changes nothing.
/// </summary>
internal sealed class OAuthCallback : IAsyncDisposable
{
    public const string Path = "/oauth/callback";

    private readonly WebApplication _app;
    private byte[]? _state;
    private readonly Func<CallbackAnswer, CancellationToken, Task<string?>> _finish;
    private string _authority = "";
    private int _answers;
    private int _isClosed;

    private OAuthCallback(Func<CallbackAnswer, CancellationToken, Task<string?>> finish)
    {
        _finish = finish;
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxConcurrentConnections = 16;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MaxRequestLineSize = 16 * 1024;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>Where the provider sends the browser.</summary>
    public string RedirectUri { get; private set; } = "";

    /// <param name="finish">Called once for each expected answer; what it returns is shown in the browser as the reason why it did not work, null when it did.</param>
    public static async Task<OAuthCallback> ListenAsync(Func<CallbackAnswer, CancellationToken, Task<string?>> finish, CancellationToken cancellationToken)
    {
        var callback = new OAuthCallback(finish);
        await callback._app.StartAsync(cancellationToken);
        var url = new Uri(callback._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        callback._authority = $"127.0.0.1:{url.Port}";
        callback.RedirectUri = $"http://{callback._authority}{Path}";
        return callback;
    }

    /// <summary>From now on one answer with this state counts, and none with an earlier one.</summary>
    /// <param name="state">Not guessable.</param>
    public void Expect(string state)
    {
        Volatile.Write(ref _state, Encoding.UTF8.GetBytes(state));
        Volatile.Write(ref _answers, 0);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 1)
        {
            return;
        }
        // The page that says "done" may still be on its way.
        using (var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System))
        {
            await _app.StopAsync(soon.Token);
        }
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var request = http.Request;
        if (request.Method != "GET" || request.Path != Path || request.Host.Value != _authority)
        {
            await ShowAsync(http, 404, "Nothing here", "This address only ends a sign-in.");
            return;
        }
        // A provider sends the browser's own window here. Scripts, frames and images of other pages say what they are.
        if (request.Headers.Origin.Count > 0 || request.Headers["Sec-Fetch-Mode"] is { Count: > 0 } mode && mode != "navigate" || request.Headers["Sec-Fetch-Dest"] is { Count: > 0 } target && target != "document")
        {
            await ShowAsync(http, 403, "Refused", "Only the provider may send you here.");
            return;
        }
        if (request.Query["state"] is not [{ Length: > 0 } state] || Volatile.Read(ref _state) is not { } expected || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(state), expected))
        {
            await ShowAsync(http, 400, "Not your sign-in", "This answer does not belong to the sign-in that Pryx has begun. Begin again in the terminal.");
            return;
        }
        if (Interlocked.Increment(ref _answers) > 1)
        {
            await ShowAsync(http, 400, "Used already", "This answer was used already. You can close this window.");
            return;
        }
        var code = request.Query["code"] is [{ Length: > 0 and < 8192 } given] ? given : null;
        var error = request.Query["error"] is [{ Length: > 0 } said] ? new string([.. said.Take(100).Where(static c => c is >= ' ' and <= '~')]) : null;
        var issuer = request.Query["iss"] is [{ Length: > 0 and < 2048 } named] ? named : null;
        var problem = await _finish(new(error is null ? code : null, error ?? (code is null ? "no code" : null), state, issuer), http.RequestAborted);
        await (problem is null
            ? ShowAsync(http, 200, "Signed in", "Pryx is signed in. You can close this window.")
            : ShowAsync(http, 400, "Not signed in", $"{problem} You can close this window."));
    }

    // No script, nothing from elsewhere, and the address with the code in it is told to nobody.
    private static async Task ShowAsync(HttpContext http, int status, string title, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.Connection = "close";
        await http.Response.WriteAsync($$$"""
            <!doctype html><html lang="en"><meta charset="utf-8"><title>Pryx: {{{WebUtility.HtmlEncode(title)}}}</title>
            <style>body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem;color:#222;background:#fff}@media(prefers-color-scheme:dark){body{color:#ddd;background:#111}}</style>
            <h1>{{{WebUtility.HtmlEncode(title)}}}</h1><p>{{{WebUtility.HtmlEncode(text)}}}</p></html>
            """, CancellationToken.None);
    }
}
