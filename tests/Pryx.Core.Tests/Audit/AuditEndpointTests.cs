using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pryx.Core.Audit;
using Pryx.Core.Storage;

namespace Pryx.Core.Tests.Audit;

public sealed class AuditEndpointTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_neither_repeat_nor_skip_and_filters_find_what_they_say()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await FillAsync(core, 25);

        var seen = new List<long>();
        string? cursor = null;
        do
        {
            var page = (await core.GetAsync($"/api/v1/audit?limit=10{(cursor is null ? "" : "&cursor=" + cursor)}", Cancellation)).Body!;
            seen.AddRange(page["entries"]!.AsArray().Select(entry => (long)entry!["seq"]!));
            cursor = (string?)page["next_cursor"];
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(1, 25).Reverse().Select(number => (long)number), seen);
        Assert.Equal(12, await CountAsync(core, "action=even.*"));
        Assert.Equal(13, await CountAsync(core, "action=odd.happened"));
        Assert.Equal(0, await CountAsync(core, "action=odd"));
        Assert.Equal(5, await CountAsync(core, "surface=web"));
        Assert.Equal(20, await CountAsync(core, "surface=cli"));
        Assert.Equal(1, await CountAsync(core, "session_id=session-7"));
        Assert.Equal(0, await CountAsync(core, "since=2999-01-01T00:00:00Z"));
        Assert.Equal(25, await CountAsync(core, "since=2020-01-01"));
    }

    [Theory]
    [InlineData("since=yesterday", "VALIDATION_ERROR")]
    [InlineData("cursor=x", "CURSOR_INVALID")]
    [InlineData("limit=many", "VALIDATION_ERROR")]
    public async Task A_question_that_can_not_be_read_is_400(string query, string code)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (status, body) = await core.GetAsync("/api/v1/audit?" + query, Cancellation);
        Assert.Equal((HttpStatusCode.BadRequest, code), (status, (string?)body!["error"]!["code"]));
    }

    [Fact]
    [Testing.Requirement("SEC5", "tamper-evident")]
    public async Task The_check_finds_the_row_somebody_changed()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await FillAsync(core, 9);
        var whole = (await core.GetAsync("/api/v1/audit/verify", Cancellation)).Body!;
        Assert.Equal((true, 9L), ((bool)whole["ok"]!, (long)whole["entries"]!));

        await using (var database = await OpenAsync(core))
        {
            await database.WriteAsync(static connection =>
            {
                connection.Execute("DROP TRIGGER audit_log_no_update");
                connection.Execute("UPDATE audit_log SET actor = 'cli:mallory' WHERE seq = 4");
            }, Cancellation);
        }
        var broken = (await core.GetAsync("/api/v1/audit/verify", Cancellation)).Body!;
        Assert.False((bool)broken["ok"]!);
        Assert.Equal(4, (int)broken["first_broken"]!["seq"]!);
    }

    [Fact]
    public async Task An_export_streams_every_entry_in_each_format()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await FillAsync(core, 2100);

        var json = JsonNode.Parse(await core.Http.GetStringAsync("/api/v1/audit/export", Cancellation))!.AsArray();
        Assert.Equal(Enumerable.Range(1, 2100), json.Select(entry => (int)entry!["seq"]!));
        var lines = (await core.Http.GetStringAsync("/api/v1/audit/export?format=jsonl&action=even.*", Cancellation)).TrimEnd('\n').Split('\n');
        Assert.Equal(1050, lines.Length);
        Assert.All(lines, line => Assert.Equal("even.happened", JsonNode.Parse(line)!["action"]!.GetValue<string>()));
        using var csv = await core.Http.GetAsync("/api/v1/audit/export?format=csv", Cancellation);
        Assert.Equal("text/csv", csv.Content.Headers.ContentType!.MediaType);
        var rows = (await csv.Content.ReadAsStringAsync(Cancellation)).TrimEnd().Split("\r\n");
        Assert.Equal(2101, rows.Length);
        Assert.StartsWith("seq,id,timestamp", rows[0], StringComparison.Ordinal);
        Assert.Contains("\"{\"\"session_id\"\":\"\"session-1\"\"}\"", rows[1], StringComparison.Ordinal);
        Assert.Equal("[]\n", await core.Http.GetStringAsync("/api/v1/audit/export?action=nothing", Cancellation));
        Assert.Equal(HttpStatusCode.BadRequest, (await core.GetAsync("/api/v1/audit/export?format=xml", Cancellation)).Status);
    }

    [Fact]
    public async Task A_cell_never_begins_a_formula()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        await using (var database = await OpenAsync(core))
        {
            await new AuditLog(database).AppendAsync(new("tool.judged", "tool_call", "=HYPERLINK(\"http://x\")", "model", "{}", "ok"), Cancellation);
        }
        Assert.Contains(",\"'=HYPERLINK(\"\"http://x\"\")\",", await core.Http.GetStringAsync("/api/v1/audit/export?format=csv", Cancellation), StringComparison.Ordinal);
    }

    private static async Task<int> CountAsync(TestCore core, string query) => (await core.GetAsync("/api/v1/audit?limit=100&" + query, Cancellation)).Body!["entries"]!.AsArray().Count;

    private static Task<Database> OpenAsync(TestCore core) => Database.OpenAsync(Path.Combine(core.Home.Data, "pryx.db"), TimeProvider.System, Cancellation);

    private static async Task FillAsync(TestCore core, int count)
    {
        await using var database = await OpenAsync(core);
        await database.WriteAsync(connection =>
        {
            for (var i = 1; i <= count; i++)
            {
                var details = JsonSerializer.Serialize(new Dictionary<string, string> { ["session_id"] = $"session-{i}" });
                AuditLog.Append(connection, new(i % 2 == 0 ? "even.happened" : "odd.happened", "thing", $"{i}", i % 5 == 0 ? "model:web" : "cli:alice", details, "ok"), TimeProvider.System);
            }
        }, Cancellation);
    }
}
