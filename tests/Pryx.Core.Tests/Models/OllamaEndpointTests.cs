using System.Net;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Models;
using Pryx.Core.Processes;
using Pryx.Protocol.Providers;
using Pryx.Testing;

namespace Pryx.Core.Tests.Models;

/// <summary>The user's own Ollama: does a model fit, and how does it get there.</summary>
public sealed class OllamaEndpointTests
{
    private const long Gigabyte = 1L << 30;
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_download_is_followed_from_the_manifest_to_the_end_with_the_fit_said_before_the_weights_come()
    {
        await using var ollama = await PullingAsync(
            """{"status":"pulling manifest"}""", """{"status":"pulling 6a07","digest":"sha256:6a07","total":20971520,"completed":0}""",
            """{"status":"pulling 6a07","digest":"sha256:6a07","total":20971520,"completed":20971520}""", """{"status":"verifying sha256 digest"}""", """{"status":"success"}""");
        await using var core = await StartAsync(ollama);
        var events = await PullAsync(core, "qwen3:8b");
        Assert.Equal(["progress", "fit", "progress", "progress", "progress", "progress", "done"], events.Select(item => item.Name));
        Assert.Contains("\"completed\":20971520", events[3].Data, StringComparison.Ordinal);
        Assert.Equal("""{"model":"qwen3:8b"}""", Assert.Single(ollama.Seen).Body);
    }

