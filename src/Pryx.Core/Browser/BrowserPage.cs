using System.Text.Json;
using System.Threading.Channels;
using Pryx.Core.Web;

namespace Pryx.Core.Browser;

/// <summary>The one page of a browser, and what can be done with it. One caller at a time.</summary>
public sealed class BrowserPage
{
    private const string DownloadProgress = "Browser.downloadProgress";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(150);

    private readonly BrowserInstance _browser;
    private readonly TimeProvider _time;
    private readonly Channel<(string Name, JsonElement Parameters)> _events = Channel.CreateBounded<(string, JsonElement)>(new BoundedChannelOptions(512) { FullMode = BoundedChannelFullMode.DropOldest });
    // Apart: whoever waits for a page to settle must not take what a download is waited for by.
    private readonly Channel<(string Name, JsonElement Parameters)> _downloads = Channel.CreateBounded<(string, JsonElement)>(new BoundedChannelOptions(512) { FullMode = BoundedChannelFullMode.DropOldest });
    private string _session = "";
    private string _frame = "";

    private BrowserPage(BrowserInstance browser, TimeProvider time) => (_browser, _time) = (browser, time);

    /// <summary>Where it is; null before the first navigation.</summary>
    public Uri? Url { get; private set; }

    /// <exception cref="BrowserException">The browser does not answer.</exception>
    public static async Task<BrowserPage> OpenAsync(BrowserInstance browser, TimeProvider time, CancellationToken cancellationToken)
    {
        var page = new BrowserPage(browser, time);
        var tools = browser.Tools;
        tools.OnEvent = (name, parameters) => (name == DownloadProgress ? page._downloads : page._events).Writer.TryWrite((name, parameters));
        var targets = await tools.SendAsync("Target.getTargets", null, null, cancellationToken);
        var target = targets.GetProperty("targetInfos").EnumerateArray().FirstOrDefault(static info => info.GetProperty("type").ValueEquals("page")) is { ValueKind: JsonValueKind.Object } found
            ? found.GetProperty("targetId").GetString()!
            : (await tools.SendAsync("Target.createTarget", null, static writer => writer.WriteString("url", "about:blank"), cancellationToken)).GetProperty("targetId").GetString()!;
        var attached = await tools.SendAsync("Target.attachToTarget", null, writer =>
        {
            writer.WriteString("targetId", target);
            writer.WriteBoolean("flatten", true);
        }, cancellationToken);
        page._session = attached.GetProperty("sessionId").GetString()!;
        await page.AskAsync("Page.enable", null, cancellationToken);
        page._frame = (await page.AskAsync("Page.getFrameTree", null, cancellationToken)).GetProperty("frameTree").GetProperty("frame").GetProperty("id").GetString()!;
        await page.ForbidDownloadsAsync(cancellationToken);
        return page;
    }

    /// <summary>Returns when the page has loaded, or the time is over: what there is by then can be read.</summary>
    /// <exception cref="BrowserException">It can not be reached.</exception>
    public async Task NavigateAsync(Uri url, TimeSpan atMost, CancellationToken cancellationToken)
    {
        Forget();
        var answer = await AskAsync("Page.navigate", writer => writer.WriteString("url", url.AbsoluteUri), cancellationToken);
        if (answer.TryGetProperty("errorText", out var error) && error.GetString() is { Length: > 0 } text)
        {
            throw new BrowserException($"{url.AbsoluteUri} could not be opened: {text}.");
        }
        await LoadedAsync(atMost, cancellationToken);
    }

    /// <summary>The page as a reader sees it, with what can be clicked or filled.</summary>
    public async Task<(string Text, string Elements)> ReadAsync(CancellationToken cancellationToken)
    {
        var state = (await EvaluateAsync(PageScripts.Read, cancellationToken)).EnumerateArray().Select(static part => part.GetString() ?? "").ToList();
        Url = Uri.TryCreate(state[0], UriKind.Absolute, out var url) ? url : Url;
        return (PageMarkdown.From(state[1], Url ?? new Uri("about:blank")), state[2]);
    }

