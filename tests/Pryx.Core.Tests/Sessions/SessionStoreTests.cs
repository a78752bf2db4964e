using System.Reflection;
using System.Text.Json;
using Pryx.Core.Storage;
using Pryx.Core.Tests.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Testing;

namespace Pryx.Core.Tests.Sessions;

public sealed class SessionStoreTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("T6.5", "messages persist")]
    public async Task Every_property_of_every_item_comes_back()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var samples = SampleItems.All(TurnId.New());
        var types = typeof(Item).Assembly.GetTypes().Where(static type => type.IsSubclassOf(typeof(Item)));
        Assert.Equal(types.Select(static t => t.Name).Order(), samples.Select(static s => s.GetType().Name).Order());
        foreach (var (item, property) in samples.SelectMany(static s => s.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(p => (s, p))))
        {
            // The store sets these two; all others must be filled, or this test proves nothing for them.
            var value = property.GetValue(item);
            var isDefault = value is null || value.Equals(property.PropertyType.IsValueType ? Activator.CreateInstance(property.PropertyType) : null);
            Assert.True(!isDefault || property.Name is "Seq" or "CreatedAt", $"{item.GetType().Name}.{property.Name} is not filled");
        }

        var stored = await store.Database.WriteAsync(c => samples.Select(item => store.Events.AppendItem(c, session, item)).ToList(), Cancel);
        var read = await store.Sessions.ReadItemsAsync(session, Cancel);
        Assert.Equal(stored.Select(Json), read.Select(Json));
        Assert.Equal(samples.Select(Json), read.Select(static item => Json(item with { Seq = 0, CreatedAt = default })));
    }

    [Fact]
    public async Task An_item_with_nothing_but_its_text_comes_back_as_bare_as_it_was()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        Item[] bare = [new UserMessage(""), new Reply(""), new Reasoning(""), new ToolCall("c", "n", "t", ""), new ToolResult("c", ToolStatus.Completed, ""), new ApprovalRecord(ApprovalId.New(), null, false, "once")];
        await store.Database.WriteAsync(c => bare.Select(item => store.Events.AppendItem(c, session, item)).ToList(), Cancel);
        Assert.Equal(bare.Select(Json), (await store.Sessions.ReadItemsAsync(session, Cancel)).Select(static item => Json(item with { Seq = 0, CreatedAt = default })));
    }

    [Fact]
    public async Task What_was_read_before_does_not_change_when_more_is_stored_here_or_elsewhere()
    {
        await using var store = await TempStore.CreateAsync();
        await using var other = await TempStore.OpenAsync(store.Folder);
        var session = await store.NewSessionAsync();
        var lists = new List<IReadOnlyList<Item>>();
        for (var i = 0; i < 40; i++)
        {
            var writer = i % 2 == 0 ? store : other;
            await writer.Database.WriteAsync(c => writer.Events.AppendItem(c, session, new Notice("n", $"{i}")), Cancel);
            lists.Add(await store.Sessions.ReadItemsAsync(session, Cancel));
        }
        Assert.All(lists.Index(), list => Assert.Equal(Enumerable.Range(0, list.Index + 1).Select(static n => $"{n}"), list.Item.Cast<Notice>().Select(static n => n.Text)));
    }

    [Fact]
    public async Task The_latest_session_of_a_folder_is_found_through_a_symlink_too()
    {
        await using var store = await TempStore.CreateAsync();
        var folder = Directory.CreateDirectory(Path.Combine(store.Folder, "real", "project")).FullName;
        var link = Path.Combine(store.Folder, "link");
        Directory.CreateSymbolicLink(link, Path.Combine(store.Folder, "real"));
        var first = await store.Sessions.CreateAsync(new() { Workspace = folder }, Cancel);
        var second = await store.Sessions.CreateAsync(new() { Workspace = Path.Combine(link, "project") + "/" }, Cancel);
        await store.Sessions.CreateAsync(new() { Workspace = store.Folder }, Cancel);
        Assert.Equal(first.Workspace, second.Workspace);
        Assert.Equal(second.Id, (await store.Sessions.FindLatestAsync(folder, Cancel))!.Id);
        await store.NewTurnAsync(first.Id);
        Assert.Equal(first.Id, (await store.Sessions.FindLatestAsync(Path.Combine(link, "project"), Cancel))!.Id);
        Assert.Null(await store.Sessions.FindLatestAsync(Path.Combine(store.Folder, "real"), Cancel));
    }

    [Fact]
    public async Task Sessions_are_listed_newest_first_and_no_more_than_asked_for()
    {
        await using var store = await TempStore.CreateAsync();
        var ids = new List<SessionId>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await store.NewSessionAsync());
        }
        ids.Reverse();
        Assert.Equal(ids.Take(3), (await store.Sessions.ListAsync(3, Cancel)).Select(static s => s.Id));
        Assert.Single(await store.Sessions.ListAsync(0, Cancel));
    }

    [Fact]
    public async Task Deleting_takes_all_of_a_session_but_its_costs_and_its_audit()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var kept = await store.NewSessionAsync();
        var journal = await store.NewTurnAsync(session, "unmistakable");
        var call = new ToolCall("c", "n", "t", "{}") { Step = 1 };
        await journal.CommitStepAsync(new(1, [call], new("a", "b"), new(5, 5), 0.5m, TimeSpan.Zero, null, null), Cancel);
        await journal.CommitStartAsync(call, "s", Cancel);
        var copy = await store.Sessions.ForkAsync(session, null, Cancel);

        Assert.True(await store.Sessions.DeleteAsync(session, Cancel));
        Assert.False(await store.Sessions.DeleteAsync(session, Cancel));
        Assert.Null(await store.Sessions.FindAsync(session, Cancel));
        Assert.Empty(await store.Sessions.ReadItemsAsync(session, Cancel));
        Assert.Equal(copy.Id, Assert.Single(await store.Sessions.SearchAsync("unmistakable", 10, Cancel)).SessionId);
        foreach (var table in (string[])["items", "turns", "inputs", "tool_calls", "events"])
        {
            Assert.Equal(0, await store.Database.ReadAsync(c => c.Number($"SELECT COUNT(*) FROM {table} WHERE session_id = $id", ("$id", session.ToString())), Cancel));
        }
        Assert.Equal(0.5m, (await store.Usage.SumAsync(session, Cancel)).CostUsd);
        Assert.True(await store.Database.ReadAsync(static c => c.Number("SELECT COUNT(*) FROM audit_log"), Cancel) > 0);
        Assert.NotNull(await store.Sessions.FindAsync(kept, Cancel));
        Assert.Null((await store.Sessions.FindAsync(copy.Id, Cancel))!.ParentId);
        Assert.Empty(await store.Database.CheckAsync(Cancel));
        await store.Database.WriteAsync(static c => c.Execute("INSERT INTO items_fts(items_fts) VALUES ('integrity-check')"), Cancel);
    }

    [Fact]
    [Requirement("NFR-M1.5", "child sessions")]
    public async Task A_fork_has_the_history_and_its_own_life()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.Sessions.CreateAsync(new() { Workspace = store.Folder, SystemPrompt = "be brief" }, Cancel);
        await store.Sessions.SetInstructionsAsync(session.Id, "frozen", Cancel);
        var journal = await store.NewTurnAsync(session.Id, "A question\nand more");
        await journal.CommitStepAsync(new(1, [new Reply("An answer")], new("a", "b"), new(5, 5), 0.5m, TimeSpan.Zero, null, null), Cancel);
        var items = await store.Sessions.ReadItemsAsync(session.Id, Cancel);
        await journal.CommitItemAsync(new Summary("all of it", items[0].Seq, items[1].Seq), Cancel);

        var fork = await store.Sessions.ForkAsync(session.Id, null, Cancel);
        Assert.Equal(("Copy of A question", (SessionId?)session.Id, session.Workspace, "be brief", 2L, 0m), (fork.Title, fork.ParentId, fork.Workspace, fork.SystemPrompt, fork.MessageCount, fork.TotalCostUsd));
        Assert.Equal("frozen", await store.Sessions.ReadInstructionsAsync(fork.Id, Cancel));
        var copies = await store.Sessions.ReadItemsAsync(fork.Id, Cancel);
        Assert.Equal(["A question\nand more", "An answer", "all of it"], copies.Select(static i => i switch { UserMessage m => m.Text, Reply r => r.Text, Summary s => s.Text, _ => "?" }));
        Assert.All(copies, static copy => Assert.Null(copy.TurnId));
        Assert.Equal((copies[0].Seq, copies[1].Seq), (((Summary)copies[2]).FromSeq, ((Summary)copies[2]).ToSeq));

        await store.NewTurnAsync(fork.Id, "only here");
        Assert.Equal(3, (await store.Sessions.ReadItemsAsync(session.Id, Cancel)).Count);
        Assert.Equal("named", (await store.Sessions.ForkAsync(fork.Id, "named", Cancel)).Title);
        Assert.Equal("SESSION_NOT_FOUND", (await Assert.ThrowsAsync<PryxException>(() => store.Sessions.ForkAsync(SessionId.New(), null, Cancel))).Code);
    }

    [Fact]
    public async Task A_fork_of_a_running_turn_has_no_unanswered_call()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var journal = await store.NewTurnAsync(session, "go");
        var (done, open) = (new ToolCall("c1", "n", "t", "{}") { Step = 1 }, new ToolCall("c2", "n", "t", "{}") { Step = 2 });
        await journal.CommitStepAsync(new(1, [done], new("a", "b"), default, null, TimeSpan.Zero, null, null), Cancel);
        await journal.CommitResultAsync(done, new ToolResult("c1", ToolStatus.Completed, "ok") { Step = 1 }, Cancel);
        await journal.CommitStepAsync(new(2, [new Reply("and now"), open], new("a", "b"), default, null, TimeSpan.Zero, null, null), Cancel);
        var fork = await store.Sessions.ForkAsync(session, null, Cancel);
        Assert.Equal(["UserMessage", "ToolCall", "ToolResult"], (await store.Sessions.ReadItemsAsync(fork.Id, Cancel)).Select(static i => i.GetType().Name));
        Assert.Equal((1L, await store.Sessions.ReadItemsAsync(fork.Id, Cancel) is [.., { } last] ? last.GetType() : null), (fork.MessageCount, typeof(ToolResult)));
    }

    [Theory]
    [InlineData("\"")]
    [InlineData("\"\"\"")]
    [InlineData("'; DROP TABLE items; --")]
    [InlineData("a AND OR NOT")]
    [InlineData("NEAR(a b, 3)")]
    [InlineData("text:x")]
    [InlineData("*")]
    [InlineData("^foo* - + (")]
    [InlineData("a\0b")]
    [InlineData("{}[]:^~")]
    [InlineData("\ud800")]
    [InlineData("   ")]
    public async Task Any_text_is_a_safe_query(string query)
    {
        await using var store = await TempStore.CreateAsync();
        await store.NewTurnAsync(await store.NewSessionAsync(), "nothing of the kind");
        Assert.Empty(await store.Sessions.SearchAsync(query, 10, Cancel));
    }

    [Fact]
    public async Task A_search_finds_the_sessions_in_which_all_words_occur_best_first()
    {
        await using var store = await TempStore.CreateAsync();
        var (much, little, none) = (await store.NewSessionAsync(), await store.NewSessionAsync(), await store.NewSessionAsync());
        await store.NewTurnAsync(none, "only the quick one");
        await store.NewTurnAsync(little, $"quick {string.Join(' ', Enumerable.Range(0, 200))} fox");
        await store.NewTurnAsync(much, "the Quick brown fox, a quick fox");
        var hits = await store.Sessions.SearchAsync("quick fox", 10, Cancel);
        Assert.Equal([much, little], hits.Select(static h => h.SessionId));
        Assert.Contains("«Quick» brown «fox»", hits[0].Snippet, StringComparison.Ordinal);
        Assert.Equal("user_message", hits[0].ItemType);
        Assert.Single(await store.Sessions.SearchAsync("quick fox", 1, Cancel));
    }

    [Fact]
    public async Task Trust_is_remembered_with_what_was_shown_and_taken_back()
    {
        await using var store = await TempStore.CreateAsync();
        var workspaces = new Pryx.Core.Sessions.WorkspaceStore(store.Database);
        Assert.Null(await workspaces.FindAsync(store.Folder, Cancel));
        await workspaces.TrustAsync(store.Folder, "hash", Cancel);
        var trusted = (await workspaces.FindAsync(store.Folder + "/.", Cancel))!;
        Assert.Equal("hash", trusted.TrustedWhat);
        Assert.NotNull(trusted.TrustedAt);
        await workspaces.DistrustAsync(store.Folder, Cancel);
        Assert.Null((await workspaces.FindAsync(store.Folder, Cancel))!.TrustedAt);
    }

    [Fact]
    public async Task An_export_as_JSON_loses_nothing_and_one_as_Markdown_shows_every_item()
    {
        await using var store = await TempStore.CreateAsync();
        var session = (await store.Sessions.CreateAsync(new() { Title = "Export me\nplease" }, Cancel))!;
        await store.Database.WriteAsync(c => SampleItems.All(TurnId.New()).Select(item => store.Events.AppendItem(c, session.Id, item)).ToList(), Cancel);
        var items = await store.Sessions.ReadItemsAsync(session.Id, Cancel);

        using var json = JsonDocument.Parse(SessionExport.ToJson(session, items));
        var back = json.RootElement.GetProperty("items").Deserialize(ProtocolJson.Default.IReadOnlyListItem)!;
        Assert.Equal(items.Select(Json), back.Select(Json));
        Assert.Equal(session, json.RootElement.GetProperty("session").Deserialize(ProtocolJson.Default.Session));

        var markdown = SessionExport.ToMarkdown(session, items);
        Assert.StartsWith("# Export me please\n", markdown, StringComparison.Ordinal);
        foreach (var part in (string[])["Grüße", "a.png", "Hallo", "> hm\n> hm", "`read_file`", """{"path": "a.txt"}""", "line ```` one", "interrupted", "/tmp/full", "**Approved** (session)", "again", "short"])
        {
            Assert.Contains(part, markdown, StringComparison.Ordinal);
        }
        // The fence is longer than the one in the output.
        Assert.Contains("`````\nline ```` one\n`````", markdown, StringComparison.Ordinal);
    }

    private static string Json(Item item) => JsonSerializer.Serialize(item, ProtocolJson.Default.Item);
}
