using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pryx.Testing;

namespace Pryx.Core.Tests.Catalog;

public sealed class CatalogRefreshTests : IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
    private readonly TempHome _home = new();
    private FakeCatalog _host = null!;

    public async ValueTask InitializeAsync() => _host = await FakeCatalog.StartAsync(Cancellation);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _home.Dispose();
    }

    private string CacheFile => Path.Combine(_home.Data, "cache", "models.json");

    private Task<TestCore> StartAsync(TimeProvider? time = null, string? url = null, params (string Name, string Value)[] more)
    {
        var environment = more.ToDictionary(entry => entry.Name, entry => entry.Value, StringComparer.Ordinal);
        environment["PRYX_CATALOG_URL"] = url ?? _host.Url;
        environment.TryAdd("OPENROUTER_BASE_URL", _host.OpenRouterUrl);
        return TestCore.StartAsync(null, Cancellation, _home, environment: environment, time: time);
    }

    private static async Task<JsonNode> ListAsync(TestCore core, string query) => (await core.GetAsync($"/api/v1/models?{query}", Cancellation)).Body!;

    private static async Task<decimal?> PriceAsync(TestCore core) => (decimal?)(await core.GetAsync("/api/v1/models/lookup?name=openai/gpt-4o", Cancellation)).Body!["input_price_1m"];

    [Fact]
    [Requirement("MOD1", "fetch at start")]
    [Requirement("MOD1", "cache 24 h")]
    [Requirement("MOD2", "refresh")]
    public async Task A_daemon_fetches_at_its_start_when_a_day_has_gone_by_and_asks_only_for_what_is_new()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using (var core = await StartAsync(time))
        {
            await UntilAsync(async () => await PriceAsync(core) == 1m, time);
            Assert.True(File.Exists(CacheFile));
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(CacheFile));
            }
        }
        time.Advance(TimeSpan.FromHours(23));
        await using (var core = await StartAsync(time))
        {
            Assert.Equal(1m, await PriceAsync(core));
            Assert.Equal("fetched", (string?)(await ListAsync(core, "provider=openai"))["catalog"]!["source"]);
            Assert.Single(_host.Requests);

            // The daemon stays up over the day's end.
            await UntilAsync(() => Task.FromResult(_host.Requests.Count >= 2), time, TimeSpan.FromMinutes(20));
            // The second: where the time passed faster than the answer came, it was asked for again.
            var second = _host.Requests.ElementAt(1);
            Assert.Equal((304, true), (second.Status, second.ETag is not null));
        }
        time.Advance(TimeSpan.FromHours(25));
        _host.Catalog = FakeCatalog.Of("openai", "gpt-4o", 3);
        await using (var core = await StartAsync(time))
        {
            await UntilAsync(async () => await PriceAsync(core) == 3m, time);
        }
    }

    [Fact]
    [Requirement("MOD1", "fallback to cache")]
    public async Task Without_a_network_the_cache_holds_however_old_and_without_a_cache_what_is_bundled()
    {
        await using (var core = await StartAsync())
        {
            await UntilAsync(async () => await PriceAsync(core) == 1m);
        }
        var later = new FakeTime(TimeProvider.System.GetUtcNow().AddDays(30));
        await using (var core = await StartAsync(later, "http://127.0.0.1:1/api.json"))
        {
            Assert.Equal(1m, await PriceAsync(core));
            await UntilAsync(async () => ((string?)(await ListAsync(core, "provider=openai"))["catalog"]!["warning"])?.Contains("can not be reached", StringComparison.Ordinal) == true, later);
            Assert.True((bool)(await ListAsync(core, "provider=openai"))["catalog"]!["is_stale"]!);
        }
        File.Delete(CacheFile);
        await using (var core = await StartAsync(url: "http://127.0.0.1:1/api.json"))
        {
            Assert.Equal(2.5m, await PriceAsync(core));
            Assert.Equal("bundled", (string?)(await ListAsync(core, "provider=openai"))["catalog"]!["source"]);
        }
    }

    [Theory]
    [Requirement("T2.9", "fetch error message")]
    [InlineData("status", "answers 500", "CATALOG_UNREACHABLE")]
    [InlineData("html", "refused as a whole", "CATALOG_INVALID")]
    [InlineData("cut", "", null)]
    [InlineData("negative", "is no price", "CATALOG_INVALID")]
    [InlineData("empty", "no model in it", "CATALOG_INVALID")]
    [InlineData("elsewhere", "which was not asked", "CATALOG_INVALID")]
    [InlineData("downgrade", "which was not asked", "CATALOG_INVALID")]
    [InlineData("bomb", "larger than 32 MB", "CATALOG_INVALID")]
    public async Task What_is_broken_or_hostile_changes_nothing_and_is_told_of(string how, string message, string? code)
    {
        await using var core = await StartAsync();
        await UntilAsync(async () => await PriceAsync(core) == 1m);
        var before = await File.ReadAllBytesAsync(CacheFile, Cancellation);
        _host.Instead = http => AnswerAsync(http, how);

        var (status, body) = await core.PostAsync("/api/v1/models/refresh", null, Cancellation);
        Assert.Equal(HttpStatusCode.BadGateway, status);
        Assert.Contains(message, (string?)body!["error"]!["message"], StringComparison.Ordinal);
        Assert.Equal(code ?? (string?)body["error"]!["code"], (string?)body["error"]!["code"]);
        Assert.Equal(1m, await PriceAsync(core));
        Assert.Equal(before, await File.ReadAllBytesAsync(CacheFile, Cancellation));
        Assert.Contains(message, (string?)(await ListAsync(core, "provider=openai"))["catalog"]!["warning"], StringComparison.Ordinal);
        Assert.Contains(message, (string?)(await core.GetAsync("/api/v1/diagnostics", Cancellation)).Body!["catalog"]!["warning"], StringComparison.Ordinal);

        _host.Instead = null;
        Assert.Equal(HttpStatusCode.OK, (await core.PostAsync("/api/v1/models/refresh", null, Cancellation)).Status);
        Assert.Null((await ListAsync(core, "provider=openai"))["catalog"]!["warning"]);
    }

    private static async Task AnswerAsync(HttpContext http, string how)
    {
        switch (how)
        {
            case "status":
                http.Response.StatusCode = 500;
                break;
            case "html":
                await http.Response.WriteAsync("<html>Sign in to the Wi-Fi</html>", http.RequestAborted);
                break;
            case "cut":
                http.Response.ContentLength = 10_000;
                await http.Response.WriteAsync("""{"openai":{"models":{"gpt-4o":{"cost":{"input":9""", http.RequestAborted);
                http.Abort();
                break;
            case "negative":
                await http.Response.WriteAsync(FakeCatalog.Of("openai", "gpt-4o", -1), http.RequestAborted);
                break;
            case "empty":
                await http.Response.WriteAsync("{}", http.RequestAborted);
                break;
            case "elsewhere":
                http.Response.Redirect("https://evil.example/api.json");
                break;
            case "downgrade":
                http.Response.Redirect($"http://localhost:{http.Connection.LocalPort}/api.json");
                break;
            case "bomb":
                http.Response.Headers.ContentEncoding = "gzip";
                await using (var packed = new GZipStream(http.Response.Body, CompressionLevel.Fastest))
                {
                    var spaces = Encoding.UTF8.GetBytes(new string(' ', 1024 * 1024));
                    for (var i = 0; i < 40; i++)
                    {
                        await packed.WriteAsync(spaces, http.RequestAborted);
                    }
                }
                break;
        }
    }

    [Fact]
    [Requirement("MOD2", "OpenRouter")]
    public async Task OpenRouters_own_list_comes_with_a_refresh_and_needs_no_key()
    {
        await using var core = await StartAsync();
        await UntilAsync(async () => await PriceAsync(core) == 1m);
        Assert.DoesNotContain(_host.Requests, request => request.Path == "/v1/models");

        Assert.Equal(HttpStatusCode.OK, (await core.PostAsync("/api/v1/models/refresh", null, Cancellation)).Status);
        var live = (await core.GetAsync("/api/v1/models/lookup?name=openrouter/acme/live-1", Cancellation)).Body!;
        Assert.Equal((5000, 1m, 2m, 10, 5), ((int)live["context_window"]!, (decimal)live["input_price_1m"]!, (decimal)live["output_price_1m"]!, (int)live["max_tools_per_request"]!, (int)live["max_parallel_tool_calls"]!));
        Assert.Contains((await ListAsync(core, "provider=openrouter"))["models"]!.AsArray(), model => (string?)model!["id"] == "acme/live-1");
        Assert.All(_host.Requests, request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task Whoever_has_its_key_gets_OpenRouters_list_every_day()
    {
        await using var core = await StartAsync(null, null, ("OPENROUTER_API_KEY", "sk-or-test"));
        await UntilAsync(() => Task.FromResult(_host.Requests.Any(request => request.Path == "/v1/models")));
        // Asking for the list is not asking for a model: the key stays here.
        Assert.All(_host.Requests, request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task Switched_off_nothing_is_fetched()
    {
        await using var core = await StartAsync(url: "off");
        var (status, body) = await core.PostAsync("/api/v1/models/refresh", null, Cancellation);
        Assert.Equal((HttpStatusCode.BadRequest, "CATALOG_OFF"), (status, (string?)body!["error"]!["code"]));
        Assert.Empty(_host.Requests);
        Assert.Null((await ListAsync(core, "provider=openai"))["catalog"]!["url"]);
    }

    [Theory, InlineData("ftp://x.example/api.json"), InlineData("http://models.example/api.json"), InlineData("nonsense"), InlineData("https://user:secret@models.example/api.json")]
    public async Task A_catalog_comes_over_TLS_or_from_this_machine(string url)
    {
        await using var core = await StartAsync(url: url);
        var (status, body) = await core.PostAsync("/api/v1/models/refresh", null, Cancellation);
        Assert.Equal((HttpStatusCode.BadGateway, "CATALOG_INVALID"), (status, (string?)body!["error"]!["code"]));
    }

    /// <param name="time">Goes on meanwhile; null where the real one does.</param>
    private static async Task UntilAsync(Func<Task<bool>> isSo, FakeTime? time = null, TimeSpan? step = null)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        while (!await isSo())
        {
            Assert.False(limit.IsCancellationRequested, "It does not happen.");
            time?.Advance(step ?? TimeSpan.FromSeconds(1));
            // Slow enough that a fetch is answered before its thirty seconds are over.
            await Task.Delay(TimeSpan.FromMilliseconds(time is null ? 10 : 30), TimeProvider.System, Cancellation);
        }
    }
}