    [Theory]
    [InlineData("""{"error":"write /root/.ollama/models/blobs/x: no space left on device"}""", "no space left")]
    [InlineData("""{"error":"pull model manifest: file does not exist"}""", "knows no model")]
    [InlineData("""{"error":"Get \"https://registry.ollama.ai/v2/\": dial tcp: lookup registry.ollama.ai: no such host"}""", "could not reach its library")]
    [InlineData("""{"status":"pulling manifest"}""", "before it was whole")]
    public async Task Each_way_in_which_a_download_fails_says_what_to_do(string line, string words)
    {
        await using var ollama = await PullingAsync(line);
        await using var core = await StartAsync(ollama);
        var last = (await PullAsync(core, "qwen3:8b"))[^1];
        Assert.Equal("error", last.Name);
        Assert.Contains(words, last.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_too_large_is_stopped_before_its_weights_come_unless_forced()
    {
        var huge = $$"""{"status":"pulling 6a07","digest":"sha256:6a07","total":{{4096 * Gigabyte}},"completed":0}""";
        await using var ollama = await PullingAsync(huge, """{"status":"success"}""");
        await using var core = await StartAsync(ollama);
        var refused = await PullAsync(core, "huge:4000b");
        Assert.Equal(["fit", "error"], refused.Select(item => item.Name));
        Assert.Contains("does not fit", refused[^1].Data, StringComparison.Ordinal);
        Assert.Equal("done", (await PullAsync(core, "huge:4000b", force: true))[^1].Name);
    }

    [Fact]
    public async Task Who_leaves_stops_the_download()
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var ollama = await AnsweringServer.StartAsync(async (_, http) =>
        {
            http.Response.ContentType = "application/x-ndjson";
            await http.Response.WriteAsync("{\"status\":\"pulling manifest\"}\n", http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            using var registration = http.RequestAborted.Register(() => left.TrySetResult());
            await left.Task;
        }, Cancellation);
        await using var core = await StartAsync(ollama);
        using (var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/providers/ollama/pull") { Content = new StringContent("""{"model":"qwen3:8b"}""", System.Text.Encoding.UTF8, "application/json") })
        using (var answer = await core.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation))
        {
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
            Assert.Equal("event: progress", await reader.ReadLineAsync(Cancellation));
        }
        await left.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancellation);
    }

    [Fact]
    [Requirement("MOD10", "Ollama hardware")]
    public async Task What_is_installed_is_judged_by_its_size_and_shows_its_context_and_abilities()
    {
        await using var ollama = await FakeProvider.StartAsync(FakeScripts.Always(Replies.Says("x")), Cancellation);
        ollama.Models = ["qwen3:8b"];
        await using var core = await TestCore.StartAsync(null, Cancellation, environment: new Dictionary<string, string> { ["OLLAMA_HOST"] = ollama.Url.ToString() });
        var fit = (await core.GetAsync("/api/v1/providers/ollama/fit?model=qwen3:8b", Cancellation)).Body!;
        Assert.Contains((string?)fit["verdict"], (string[])["fits", "tight", "too_large"]);
        Assert.Equal((4_920_753_328, 131_072, true, true), ((long)fit["size"]!, (long)fit["context"]!, (bool)fit["supports_tools"]!, (bool)fit["supports_vision"]!));
        Assert.True((long)fit["machine"]!["total"]! > 0);
        Assert.Equal("unknown", (string?)(await core.GetAsync("/api/v1/providers/ollama/fit?model=other", Cancellation)).Body!["verdict"]);
        Assert.Equal(HttpStatusCode.BadRequest, (await core.GetAsync("/api/v1/providers/ollama/fit?model=a%20b", Cancellation)).Status);
    }

    [Theory]
    [InlineData(4, 16, 12, 0, 0, FitVerdicts.Fits)]
    [InlineData(8, 16, 6, 0, 0, FitVerdicts.Tight)]
    [InlineData(40, 16, 12, 0, 0, FitVerdicts.TooLarge)]
    [InlineData(40, 64, 30, 24, 23, FitVerdicts.Tight)]
    [InlineData(14, 16, 4, 24, 23, FitVerdicts.Fits)]
    public void Memory_and_graphics_card_together_decide(int size, int total, int available, int video, int free, string verdict)
    {
        var fit = FitEstimate.Of("m", size * Gigabyte, new(total * Gigabyte, available * Gigabyte, video * Gigabyte, free * Gigabyte));
        Assert.Equal(verdict, fit.Verdict);
        Assert.Contains("GB", fit.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_is_read_from_the_system_and_cards_from_their_drivers()
    {
        using var home = new TempHome();
        Directory.CreateDirectory(home.PathOf("proc"));
        File.WriteAllText(home.PathOf("proc/meminfo"), "MemTotal:       16384000 kB\nMemFree: 1 kB\nMemAvailable:    8192000 kB\n");
        home.Write("sys/class/drm/card0/device/mem_info_vram_total", "8589934592\n");
        home.Write("sys/class/drm/card0/device/mem_info_vram_used", "1073741824\n");
        var memory = await new Hardware(new ProcessSpawner(), name => name == "PATH" ? home.Workspace : null, TimeProvider.System, home.Workspace).ReadAsync(Cancellation);
        Assert.Equal(new MachineMemory(16_384_000L * 1024, 8_192_000L * 1024, 8 * Gigabyte, 7 * Gigabyte), memory);
        Assert.Equal((48 * Gigabyte, 40 * Gigabyte), Hardware.OfNvidia("24576, 20480\n24576, 20480\n"));
        Assert.Equal((0L, 0L), Hardware.OfNvidia("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n"));
    }

    private static Task<AnsweringServer> PullingAsync(params string[] lines) => AnsweringServer.StartAsync((request, http) =>
    {
        http.Response.ContentType = "application/x-ndjson";
        return http.Response.WriteAsync(string.Concat(lines.Select(line => line + "\n")), http.RequestAborted);
    }, Cancellation);

    private static Task<TestCore> StartAsync(AnsweringServer ollama) => TestCore.StartAsync(null, Cancellation, environment: new Dictionary<string, string> { ["OLLAMA_HOST"] = ollama.Url });

    private static async Task<List<(string Name, string Data)>> PullAsync(TestCore core, string model, bool force = false)
    {
        using var content = new StringContent($$"""{"model":"{{model}}","force":{{(force ? "true" : "false")}}}""", System.Text.Encoding.UTF8, "application/json");
        using var answer = await core.Http.PostAsync("/api/v1/providers/ollama/pull", content, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.IsSuccessStatusCode, text);
        return [.. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(static block => block.Split('\n')).Select(static lines => (lines[0]["event: ".Length..], lines[1]["data: ".Length..]))];
    }
}
