using System.Net;
using Microsoft.Data.Sqlite;
using Pryx.Core.Tests.Commands;
using Pryx.Core.Tests.Sessions;
using Pryx.Core.Tests.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Archive;

/// <summary>Old sessions go into files and come back as they were.</summary>
public sealed class SessionArchiveTests
{
    private static readonly string[] Tables = ["items", "tool_calls", "events"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("NFR-M1.3", "completed to disk")]
    [Requirement("TOK6", "archive")]
    public async Task It_leaves_the_database_and_comes_back_to_the_last_bit()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.BySteps(
            Calls(("write_file", """{"path":"ä.txt","content":"zebra \ud83e\udd93"}"""), ("read_file", """{"path":"none"}""")), Says("It is a zebra 🦓.")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var id = await core.NewSessionAsync();
        await core.Turns.StartAsync(TempCore.Say(id, "which animal?") with { ApproveAll = true }, Cancel);
        await core.UntilEndedAsync(id);
        var before = await RowsAsync(core, id);
        var fts = await core.Store.Sessions.SearchAsync("zebra", 10, Cancel);

        var archived = await core.Store.Archive.ArchiveAsync(id, "which animal? → It is a zebra.", Cancel);
        var file = Assert.Single(Directory.GetFiles(Path.Combine(core.Home.Data, "archive")));
        var mode = OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file);
        var meanwhile = await RowsAsync(core, id);
        var found = await core.Store.Sessions.SearchAsync("animal", 10, Cancel);
        var listed = await core.Store.Sessions.FindAsync(id, Cancel);
        var again = await core.Store.Archive.ArchiveAsync(id, null, Cancel);
        var isBack = await core.Store.Archive.UnarchiveAsync(id, Cancel);

        Assert.True(archived!.Items >= 6 && archived.Bytes > 0);
        Assert.Equal(OperatingSystem.IsWindows() ? default : UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
        // Only what announces the archiving itself is there.
        Assert.Equal(["session.archived", "session.updated"], meanwhile.Select(static row => row.Split('|')[3]).Order());
        Assert.Equal(("archived", id), (listed!.Status, Assert.Single(found).SessionId));
        Assert.Null(again);
        Assert.True(isBack);
        Assert.Equal(before, (await RowsAsync(core, id)).Where(row => before.Contains(row)));
        Assert.Equal(fts.Select(static hit => hit.Snippet), (await core.Store.Sessions.SearchAsync("zebra", 10, Cancel)).Select(static hit => hit.Snippet));
        Assert.Empty(Directory.GetFiles(Path.Combine(core.Home.Data, "archive")));
        // It goes on as if nothing had been.
        await core.StartAsync(id, "and now?");
        await core.UntilEndedAsync(id, 2);
        Assert.Contains("zebra", provider.ModelRequests[^1].Text, StringComparison.Ordinal);
        Assert.Empty(provider.Violations);
    }

    [Fact]
    public async Task A_file_that_is_not_the_one_that_was_written_brings_nothing_back_and_loses_nothing()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hello.")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var id = await core.NewSessionAsync();
        await core.StartAsync(id, "hello");
        await core.UntilEndedAsync(id);
        await core.Store.Archive.ArchiveAsync(id, null, Cancel);
        var file = Assert.Single(Directory.GetFiles(Path.Combine(core.Home.Data, "archive")));
        var good = await File.ReadAllBytesAsync(file, Cancel);

        await File.WriteAllBytesAsync(file, good[..^20], Cancel);
        var cut = await Assert.ThrowsAsync<PryxException>(() => core.Store.Archive.UnarchiveAsync(id, Cancel));
        var halfBack = (await core.ItemsAsync(id)).Count;
        await File.WriteAllBytesAsync(file, good, Cancel);

