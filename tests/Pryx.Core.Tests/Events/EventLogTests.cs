using Pryx.Agent.Turns;
using Pryx.Core.Tests.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Testing;

namespace Pryx.Core.Tests.Events;

public sealed class EventLogTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("ARC6", "no loss")]
    [Requirement("ARC6", "no duplicates")]
    [Requirement("ARC2", "pub and sub")]
    public async Task Every_event_arrives_once_and_in_order_across_replay_and_live_with_many_writers()
    {
        const int writers = 8, each = 150;
        await using var store = await TempStore.CreateAsync();
        await using var other = await TempStore.OpenAsync(store.Folder);
        var session = await store.NewSessionAsync();
        await NoteAsync(store, session, "before");
        var readers = Enumerable.Range(0, 5).Select(i => Task.Run(() => ReadUntilAsync(store, session, (writers * each) + 1), Cancel)).ToList();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            // Half of them are another process.
            for (var n = 0; n < each; n++)
            {
                await NoteAsync(w % 2 == 0 ? store : other, session, $"{w}-{n}");
            }
        }, Cancel)));
        // The others' last ones come with our next.
        await NoteAsync(store, session, "end");
        foreach (var seen in await Task.WhenAll(readers))
        {
            Assert.Equal(seen.Select(static e => e.Version).Distinct().Order(), seen.Select(static e => e.Version));
            var texts = seen.Select(static e => ((Notice)e.Item!).Text).ToList();
            Assert.Equal((writers * each) + 1, texts.Distinct().Count());
        }
    }

    [Fact]
    [Requirement("ARC6", "missed fetched")]
    public async Task A_reader_continues_after_its_version_and_only_in_its_session()
    {
        await using var store = await TempStore.CreateAsync();
        var (mine, theirs) = (await store.NewSessionAsync(), await store.NewSessionAsync());
        await NoteAsync(store, mine, "old");
        var from = await store.Events.ReadLastVersionAsync(Cancel);
        await NoteAsync(store, theirs, "theirs");
        await NoteAsync(store, mine, "new");
        var seen = await FirstAsync(store.Events.SubscribeAsync(mine, from, false, Cancel));
        Assert.Equal("new", ((Notice)seen.Item!).Text);
    }

    [Fact]
    public async Task A_slow_reader_loses_progress_and_nothing_that_was_committed()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var journal = await store.NewTurnAsync(session);
        var from = await store.Events.ReadLastVersionAsync(Cancel);
        await using var reader = store.Events.SubscribeAsync(session, from, false, Cancel).GetAsyncEnumerator(Cancel);
        for (var i = 0; i < 3000; i++)
        {
            // Never two of a kind in a row, so none can be joined.
            journal.Progress(new ProgressUpdate.ToolText($"call-{i}", "stdout", "x"));
            if (i % 2 == 0)
            {
                await NoteAsync(store, session, $"{i}");
            }
        }
        var notes = new List<string>();
        var progress = 0;
        while (notes.Count < 1500)
        {
            Assert.True(await reader.MoveNextAsync());
            if (reader.Current.IsProgress)
            {
                progress++;
            }
            else
            {
                notes.Add(((Notice)reader.Current.Item!).Text);
            }
        }
        Assert.Equal(Enumerable.Range(0, 1500).Select(static i => $"{2 * i}"), notes);
        Assert.InRange(progress, 0, 256);
    }

    [Fact]
    public async Task Deltas_of_one_step_are_joined_and_arrive_whole()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var journal = await store.NewTurnAsync(session);
        var from = await store.Events.ReadLastVersionAsync(Cancel);
        await using var reader = store.Events.SubscribeAsync(session, from, false, Cancel).GetAsyncEnumerator(Cancel);
        for (var i = 0; i < 1000; i++)
        {
            journal.Progress(new ProgressUpdate.Message(1, $"{i},"));
        }
        journal.Progress(new ProgressUpdate.Thinking(1, "hm"));
        journal.Progress(new ProgressUpdate.Retrying(new StepRetryingPayload(1, 1, 100, "why")));
        journal.Progress(new ProgressUpdate.Message(1, "again"));
        var names = new List<(string, string?)>();
        for (var i = 0; i < 4; i++)
        {
            Assert.True(await reader.MoveNextAsync());
            names.Add((reader.Current.Event, reader.Current.Payload!.Value.TryGetProperty("text", out var text) ? text.GetString() : null));
        }
        Assert.Equal(
            [
                (EventNames.MessageDelta, string.Concat(Enumerable.Range(0, 1000).Select(static i => $"{i},"))),
                (EventNames.ReasoningDelta, "hm"), (EventNames.StepRetrying, null), (EventNames.MessageDelta, "again"),
            ], names);
    }

    [Fact]
    public async Task Events_of_another_process_are_found_by_looking_for_them()
    {
        await using var store = await TempStore.CreateAsync();
        await using var other = await TempStore.OpenAsync(store.Folder);
        var session = await store.NewSessionAsync();
        var from = await store.Events.ReadLastVersionAsync(Cancel);
        var next = FirstAsync(store.Events.SubscribeAsync(session, from, false, TimeSpan.FromMilliseconds(20), Cancel));
        await NoteAsync(other, session, "from there");
        Assert.Equal("from there", ((Notice)(await next).Item!).Text);
    }

    [Fact]
    public async Task What_is_rolled_back_is_never_announced()
    {
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var from = await store.Events.ReadLastVersionAsync(Cancel);
        await using var reader = store.Events.SubscribeAsync(session, from, false, Cancel).GetAsyncEnumerator(Cancel);
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.Database.WriteAsync<int>(c =>
        {
            store.Events.AppendItem(c, session, new Notice("n", "undone"));
            throw new InvalidOperationException();
        }, Cancel));
        await NoteAsync(store, session, "done");
        Assert.True(await reader.MoveNextAsync());
        Assert.Equal("done", ((Notice)reader.Current.Item!).Text);
    }

    [Fact]
    public async Task An_approver_counts_from_subscribing_until_leaving()
    {
        await using var store = await TempStore.CreateAsync();
        var (session, another) = (await store.NewSessionAsync(), await store.NewSessionAsync());
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        _ = store.Events.SubscribeAsync(session, 0, canApprove: false, leave.Token);
        Assert.False(store.Events.HasApprover(session));
        var stream = store.Events.SubscribeAsync(session, 0, canApprove: true, leave.Token);
        Assert.True(store.Events.HasApprover(session));
        Assert.False(store.Events.HasApprover(another));
        await FirstAsync(stream);
        Assert.False(store.Events.HasApprover(session));

        _ = store.Events.SubscribeAsync(null, 0, canApprove: true, leave.Token);
        Assert.True(store.Events.HasApprover(another));
        await leave.CancelAsync();
        Assert.False(store.Events.HasApprover(another));
    }

    private static Task<Item> NoteAsync(TempStore store, SessionId session, string text) =>
        store.Database.WriteAsync(c => store.Events.AppendItem(c, session, new Notice("n", text)), Cancel);

    private static async Task<PryxEvent> FirstAsync(IAsyncEnumerable<PryxEvent> stream)
    {
        await foreach (var e in stream)
        {
            return e;
        }
        throw new InvalidOperationException("The stream ended.");
    }

    private static async Task<List<PryxEvent>> ReadUntilAsync(TempStore store, SessionId session, int count)
    {
        var seen = new List<PryxEvent>();
        await foreach (var e in store.Events.SubscribeAsync(session, 1, false, Cancel))
        {
            seen.Add(e);
            if (seen.Count == count)
            {
                break;
            }
        }
        return seen;
    }
}
