using System.Diagnostics;
using System.Text.Json;
using Pryx.Core.Browser;

namespace Pryx.Bench.Web;

/// <summary>A Chromium without a window, a page at a time, each with an empty cache.</summary>
internal sealed class WebPage : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DevTools _tools;
    private readonly CancellationToken _cancellation;
    private string? _context, _session;
    private long _received;

    private WebPage(Process process, CancellationToken cancellationToken)
    {
        (_process, _cancellation) = (process, cancellationToken);
        _tools = new(process.StandardInput.BaseStream, process.StandardOutput.BaseStream)
        {
            OnEvent = (name, told) =>
            {
                if (name == "Network.loadingFinished")
                {
                    Interlocked.Add(ref _received, (long)told.GetProperty("encodedDataLength").GetDouble());
                }
            },
        };
        _ = process.StandardError.ReadToEndAsync(cancellationToken);
    }

    public static string? Program { get; } = BrowserProgram.Find("", null);

    /// <summary>Bytes over the wire since the page was opened, headers included.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <param name="folder">Where it keeps what it keeps.</param>
    public static async Task<WebPage> StartAsync(string folder, CancellationToken cancellationToken)
    {
        string[] words =
        [
            // It speaks on descriptors 3 and 4; ours to it are 0 and 1.
            "-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >&2", Program!, "--headless=new", "--remote-debugging-pipe", $"--user-data-dir={folder}", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage",
            "--disable-background-networking", "--disable-component-update", .. Environment.IsPrivilegedProcess ? ["--no-sandbox"] : Array.Empty<string>(), "about:blank",
        ];
        var process = new Process { StartInfo = new("/bin/sh", words) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true } };
        process.Start();
        var page = new WebPage(process, cancellationToken);
        await page._tools.SendAsync("Browser.getVersion", null, null, cancellationToken);
        return page;
    }

    /// <param name="script">Runs in every document before its own.</param>
    public async Task OpenAsync(string url, string script)
    {
        if (_context is not null)
        {
            await _tools.SendAsync("Target.disposeBrowserContext", null, json => json.WriteString("browserContextId", _context), _cancellation);
        }
        _context = (await _tools.SendAsync("Target.createBrowserContext", null, null, _cancellation)).GetProperty("browserContextId").GetString()!;
        var target = (await _tools.SendAsync("Target.createTarget", null, json =>
        {
            json.WriteString("url", "about:blank");
            json.WriteString("browserContextId", _context);
        }, _cancellation)).GetProperty("targetId").GetString()!;
        _session = (await _tools.SendAsync("Target.attachToTarget", null, json =>
        {
            json.WriteString("targetId", target);
            json.WriteBoolean("flatten", true);
        }, _cancellation)).GetProperty("sessionId").GetString()!;
        foreach (var domain in (string[])["Page", "Runtime", "Network"])
        {
            await SendAsync(domain + ".enable", null);
        }
        await SendAsync("Emulation.setDeviceMetricsOverride", static json =>
        {
            json.WriteNumber("width", 1440);
            json.WriteNumber("height", 900);
            json.WriteNumber("deviceScaleFactor", 1);
            json.WriteBoolean("mobile", false);
        });
        await SendAsync("Page.addScriptToEvaluateOnNewDocument", json => json.WriteString("source", script));
        Interlocked.Exchange(ref _received, 0);
        await SendAsync("Page.navigate", json => json.WriteString("url", url));
    }

    /// <summary>The value of an expression; a promise is waited for.</summary>
    /// <exception cref="InvalidOperationException">It has thrown.</exception>
    public async Task<JsonElement> EvaluateAsync(string expression)
    {
        var answer = await SendAsync("Runtime.evaluate", json =>
        {
            json.WriteString("expression", expression);
            json.WriteBoolean("returnByValue", true);
            json.WriteBoolean("awaitPromise", true);
        });
        return answer.TryGetProperty("exceptionDetails", out var failure) ? throw new InvalidOperationException(failure.GetRawText())
            : answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    /// <exception cref="InvalidOperationException">It was not true within two minutes.</exception>
    public async Task UntilAsync(string expression)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromMinutes(2))
        {
            try
            {
                if ((await EvaluateAsync($"Boolean((() => {{ try {{ return {expression} }} catch {{ return false }} }})())")).GetBoolean())
                {
                    return;
                }
            }
            catch (BrowserException)
            {
                // The page goes elsewhere.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System, _cancellation);
        }
        throw new InvalidOperationException($"The page never came to: {expression}. It says: {(await EvaluateAsync("document.body.innerText.slice(0, 500)")).GetString()}");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        await _tools.DisposeAsync();
        _process.Dispose();
    }

    private Task<JsonElement> SendAsync(string method, Action<Utf8JsonWriter>? write) => _tools.SendAsync(method, _session, write, _cancellation);
}
