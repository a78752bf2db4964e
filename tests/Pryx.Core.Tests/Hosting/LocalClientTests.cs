using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Protocol;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Hosting;

/// <summary>Core as a command hosts it, with a real store and a provider on a real socket.</summary>
public sealed class LocalClientTests : IDisposable
{
    private static readonly TimeSpan Thinking = TimeSpan.FromMilliseconds(400);
    private readonly TempHome _home = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_client_that_disappears_never_ends_a_turn()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Thinks(Says("done"))), Cancellation);
        await using var client = Connect(provider);
        var session = await NewSessionAsync(client);

        using (var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation))
        {
            var seen = client.SubscribeAsync(session, 0, canApprove: true, leaving.Token).GetAsyncEnumerator(leaving.Token);
            await client.StartTurnAsync(Input(session, "go"), leaving.Token);
            Assert.True(await seen.MoveNextAsync());
            var next = seen.MoveNextAsync().AsTask();
            await leaving.CancelAsync();
            await Record.ExceptionAsync(() => next);
            await seen.DisposeAsync();
        }

        Assert.Equal(EventNames.TurnCompleted, await EndAsync(client, session));
        Assert.Equal("done", (await client.GetItemsAsync(session, Cancellation)).OfType<Reply>().Single().Text);
    }

    [Fact]
    public async Task Input_during_a_turn_reaches_its_next_step()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Thinks(Says("first")), Says("both")), Cancellation);
        await using var client = Connect(provider);
        var session = await NewSessionAsync(client);

        var turn = await client.StartTurnAsync(Input(session, "one"), Cancellation);
        await provider.WaitForRequestsAsync(1, Cancellation);
        var second = await client.StartTurnAsync(Input(session, "two"), Cancellation);

        Assert.Equal(turn.Id, second.Id);
        Assert.Equal(EventNames.TurnCompleted, await EndAsync(client, session));
        var items = await client.GetItemsAsync(session, Cancellation);
        Assert.Equal(["one", "two"], items.OfType<UserMessage>().Select(message => message.Text));
        Assert.Equal("two", provider.ModelRequests[^1].LastUserText);
        Assert.Equal("both", items.OfType<Reply>().Last().Text);
        Assert.Empty(provider.Violations);
    }

    [Fact]
    public async Task Stop_ends_the_turn_and_the_next_one_can_begin()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Hangs(), Says("again")), Cancellation);
        await using var client = Connect(provider);
        var session = await NewSessionAsync(client);
        var turn = await client.StartTurnAsync(Input(session, "go"), Cancellation);
        await provider.WaitForRequestsAsync(1, Cancellation);

        Assert.True(await client.StopTurnAsync(turn.Id, Cancellation));
        Assert.Equal(EventNames.TurnCancelled, await EndAsync(client, session));

        await client.StartTurnAsync(Input(session, "again"), Cancellation);
        Assert.Equal(EventNames.TurnCompleted, await EndAsync(client, session));
    }

    [Fact]
    public async Task What_is_suspended_goes_on_in_the_next_core_with_one_end()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Hangs(), Says("after all")), Cancellation);
        SessionId session;
        await using (var first = Connect(provider))
        {
            session = await NewSessionAsync(first);
            await first.StartTurnAsync(Input(session, "go"), Cancellation);
            await provider.WaitForRequestsAsync(1, Cancellation);
        }

        await using var second = Connect(provider);
        var open = await second.FindOpenTurnAsync(session, Cancellation);
        Assert.NotNull(open);
        await second.ResumeTurnAsync(Input(session, null), open.Id, Cancellation);

        Assert.Equal(EventNames.TurnCompleted, await EndAsync(second, session));
        Assert.Single((await second.GetItemsAsync(session, Cancellation)).OfType<UserMessage>());
    }

    private LocalClient Connect(FakeProvider provider) => new(new PryxCore(new CoreOptions
    {
        Paths = new PryxPaths(_home.Home, _home.Data),
        Settings = new Settings(name => name switch { "OPENAI_BASE_URL" => provider.OpenAiUrl.ToString(), "OPENAI_API_KEY" => "sk-test", _ => null }),
    }));

    private async Task<SessionId> NewSessionAsync(LocalClient client) =>
        (await client.CreateSessionAsync(new CreateSession { Workspace = _home.Workspace, Model = "openai/gpt-4o" }, Cancellation)).Id;

    private static StartTurn Input(SessionId session, string? text) => new() { SessionId = session, Text = text, Surface = "test" };

    private static ScriptedReply Thinks(ScriptedReply reply) => reply with { Trouble = new() { BeforeFirstChunk = Thinking } };

    /// <summary>The last terminal event, once no turn is open.</summary>
    private static async Task<string> EndAsync(LocalClient client, SessionId session)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        enough.CancelAfter(TimeSpan.FromSeconds(20));
        var ended = "";
        await foreach (var e in client.SubscribeAsync(session, 0, canApprove: false, enough.Token))
        {
            ended = EventNames.IsTerminal(e.Event) ? e.Event : ended;
            if (ended.Length > 0 && await client.FindOpenTurnAsync(session, enough.Token) is null)
            {
                return ended;
            }
        }
        return ended;
    }
}
