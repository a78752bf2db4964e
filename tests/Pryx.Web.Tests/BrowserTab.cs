using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pryx.Core.Browser;

namespace Pryx.Web.Tests;

/// <summary>One page and what a person does with it: goes, reads, clicks, types. Real input events, no shortcuts through scripts.</summary>
public sealed class BrowserTab : IAsyncDisposable
{
    private const int PatienceMs = 20_000;
    private readonly DevTools _tools;
    private readonly string _context;
    private readonly Func<Task> _close;
    private readonly ConcurrentDictionary<string, string> _requests = new(StringComparer.Ordinal);
    private string _session = "";
    private long _received;
    private volatile string? _refusal;
    private volatile int _status;
    private volatile string? _unanswered;

    internal BrowserTab(DevTools tools, string context, Func<Task> close) => (_tools, _context, _close) = (tools, context, close);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What the console called an error: failed scripts, and what the Content-Security-Policy refused.</summary>
    public ConcurrentQueue<string> Errors { get; } = [];

    /// <summary>Every address the page asked for.</summary>
    public IReadOnlyCollection<string> Requests => [.. _requests.Values];

    /// <summary>Bytes over the wire, headers included.</summary>
    public long Received => Interlocked.Read(ref _received);

    public Task GoAsync(string url) => SendAsync("Page.navigate", json => json.WriteString("url", url));