    /// <summary>Clicks as a person does. A page that it leads to is waited for.</summary>
    /// <param name="target">A number of the last reading, or a text on it.</param>
    public async Task ClickAsync(string target, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var place = await EvaluateAsync(PageScripts.Place(target), cancellationToken);
        if (place.ValueKind != JsonValueKind.Array)
        {
            throw new BrowserException($"There is nothing '{target}' on the page that can be clicked. Read it again: numbers count until it changes.");
        }
        var (x, y) = (place[0].GetDouble(), place[1].GetDouble());
        Forget();
        foreach (var kind in (string[])["mouseMoved", "mousePressed", "mouseReleased"])
        {
            await AskAsync("Input.dispatchMouseEvent", writer =>
            {
                writer.WriteString("type", kind);
                writer.WriteNumber("x", x);
                writer.WriteNumber("y", y);
                writer.WriteString("button", kind == "mouseMoved" ? "none" : "left");
                writer.WriteNumber("clickCount", kind == "mouseMoved" ? 0 : 1);
            }, cancellationToken);
        }
        await SettleAsync(atMost, cancellationToken);
    }

    /// <summary>Replaces the text of a field.</summary>
    /// <param name="submit">Presses Enter afterwards.</param>
    public async Task TypeAsync(string target, string text, bool submit, TimeSpan atMost, CancellationToken cancellationToken)
    {
        if ((await EvaluateAsync(PageScripts.Focus(target), cancellationToken)).ValueKind != JsonValueKind.True)
        {
            throw new BrowserException($"There is no field '{target}' on the page. Read it again: numbers count until it changes.");
        }
        await AskAsync("Input.insertText", writer => writer.WriteString("text", text), cancellationToken);
        if (!submit)
        {
            return;
        }
        Forget();
        foreach (var kind in (string[])["keyDown", "keyUp"])
        {
            await AskAsync("Input.dispatchKeyEvent", writer =>
            {
                writer.WriteString("type", kind);
                writer.WriteString("key", "Enter");
                writer.WriteString("code", "Enter");
                writer.WriteNumber("windowsVirtualKeyCode", 13);
                writer.WriteString("text", "\r");
            }, cancellationToken);
        }
        await SettleAsync(atMost, cancellationToken);
    }

