using Pryx.Protocol;
using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary>A surface that goes on while the daemon is killed and started again.</summary>
public sealed class OfflineQueueTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("ARC6", "last version kept")]
    [Requirement("ARC6", "missed fetched")]
    [Requirement("ARC6", "no loss")]
    [Requirement("ARC6", "no duplicates")]
    public async Task What_is_sent_while_the_daemon_is_away_arrives_once_and_in_order_and_what_was_missed_is_fetched()
    {
        await using var provider = await FakeProvider.StartAsync(request => Says($"Answer to {request.LastUserText}."), Cancellation);
        provider.ChecksPrefix = false;
        using var person = Person.At(provider);
        var path = Path.Combine(person.Home.Root, "queue.jsonl");
        var daemon = await DaemonProcess.StartAsync(person);
        await using var client = DaemonProcess.Connect(person, networkRetries: 0);
        var session = (await client.CreateSessionAsync(new CreateSession { Workspace = person.Folder, Model = Models.Chat }, Cancellation)).Id;
        var seen = new List<PryxEvent>();

        using (var queue = new OfflineQueue(client, OfflineQueueFile.Open(path)))
        {
            Assert.NotNull(await queue.SendAsync(Input(session, "one"), Cancellation));
            await EndAsync(client, session);
            await queue.ReconnectAsync(SeeAsync, Cancellation);
            await daemon.KillAsync();
            Assert.Null(await queue.SendAsync(Input(session, "two"), Cancellation));
            Assert.Null(await queue.SendAsync(Input(session, "three"), Cancellation));
            Assert.Equal(2, queue.Count);
        }
        // The surface itself is started again, too; and somebody else uses Pryx before it is back.
        await daemon.DisposeAsync();
        daemon = await DaemonProcess.StartAsync(person);
        await using var other = DaemonProcess.Connect(person);
        var theirs = (await other.CreateSessionAsync(new CreateSession { Workspace = person.Folder, Model = Models.Chat }, Cancellation)).Id;
        await other.StartTurnAsync(Input(theirs, "hello"), Cancellation);
        await EndAsync(other, theirs);
        Reconnected back;
        using (var queue = new OfflineQueue(client, OfflineQueueFile.Open(path)))
        {
            Assert.Equal(2, queue.Count);
            Assert.Equal(seen[^1].Version, queue.LastVersion);
            // Killed in the middle of the replay: what was taken and what was not is settled by its id.
            var replay = queue.ReconnectAsync(SeeAsync, Cancellation);
            await daemon.KillAsync();
            await Record.ExceptionAsync(() => replay);
        }
        await daemon.DisposeAsync();
        daemon = await DaemonProcess.StartAsync(person);
        using (var queue = new OfflineQueue(client, OfflineQueueFile.Open(path)))
        {
            back = await queue.ReconnectAsync(SeeAsync, Cancellation);
            Assert.Equal(0, queue.Count);
            await EndAsync(client, session);
            await queue.ReconnectAsync(SeeAsync, Cancellation);
        }

        Assert.False(back.IsOtherStore);
        var items = await client.GetItemsAsync(session, Cancellation);
        Assert.Equal(["one", "two", "three"], items.OfType<UserMessage>().Select(message => message.Text));
        // Each was answered; a model call that a kill cut off may have been made again, an answer is there once.
        Assert.Equal(items.OfType<Reply>().Select(reply => reply.Text).Distinct(), items.OfType<Reply>().Select(reply => reply.Text));
        Assert.Equal("Answer to three.", items.OfType<Reply>().Last().Text);
        var log = (await client.GetEventsAsync(null, 0, 1000, Cancellation)).Events;
        Assert.Equal(log.Select(e => e.Version), seen.Select(e => e.Version));
        Assert.DoesNotContain("two", await File.ReadAllTextAsync(path, Cancellation), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
        await daemon.DisposeAsync();

        Task SeeAsync(PryxEvent e, CancellationToken cancellationToken)
        {
            seen.Add(e);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Input_that_Core_refuses_does_not_hold_up_what_is_behind_it_and_the_queue_is_bounded()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Yes.")), Cancellation);
        using var person = Person.At(provider);
        await using var client = DaemonProcess.Connect(person, networkRetries: 0);
        var refused = new List<string>();
        using var queue = new OfflineQueue(client, OfflineQueueFile.Open(null), limit: 2) { OnRefused = (request, why) => refused.Add($"{request.Text}: {why.Code}") };
        SessionId session;
        await using (await DaemonProcess.StartAsync(person))
        {
            session = (await client.CreateSessionAsync(new CreateSession { Workspace = person.Folder, Model = Models.Chat }, Cancellation)).Id;
        }
        File.Delete(Path.Combine(person.Home.Data, "runtime.port"));

        Assert.Null(await queue.SendAsync(Input(SessionId.New(), "to nobody"), Cancellation));
        Assert.Null(await queue.SendAsync(Input(session, "to somebody"), Cancellation));
        Assert.Equal("QUEUE_FULL", (await Assert.ThrowsAsync<PryxException>(() => queue.SendAsync(Input(session, "too many"), Cancellation))).Code);
        await using var daemon = await DaemonProcess.StartAsync(person);
        var back = await queue.ReconnectAsync((_, _) => Task.CompletedTask, Cancellation);
        await EndAsync(client, session);

        Assert.Equal(["to nobody: SESSION_NOT_FOUND"], refused);
        Assert.Equal(1, back.Sent);
        Assert.Equal("to somebody", Assert.Single((await client.GetItemsAsync(session, Cancellation)).OfType<UserMessage>()).Text);
        Assert.Equal("SESSION_NOT_FOUND", (await Assert.ThrowsAsync<PryxException>(() => queue.SendAsync(Input(SessionId.New(), "to nobody"), Cancellation))).Code);
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void A_line_that_a_crash_has_cut_costs_no_other()
    {
        using var person = new Person();
        var path = Path.Combine(person.Home.Root, "queue.jsonl");
        using (var file = OfflineQueueFile.Open(path))
        {
            file.Add(Input(SessionId.New(), "kept") with { ExternalId = "a" });
            file.See(42);
        }
        File.AppendAllText(path, """{"send":{"session_id":"3f2a""");

        using var again = OfflineQueueFile.Open(path);

        Assert.Equal(("kept", 42), (Assert.Single(again.Waiting).Text, again.LastVersion));
        Assert.Throws<IOException>(() => OfflineQueueFile.Open(path));
    }

    private static StartTurn Input(SessionId session, string text) => new() { SessionId = session, Text = text, Surface = "test" };

    private static async Task EndAsync(PryxHttpClient client, SessionId session)
    {
        while (await client.FindOpenTurnAsync(session, Cancellation) is not null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancellation);
        }
    }
}
