using System.Globalization;
using System.Reflection;
using Pryx.Core.Browser;
using Pryx.Testing;

[assembly: AssemblyFixture(typeof(Pryx.Web.Tests.WebWorld))]

namespace Pryx.Web.Tests;

/// <summary>The executable as a daemon, a scripted provider behind it and one Chromium before it, for all tests of this assembly.</summary>
public sealed class WebWorld : IAsyncLifetime
{
    private readonly TempHome _home = new();
    private FakeProvider? _provider;
    private RunProcess? _daemon;
    private Chromium? _chromium;

    public static string WebFolder { get; } = Metadata("WebFolder");

    /// <summary>Null: it can run here.</summary>
    public static string? WhyNot { get; } = !OperatingSystem.IsLinux() ? "The pages are tested on Linux."
        : BrowserProgram.Find("", null) is null ? $"There is no Chromium: {BrowserProgram.HowToGet}."
        : !File.Exists(Path.Combine(WebFolder, "dist-packed", "index.html.br")) ? "The web UI was not built: install Node 20, then dotnet build (or npm ci in web/)."
        : null;

    public Uri Url { get; private set; } = new("http://127.0.0.1");
    public string Workspace => _home.Workspace;

    private static string Executable { get; } = Metadata("PryxExecutable");

    public async ValueTask InitializeAsync()
    {
        if (WhyNot is not null)
        {
            return;
        }
        var cancellationToken = TestContext.Current.CancellationToken;
        _home.Write("README.md", "# A folder\n");
        _provider = await FakeProvider.StartAsync(WebScript.Answer, cancellationToken);
        _provider.ChecksPrefix = false;
        _daemon = await RunProcess.StartAsync(Executable, ["serve", "--no-supervisor", "--port", "0"], Setup(), cancellationToken);
        await _daemon.WaitForOutputAsync("Pryx is ready at", cancellationToken);
        Url = new(_daemon.Stdout.Split("Pryx is ready at", 2)[1].Trim().Split('\n')[0].Trim());
        _chromium = await Chromium.StartAsync(_home.Root, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_chromium is not null)
        {
            await _chromium.DisposeAsync();
        }
        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }
        if (_provider is not null)
        {
            await _provider.DisposeAsync();
        }
        _home.Dispose();
    }

    /// <summary>A fresh browser window that nobody has signed in.</summary>
    public async Task<BrowserTab> StrangerAsync(int width = 1440, int height = 900)
    {
        Assert.SkipWhen(WhyNot is not null, WhyNot ?? "");
        return await _chromium!.OpenAsync(width, height, TestContext.Current.CancellationToken);
    }

    /// <summary>A window whose person came in by <c>pryx ui</c>.</summary>
    public async Task<BrowserTab> SignedInAsync(int width = 1440, int height = 900)
    {
        var tab = await StrangerAsync(width, height);
        await tab.GoAsync(await LinkAsync());
        await tab.UntilAsync("document.querySelector('nav[aria-label=Main]')", "the signed-in page");
        return tab;
    }

    /// <summary>What <c>pryx ui --print</c> prints.</summary>
    public async Task<string> LinkAsync()
    {
        var result = await PryxAsync("ui", "--print");
        Assert.True(result.ExitCode == 0, result.Stderr);
        return result.Lines.First(static line => line.Contains("http://", StringComparison.Ordinal)).Trim();
    }

    public Task<ProcessResult> PryxAsync(params string[] arguments) => RunProcess.RunAsync(Executable, arguments, Setup(), TestContext.Current.CancellationToken);

    /// <summary>A daemon of a test's own, which may end it.</summary>
    /// <param name="port">0 for any.</param>
    /// <param name="hasKeys">False: no provider has one yet.</param>
    public async Task<(RunProcess Daemon, Uri Url)> ServeAsync(TempHome home, int port, bool hasKeys = true)
    {
        var daemon = await RunProcess.StartAsync(Executable, ["serve", "--no-supervisor", "--port", port.ToString(CultureInfo.InvariantCulture)], Setup(home, hasKeys), TestContext.Current.CancellationToken);
        await daemon.WaitForOutputAsync("Pryx is ready at", TestContext.Current.CancellationToken);
        return (daemon, new(daemon.Stdout.Split("Pryx is ready at", 2)[1].Trim().Split('\n')[0].Trim()));
    }

    public Task<ProcessResult> PryxAsync(TempHome home, params string[] arguments) => RunProcess.RunAsync(Executable, arguments, Setup(home), TestContext.Current.CancellationToken);

    private ProcessSetup Setup(TempHome? home = null, bool hasKeys = true) => new()
    {
        Environment = new Dictionary<string, string?>((home ?? _home).Environment)
        {
            ["OPENAI_API_KEY"] = hasKeys ? "sk-test" : null,
            ["OPENAI_BASE_URL"] = _provider!.OpenAiUrl.ToString(),
            ["ANTHROPIC_API_KEY"] = hasKeys ? "sk-ant-test" : null,
            ["ANTHROPIC_BASE_URL"] = _provider.Url.ToString(),
        },
        WorkingDirectory = (home ?? _home).Workspace,
        Timeout = TimeSpan.FromSeconds(60),
    };

    private static string Metadata(string key) => typeof(WebWorld).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(pair => pair.Key == key).Value!;
}