    /// <returns>False when the text has not come in time.</returns>
    public async Task<bool> WaitForAsync(string text, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            if ((await EvaluateAsync(PageScripts.Has(text), cancellationToken)).ValueKind == JsonValueKind.True)
            {
                return true;
            }
            if (_time.GetElapsedTime(started) >= atMost)
            {
                return false;
            }
            await Task.Delay(Look, _time, cancellationToken);
        }
    }

    /// <returns>JPEG, base64.</returns>
    public async Task<string> ShootAsync(CancellationToken cancellationToken) => (await AskAsync("Page.captureScreenshot", static writer =>
    {
        writer.WriteString("format", "jpeg");
        writer.WriteNumber("quality", 70);
    }, cancellationToken)).GetProperty("data").GetString()!;

    /// <summary>The bytes of what a link, or an address, has to download.</summary>
    /// <param name="beginAsync">Clicks or navigates.</param>
    public async Task<byte[]> DownloadAsync(Func<Task> beginAsync, long maxBytes, TimeSpan atMost, CancellationToken cancellationToken)
    {
        while (_downloads.Reader.TryRead(out _))
        {
            // Of one that was broken off.
        }
        await SetDownloadsAsync(true, cancellationToken);
        try
        {
            await beginAsync();
            using var limit = new CancellationTokenSource(atMost, _time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            return await FinishedAsync(maxBytes, both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BrowserException($"Nothing was downloaded within {atMost.TotalSeconds:0} s.");
        }
        finally
        {
            await ForbidDownloadsAsync(cancellationToken);
        }
    }

    private async Task<byte[]> FinishedAsync(long maxBytes, CancellationToken cancellationToken)
    {
        await foreach (var (_, parameters) in _downloads.Reader.ReadAllAsync(cancellationToken))
        {
            if (parameters.GetProperty("totalBytes").GetDouble() > maxBytes || parameters.GetProperty("receivedBytes").GetDouble() > maxBytes)
            {
                throw new BrowserException($"The download has more than {maxBytes / 1024 / 1024} MB; it was ended.");
            }
            if (parameters.GetProperty("state").ValueEquals("canceled"))
            {
                throw new BrowserException("The download was broken off.");
            }
            if (parameters.GetProperty("state").ValueEquals("completed"))
            {
                // Named by the browser, not by the site.
                var path = Path.Combine(_browser.Downloads, Path.GetFileName(parameters.GetProperty("guid").GetString()!));
                var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
                File.Delete(path);
                return bytes;
            }
        }
        throw new BrowserException("The browser has ended.");
    }

    private Task ForbidDownloadsAsync(CancellationToken cancellationToken) => SetDownloadsAsync(false, cancellationToken);

    private async Task SetDownloadsAsync(bool isAllowed, CancellationToken cancellationToken) => await _browser.Tools.SendAsync("Browser.setDownloadBehavior", null, writer =>
    {
        writer.WriteString("behavior", isAllowed ? "allowAndName" : "deny");
        writer.WriteString("downloadPath", _browser.Downloads);
        writer.WriteBoolean("eventsEnabled", true);
    }, cancellationToken);

    // A click may lead to another page, or may not: what begins within a moment is waited for.
    private async Task SettleAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        await Task.Delay(Look, _time, cancellationToken);
        var isLoading = false;
        while (_events.Reader.TryRead(out var e))
        {
            isLoading = e.Name switch { "Page.frameStartedLoading" or "Page.frameStartedNavigating" => true, "Page.loadEventFired" => false, _ => isLoading };
        }
        if (isLoading)
        {
            await LoadedAsync(atMost, cancellationToken);
        }
    }

    private async Task LoadedAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(atMost, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await foreach (var (name, _) in _events.Reader.ReadAllAsync(both.Token))
            {
                if (name == "Page.javascriptDialogOpening")
                {
                    // Nobody is there to answer it, and until then the page stands still.
                    await AskAsync("Page.handleJavaScriptDialog", static writer => writer.WriteBoolean("accept", false), cancellationToken);
                }
                if (name == "Page.loadEventFired")
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Some pages never end loading; what there is counts.
        }
    }

    private void Forget()
    {
        while (_events.Reader.TryRead(out _))
        {
            // What was before does not count.
        }
    }

    // In a world of its own: the page's scripts see neither our variables nor replace what we call.
    private async Task<JsonElement> EvaluateAsync(string script, CancellationToken cancellationToken)
    {
        var world = await AskAsync("Page.createIsolatedWorld", writer =>
        {
            writer.WriteString("frameId", _frame);
            writer.WriteString("worldName", "pryx");
        }, cancellationToken);
        var answer = await AskAsync("Runtime.evaluate", writer =>
        {
            writer.WriteString("expression", script);
            writer.WriteNumber("contextId", world.GetProperty("executionContextId").GetInt64());
            writer.WriteBoolean("returnByValue", true);
            writer.WriteNumber("timeout", 10_000);
        }, cancellationToken);
        if (answer.TryGetProperty("exceptionDetails", out var failure))
        {
            throw new BrowserException($"The page could not be asked: {(failure.TryGetProperty("exception", out var thrown) && thrown.TryGetProperty("description", out var text) ? text.GetString() : "a script failed")}");
        }
        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    private Task<JsonElement> AskAsync(string method, Action<Utf8JsonWriter>? write, CancellationToken cancellationToken) => _browser.Tools.SendAsync(method, _session, write, cancellationToken);
}
