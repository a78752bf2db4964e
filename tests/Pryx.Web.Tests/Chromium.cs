using System.Diagnostics;
using Pryx.Core.Browser;

namespace Pryx.Web.Tests;

/// <summary>A real Chromium without a window, driven over its pipe. Each tab has its own cookies.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DevTools _tools;
    private readonly SemaphoreSlim _one = new(1, 1);

    private Chromium(Process process)
    {
        _process = process;
        _tools = new(process.StandardInput.BaseStream, process.StandardOutput.BaseStream);
        _ = process.StandardError.ReadToEndAsync();
    }

    public static async Task<Chromium> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var program = BrowserProgram.Find("", null)!;
        string[] words =
        [
            // It speaks on descriptors 3 and 4; ours to it are 0 and 1.
            "-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >&2", program, "--headless=new", "--remote-debugging-pipe", $"--user-data-dir={Path.Combine(folder, "chromium")}",
            "--no-first-run", "--no-default-browser-check", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--mute-audio",
            "--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
            .. Environment.IsPrivilegedProcess ? ["--no-sandbox"] : Array.Empty<string>(), "about:blank",
        ];
        var process = new Process { StartInfo = new("/bin/sh", words) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true } };
        process.Start();
        var chromium = new Chromium(process);
        await chromium._tools.SendAsync("Browser.getVersion", null, null, cancellationToken);
        return chromium;
    }

    /// <summary>Waits until the tab before it is closed: tests share one browser, and its events do not say whose they are.</summary>
    public async Task<BrowserTab> OpenAsync(int width, int height, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        var context = (await _tools.SendAsync("Target.createBrowserContext", null, null, cancellationToken)).GetProperty("browserContextId").GetString()!;
        var tab = new BrowserTab(_tools, context, async () =>
        {
            await _tools.SendAsync("Target.disposeBrowserContext", null, json => json.WriteString("browserContextId", context), CancellationToken.None);
            _one.Release();
        });
        await tab.OpenAsync(width, height, cancellationToken);
        return tab;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        await _tools.DisposeAsync();
        _process.Dispose();
        _one.Dispose();
    }
}