        Assert.Equal("ARCHIVE_BROKEN", cut.Code);
        Assert.Equal(0, halfBack);
        Assert.True(await core.Store.Archive.UnarchiveAsync(id, Cancel));
        Assert.Equal(2, (await core.ItemsAsync(id)).Count(static item => item is Protocol.Items.UserMessage or Protocol.Items.Reply));
    }

    [Fact]
    public async Task What_a_crash_has_left_behind_is_no_hindrance()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hello.")), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var id = await core.NewSessionAsync();
        await core.StartAsync(id, "hello");
        await core.UntilEndedAsync(id);
        var folder = Directory.CreateDirectory(Path.Combine(core.Home.Data, "archive")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, $"{id}.jsonl.gz"), "half of a file", Cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{id}.0.tmp"), "half of a file", Cancel);
        var before = await RowsAsync(core, id);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            try
            {
                await core.Store.Archive.ArchiveAsync(id, null, Cancel);
            }
            catch (PryxException e) when (e.Code == "SESSION_BUSY")
            {
                // Another one was quicker.
            }
        }, Cancel)));
        var isBack = await core.Store.Archive.UnarchiveAsync(id, Cancel);

        Assert.True(isBack);
        Assert.Equal(before, (await RowsAsync(core, id)).Where(row => before.Contains(row)));
    }

    [Fact]
    public async Task A_session_in_which_a_turn_is_open_is_not_archived()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Hangs()), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var id = await core.NewSessionAsync();
        await core.StartAsync(id, "hello");

        var refused = await Assert.ThrowsAsync<PryxException>(() => core.Store.Archive.ArchiveAsync(id, null, Cancel));

        Assert.Equal("SESSION_BUSY", refused.Code);
        Assert.Empty(Directory.GetFiles(Path.Combine(core.Home.Data, "archive")));
        Assert.NotEmpty(await core.ItemsAsync(id));
    }

    [Fact]
    public async Task Over_the_routes_an_archived_session_says_so_and_a_deleted_one_takes_its_file_along()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hello.")), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel);
        var (id, other) = (await SessionEndpointTests.NewAsync(core), await SessionEndpointTests.NewAsync(core));
        await CustomCommandTests.SayAsync(core, id, "hello there");
        var (_, fork) = await core.PostAsync($"/api/v1/sessions/{id}/fork", new { title = "Mine" }, Cancel);
        var (_, children) = await core.GetAsync($"/api/v1/sessions?parent_id={id}", Cancel);

        var (status, result) = await core.PostAsync($"/api/v1/sessions/{id}/archive", new { }, Cancel);
        var (items, refused) = await core.GetAsync($"/api/v1/sessions/{id}/items", Cancel);
        var (said, _) = await core.PostAsync($"/api/v1/sessions/{id}/messages", new { content = "go on" }, Cancel);
        var (forked, _) = await core.PostAsync($"/api/v1/sessions/{id}/fork", new { }, Cancel);
        var (_, one) = await core.GetAsync($"/api/v1/sessions/{id}", Cancel);
        var (_, listed) = await core.GetAsync("/api/v1/sessions?status=archived", Cancel);
        var (_, old) = await core.PostAsync("/api/v1/sessions/archive", new { older_than_days = 90 }, Cancel);

        Assert.Equal((string?)fork!["id"], (string?)Assert.Single(children!["sessions"]!.AsArray())!["id"]);
        Assert.Equal((HttpStatusCode.OK, id), (status, (string?)result!["sessions"]![0]!["id"]));
        Assert.Equal((HttpStatusCode.Conflict, "SESSION_ARCHIVED"), (items, (string?)refused!["error"]!["code"]));
        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Conflict), (said, forked));
        Assert.Equal(("archived", "hello there → Hello."), ((string?)one!["status"], (string?)one["summary"]));
        Assert.NotNull(one["archived_at"]);
        Assert.Equal(id, (string?)Assert.Single(listed!["sessions"]!.AsArray())!["id"]);
        Assert.Empty(old!["sessions"]!.AsArray());
        Assert.Single(Directory.GetFiles(Path.Combine(core.Home.Data, "archive")));
        Assert.Equal(HttpStatusCode.NoContent, (await core.SendAsync(HttpMethod.Delete, $"/api/v1/sessions/{id}", null, Cancel)).Status);
        Assert.Empty(Directory.GetFiles(Path.Combine(core.Home.Data, "archive")));
        Assert.Equal(HttpStatusCode.OK, (await core.PostAsync($"/api/v1/sessions/{other}/archive", new { }, Cancel)).Status);
        Assert.Equal(HttpStatusCode.OK, (await core.PostAsync($"/api/v1/sessions/{other}/unarchive", null, Cancel)).Status);
    }

    [Fact]
    public async Task A_small_model_writes_down_what_it_was_about_without_a_word_in_the_session()
    {
        await using var provider = await FakeProvider.StartAsync(request => Says(request.System!.StartsWith("You describe", StringComparison.Ordinal) ? "The user greeted; nothing is open." : "Hello."), Cancel);
        await using var core = await TestCore.StartAsync(provider, Cancel);
        var id = await SessionEndpointTests.NewAsync(core);
        await CustomCommandTests.SayAsync(core, id, "hello");
        var (_, before) = await core.GetAsync($"/api/v1/sessions/{id}/messages", Cancel);

        var (status, written) = await core.PostAsync($"/api/v1/sessions/{id}/summary", null, Cancel);
        var (_, after) = await core.GetAsync($"/api/v1/sessions/{id}/messages", Cancel);
        var (_, one) = await core.GetAsync($"/api/v1/sessions/{id}", Cancel);

        Assert.Equal((HttpStatusCode.OK, "The user greeted; nothing is open."), (status, (string?)written!["summary"]));
        Assert.Equal("The user greeted; nothing is open.", (string?)one!["summary"]);
        Assert.Equal(before!.ToJsonString(), after!.ToJsonString());
        Assert.Contains("USER: hello", provider.ModelRequests[^1].Messages[^1].Text, StringComparison.Ordinal);
    }

    // Every column of every row, with its type.
    private static async Task<IReadOnlyList<string>> RowsAsync(TempCore core, SessionId id) => await core.Store.Database.ReadAsync(connection =>
    {
        var rows = new List<string>();
        foreach (var table in Tables)
        {
            using var command = ((SqliteConnection)connection).CreateCommand();
            command.CommandText = $"SELECT * FROM {table} WHERE session_id = '{id}' ORDER BY 1";
            using var row = command.ExecuteReader();
            while (row.Read())
            {
                var values = Enumerable.Range(0, row.FieldCount).Select(column => $"{row.GetDataTypeName(column)}:{row.GetFieldType(column).Name}={row.GetValue(column)}");
                rows.Add($"{table}|{row.GetValue(0)}|{id}|{(table == "events" ? row.GetString(1) : "")}|{string.Join('|', values)}");
            }
        }
        return (IReadOnlyList<string>)rows;
    }, Cancel);
}
