using System.Text.Json.Nodes;
using Pryx.Core.Logs;
using Pryx.Core.Tests.Telemetry;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Models;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Logs;

public sealed class CoreLogTests : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("pryx-log-").FullName, "logs");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Fact]
    public async Task A_full_file_makes_way_and_five_old_ones_are_kept_for_their_owner_alone()
    {
        await using (var log = new CoreLog(new LogFile(_folder, largest: 2_000), TimeProvider.System))
        {
            for (var i = 0; i < 400; i++)
            {
                log.Write(new(LogSeverity.Info, "test.line") { Message = $"number {i}" });
                if (i % 5 == 0)
                {
                    await WrittenAsync(log, $"number {i}\"");
                }
            }
        }
        var files = Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(["pryx-core.1.log", "pryx-core.2.log", "pryx-core.3.log", "pryx-core.4.log", "pryx-core.5.log", "pryx-core.log"], files);
        Assert.All(Directory.GetFiles(_folder), path => Assert.InRange(new FileInfo(path).Length, 1, 2_000));
        Assert.Contains("number 399", await File.ReadAllTextAsync(Path.Combine(_folder, "pryx-core.log"), Cancel), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            foreach (var path in Directory.GetFiles(_folder))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            }
        }
    }

    [Fact]
    public async Task A_disk_that_takes_nothing_costs_lines_and_nothing_else()
    {
        await File.WriteAllTextAsync(_folder, "a file where the folder should be", Cancel);
        await using var log = new CoreLog(_folder, TimeProvider.System);
        log.Write(new(LogSeverity.Error, "test.line") { TraceId = "abc" });
        await TempStoreWaitAsync(() => log.Dropped == 1);
        Assert.Equal("abc", Assert.Single(log.RecentErrors).TraceId);
    }

    [Fact]
    [Requirement("ERR3", "trace_id")]
    public async Task An_error_is_found_by_its_trace_id_without_what_a_provider_or_a_parser_quoted()
    {
        var turn = TurnId.New();
        await using (var log = new CoreLog(_folder, TimeProvider.System))
        {
            log.TurnFailed(turn, "trace-1", new InvalidOperationException("canary prompt", new ModelException(ModelFailure.RateLimited, "canary reply") { Provider = "openai", RequestId = "req-7" }));
            log.RequestFailed("trace-2", new PryxException("SOME_CODE", "The token sk-abcdefghijklmnopqrstuvwx0123 was refused."));
            log.Write(new(LogSeverity.Debug, "test.debug"));
        }
        var lines = (await File.ReadAllLinesAsync(Path.Combine(_folder, "pryx-core.log"), Cancel)).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(2, lines.Count);
        var first = lines.Single(line => (string?)line["trace_id"] == "trace-1");
        Assert.Equal((turn.ToString(), "turn.failed", "Error"), ((string?)first["turn_id"], (string?)first["event"], (string?)first["level"]));
        Assert.Equal("System.InvalidOperationException", (string?)first["error"]!["type"]);
        Assert.Equal("RateLimited of openai, request req-7", (string?)first["error"]!["inner"]!["message"]);
        Assert.Contains("[REDACTED]", (string?)lines.Single(line => (string?)line["trace_id"] == "trace-2")["error"]!["message"], StringComparison.Ordinal);
        Assert.DoesNotContain("canary", string.Join('\n', lines.Select(line => line.ToJsonString())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_request_is_one_line_with_its_route_status_time_and_caller()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi.")), Cancel);
        using var home = new TempHome();
        string id;
        await using (var core = await TestCore.StartAsync(provider, Cancel, home))
        {
            id = await TelemetrySwitchTests.TurnAsync(core);
            await core.GetAsync($"/api/v1/sessions/{id}?secret=1", Cancel);
            using var stranger = core.Client(null);
            using var refused = await stranger.GetAsync("/api/v1/sessions", Cancel);
        }
        var lines = (await File.ReadAllLinesAsync(Path.Combine(home.Data, "logs", "pryx-core.log"), Cancel)).Select(line => JsonNode.Parse(line)!).Where(line => (string?)line["event"] == "http.request").ToList();
        var read = lines.Single(line => (string?)line["route"] == "/api/v1/sessions/{id}" && (string?)line["method"] == "GET");
        Assert.Equal((200, "core", id), ((int)read["status"]!, (string?)read["caller"], (string?)read["session_id"]));
        Assert.True((double)read["ms"]! >= 0);
        Assert.StartsWith("req-", (string?)read["request_id"], StringComparison.Ordinal);
        Assert.Contains(lines, line => (int)line["status"]! == 401 && (string?)line["caller"] == "nobody");
        Assert.DoesNotContain(lines, line => line.ToJsonString().Contains("secret", StringComparison.Ordinal));
    }

    private static Task WrittenAsync(CoreLog log, string text) => TempStoreWaitAsync(() => File.Exists(log.Path) && File.ReadAllText(log.Path).Contains(text, StringComparison.Ordinal));

    private static Task TempStoreWaitAsync(Func<bool> isSo) => Storage.TempStore.WaitUntilAsync(() => Task.FromResult(isSo()));
}