    /// <summary>Until the expression is true; the page's changes wake it.</summary>
    /// <param name="what">Said when it never is.</param>
    public async Task UntilAsync(string expression, string what)
    {
        var end = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                var script = $$"""
                    new Promise(done => {
                      const holds = () => { try { return Boolean({{expression}}) } catch { return false } }
                      if (holds()) return done(true)
                      const look = () => { if (holds()) { stop(); done(true) } }
                      const watcher = new MutationObserver(look)
                      const timer = setInterval(look, 100)
                      const last = setTimeout(() => { stop(); done(false) }, {{PatienceMs}})
                      const stop = () => { watcher.disconnect(); clearInterval(timer); clearTimeout(last) }
                      watcher.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
                    })
                    """;
                if ((await EvaluateAsync(script)).GetBoolean())
                {
                    return;
                }
                Assert.Fail($"{what} did not come. The page says:\n{await TextAsync()}\n{string.Join('\n', Errors)}");
            }
            catch (BrowserException) when (TimeProvider.System.GetElapsedTime(end).TotalMilliseconds < PatienceMs)
            {
                // The page went elsewhere while it was asked.
            }
        }
    }

    public Task UntilTextAsync(string text) => UntilAsync($"document.body.innerText.toLowerCase().includes({JsonSerializer.Serialize(text.ToLowerInvariant())})", $"“{text}”");

    public async Task<string> TextAsync() => (await EvaluateAsync("document.body.innerText")).GetString() ?? "";

    public async Task<JsonElement> EvaluateAsync(string expression)
    {
        var answer = await SendAsync("Runtime.evaluate", json =>
        {
            json.WriteString("expression", expression);
            json.WriteBoolean("returnByValue", true);
            json.WriteBoolean("awaitPromise", true);
        });
        if (answer.TryGetProperty("exceptionDetails", out var failure))
        {
            throw new InvalidOperationException(failure.GetRawText());
        }
        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    /// <param name="name">The accessible name, or its beginning, of a button, link, tab or menu item that is visible; of an open dialog, where there is one.</param>
    public Task ClickAsync(string name) => ClickAtAsync($$"""
        [...(document.querySelector('[role=dialog]') ?? document).querySelectorAll('button,a,[role=menuitem],[role=tab],[role=option],summary')].filter(e => e.offsetParent !== null || e.getClientRects().length).find(e => (e.getAttribute('aria-label') ?? e.textContent).trim().startsWith({{JsonSerializer.Serialize(name)}}))
        """, name);

    public async Task ClickAtAsync(string element, string what)
    {
        await UntilAsync(element, what);
        // A tab behind another one draws no frames.
        await SendAsync("Page.bringToFront", null);
        var place = await EvaluateAsync($$"""
            (async () => { const e = {{element}}; e.scrollIntoView({ block: 'center' }); await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r))); const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2] })()
            """);
        foreach (var type in (string[])["mouseMoved", "mousePressed", "mouseReleased"])
        {
            await SendAsync("Input.dispatchMouseEvent", json =>
            {
                json.WriteString("type", type);
                json.WriteNumber("x", place[0].GetDouble());
                json.WriteNumber("y", place[1].GetDouble());
                json.WriteString("button", type == "mouseMoved" ? "none" : "left");
                json.WriteNumber("clickCount", type == "mouseMoved" ? 0 : 1);
            });
        }
    }

    /// <summary>The gateway answers these requests so, from now on; null ends it.</summary>
    /// <param name="pattern">With * for anything.</param>
    /// <param name="unanswered">Requests whose address ends so never get an answer.</param>
    /// <param name="isWhole">The message is the whole body, not what an error says.</param>
    public async Task AnswerAsync(string? pattern, int status = 500, string message = "It broke on purpose.", bool isWhole = false, string? unanswered = null)
    {
        if (pattern is null)
        {
            await SendAsync("Fetch.disable", null);
            return;
        }
        _refusal = isWhole ? message : $$$"""{"error":{"code":"BROKEN","message":"{{{message}}}","next":"try it again","trace_id":"t-0815"}}""";
        _status = status;
        _unanswered = unanswered;
        await SendAsync("Fetch.enable", json =>
        {
            json.WriteStartArray("patterns");
            foreach (var one in (string[])[pattern, "*/probe-of-the-tests"])
            {
                json.WriteStartObject();
                json.WriteString("urlPattern", one);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
        // The page that is open hears of it a moment later than the browser says.
        await UntilAsync($"(window.probe?.answered === {status}) || (window.probe?.busy || (window.probe = {{ busy: true }}, fetch('/probe-of-the-tests').then(r => window.probe = {{ answered: r.status }})), false)", "that requests are answered here");
        await EvaluateAsync("delete window.probe");
    }

    /// <summary>Another tab of the same window: the same person, signed in already.</summary>
    public async Task<BrowserTab> BesideAsync()
    {
        var tab = new BrowserTab(_tools, _context, static () => Task.CompletedTask);
        var heard = _tools.OnEvent;
        await tab.OpenAsync(1440, 900, Cancellation);
        // Whose an event is is not said: the first one hears of all.
        _tools.OnEvent = heard;
        return tab;
    }

    /// <summary>Two keys, one after the other, as quick as a person's however busy the machine is.</summary>
    public async Task ChordAsync(string first, string second)
    {
        var now = TimeProvider.System.GetUtcNow();
        await PressAsync(first, now);
        await PressAsync(second, now.AddMilliseconds(150));
    }

    /// <summary>Into what has the focus.</summary>
    public Task TypeAsync(string text) => SendAsync("Input.insertText", json => json.WriteString("text", text));

    /// <param name="keys">Such as <c>Enter</c>, <c>a</c>, <c>Control+k</c>, <c>Tab</c>.</param>
    public Task PressAsync(string keys) => PressAsync(keys, null);

    private async Task PressAsync(string keys, DateTimeOffset? at)
    {
        var parts = keys.Split('+');
        var key = parts[^1];
        var modifiers = (parts.Contains("Alt") ? 1 : 0) | (parts.Contains("Control") ? 2 : 0) | (parts.Contains("Shift") ? 8 : 0);
        var text = key.Length == 1 && modifiers == 0 ? key : key == "Enter" ? "\r" : null;
        var code = key switch { "Enter" => 13, "Tab" => 9, "Escape" => 27, "ArrowDown" => 40, "ArrowUp" => 38, "ArrowRight" => 39, "ArrowLeft" => 37, " " => 32, _ => char.ToUpperInvariant(key[0]) };
        foreach (var type in (string[])[text is null ? "rawKeyDown" : "keyDown", "keyUp"])
        {
            await SendAsync("Input.dispatchKeyEvent", json =>
            {
                json.WriteString("type", type);
                json.WriteString("key", key);
                json.WriteString("code", key.Length == 1 ? "Key" + char.ToUpper(key[0], CultureInfo.InvariantCulture) : key);
                json.WriteNumber("windowsVirtualKeyCode", code);
                json.WriteNumber("modifiers", modifiers);
                if (at is { } moment)
                {
                    json.WriteNumber("timestamp", moment.ToUnixTimeMilliseconds() / 1000.0);
                }
                if (text is not null && type == "keyDown")
                {
                    json.WriteString("text", text);
                }
            });
        }
    }

    public async ValueTask DisposeAsync() => await _close();

    internal async Task OpenAsync(int width, int height, CancellationToken cancellationToken)
    {
        var target = (await _tools.SendAsync("Target.createTarget", null, json =>
        {
            json.WriteString("url", "about:blank");
            json.WriteString("browserContextId", _context);
        }, cancellationToken)).GetProperty("targetId").GetString()!;
        _session = (await _tools.SendAsync("Target.attachToTarget", null, json =>
        {
            json.WriteString("targetId", target);
            json.WriteBoolean("flatten", true);
        }, cancellationToken)).GetProperty("sessionId").GetString()!;
        _tools.OnEvent = Hear;
        foreach (var domain in (string[])["Page", "Runtime", "Log", "Network"])
        {
            await SendAsync(domain + ".enable", null);
        }
        await ResizeAsync(width, height);
    }

    public Task ResizeAsync(int width, int height) => SendAsync("Emulation.setDeviceMetricsOverride", json =>
    {
        json.WriteNumber("width", width);
        json.WriteNumber("height", height);
        json.WriteNumber("deviceScaleFactor", 1);
        json.WriteBoolean("mobile", width < 500);
    });

    private Task<JsonElement> SendAsync(string method, Action<Utf8JsonWriter>? write) => _tools.SendAsync(method, _session, write, Cancellation);

    private void Hear(string name, JsonElement told)
    {
        switch (name)
        {
            case "Runtime.exceptionThrown":
                Errors.Enqueue(told.GetProperty("exceptionDetails").GetRawText());
                break;
            case "Log.entryAdded" when told.GetProperty("entry").GetProperty("level").GetString() == "error":
                Errors.Enqueue(told.GetProperty("entry").GetProperty("text").GetString() + " " + (told.GetProperty("entry").TryGetProperty("url", out var url) ? url.GetString() : ""));
                break;
            case "Runtime.consoleAPICalled" when told.GetProperty("type").GetString() == "error":
                Errors.Enqueue(told.GetProperty("args").GetRawText());
                break;
            case "Network.requestWillBeSent":
                _requests[told.GetProperty("requestId").GetString()!] = told.GetProperty("request").GetProperty("url").GetString()!;
                break;
            case "Fetch.requestPaused" when _unanswered is { } end && told.GetProperty("request").GetProperty("url").GetString()!.EndsWith(end, StringComparison.Ordinal):
                break;
            case "Fetch.requestPaused":
                _ = RefuseAsync(told.GetProperty("requestId").GetString()!);
                break;
            case "Network.loadingFinished":
                Interlocked.Add(ref _received, (long)told.GetProperty("encodedDataLength").GetDouble());
                break;
            default:
                break;
        }
    }

    private async Task RefuseAsync(string request)
    {
        try
        {
            // The browser's voice belongs to no test.
            await _tools.SendAsync("Fetch.fulfillRequest", _session, json =>
            {
                json.WriteString("requestId", request);
                json.WriteNumber("responseCode", _status);
                json.WriteStartArray("responseHeaders");
                json.WriteStartObject();
                json.WriteString("name", "Content-Type");
                json.WriteString("value", "application/json");
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteBase64String("body", Encoding.UTF8.GetBytes(_refusal!));
            }, CancellationToken.None);
        }
        catch (BrowserException)
        {
            // The page gave the request up.
        }
    }
}
