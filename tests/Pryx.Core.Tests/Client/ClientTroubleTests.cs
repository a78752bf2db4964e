using System.Net;
using System.Text;
using Pryx.Core.Tests.Web;
using Pryx.Protocol;
using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Client;

/// <summary>The typed client when Core goes away, says no, or is not Core at all.</summary>
public sealed class ClientTroubleTests
{
    private const string Empty = """{"events":[],"version":7}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_refused_token_is_read_again_once()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var looks = 0;
        await using var late = Connect(() => new CoreAddress(core.Url, ++looks == 1 ? "stale" : core.Token));
        await using var never = Connect(() => new CoreAddress(core.Url, $"stale-{++looks}"));

        Assert.Empty(await late.ListSessionsAsync(10, Cancellation));
        Assert.Equal(2, looks);
        var refused = await Assert.ThrowsAsync<PryxException>(() => never.ListSessionsAsync(10, Cancellation));

        Assert.Equal("UNAUTHORIZED", refused.Code);
        Assert.NotNull(refused.Next);
        Assert.Equal(4, looks);
    }

    [Fact]
    public async Task A_subscription_lives_on_over_a_restart_at_another_port_without_loss_or_repetition()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(Says("One."), Hangs(), Says("Two.")), Cancellation);
        using var home = new TempHome();
        var core = await TestCore.StartAsync(provider, Cancellation, home);
        var reachable = new List<bool>();
        await using var client = Connect(() => Volatile.Read(ref core) is { } there ? new CoreAddress(there.Url, there.Token) : null, reachable.Add);
        var session = (await client.CreateSessionAsync(new CreateSession { Workspace = home.Workspace, Model = "openai/gpt-4o" }, Cancellation)).Id;
        var seen = new List<PryxEvent>();
        var following = FollowAsync();

        await client.StartTurnAsync(Input(session, "one"), Cancellation);
        await provider.WaitForRequestsAsync(1, Cancellation);
        while (await client.FindOpenTurnAsync(session, Cancellation) is not null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancellation);
        }
        await client.StartTurnAsync(Input(session, "two"), Cancellation);
        await provider.WaitForRequestsAsync(2, Cancellation);
        await core.DisposeAsync();
        core = await TestCore.StartAsync(provider, Cancellation, home);
        await following;

        var log = (await client.GetEventsAsync(session, 0, 1000, Cancellation)).Events;
        Assert.Equal(log.Select(e => e.Version), seen.Where(e => !e.IsProgress).Select(e => e.Version));
        Assert.Equal(["one", "two"], (await client.GetItemsAsync(session, Cancellation)).OfType<UserMessage>().Select(message => message.Text));
        await core.DisposeAsync();

        async Task FollowAsync()
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            limit.CancelAfter(TimeSpan.FromSeconds(60));
            await foreach (var e in client.SubscribeAsync(session, 0, canApprove: false, limit.Token))
            {
                seen.Add(e);
                if (seen.Count(each => each.Event == EventNames.TurnCompleted) == 2)
                {
                    return;
                }
            }
        }
    }

    [Fact]
    public async Task A_lost_connection_is_tried_again_five_times_and_then_given_up()
    {
        var time = new FakeTime();
        var looks = 0;
        var reachable = new List<bool>();
        await using var client = Connect(() => { looks++; return null; }, reachable.Add, time);

        var asking = client.ListSessionsAsync(10, Cancellation);
        foreach (var seconds in new[] { 1, 2, 4, 8 })
        {
            Assert.Equal(time.GetUtcNow().AddSeconds(seconds), await NextTimerAsync(time));
            time.Advance(TimeSpan.FromSeconds(seconds));
        }
        var gone = await Assert.ThrowsAsync<PryxException>(() => asking);

        Assert.Equal(("CORE_GONE", 6), (gone.Code, looks));
        Assert.Equal([false], reachable);
    }

    [Fact]
    public async Task Too_many_requests_and_trouble_in_Core_are_waited_for()
    {
        var answers = new Queue<string>([Answer(429, """{"error":{"code":"RATE_LIMITED","message":"Slowly."}}""", "Retry-After: 3\r\n"), Answer(503, "{}"), Answer(500, "{}"), Answer(200, Empty)]);
        await using var server = Server(answers);
        var time = new FakeTime();
        await using var client = Connect(() => Address(server), time: time);

        var asking = client.GetVersionAsync(Cancellation);
        foreach (var seconds in new[] { 3, 1, 2 })
        {
            Assert.Equal(time.GetUtcNow().AddSeconds(seconds), await NextTimerAsync(time));
            time.Advance(TimeSpan.FromSeconds(seconds));
        }

        Assert.Equal(7, await asking);
    }

    [Fact]
    public async Task What_may_have_been_done_is_not_done_again_and_a_message_has_one_id_however_often_it_is_sent()
    {
        await using var server = new LoopbackServer(static (_, _, _) => Task.CompletedTask); // Reads the request and hangs up.
        await using var client = Connect(() => Address(server), retries: 2, time: null);

        var unsure = await Assert.ThrowsAsync<PryxException>(() => client.CreateSessionAsync(new CreateSession(), Cancellation));
        var asked = server.Heads.Count;
        await Assert.ThrowsAsync<PryxException>(() => client.StartTurnAsync(Input(SessionId.New(), "hello"), Cancellation));

        Assert.Contains("may or may not have been done", unsure.Message, StringComparison.Ordinal);
        Assert.Equal(1, asked);
        var sent = server.Heads[1..];
        Assert.Equal(3, sent.Count);
        Assert.Single(sent.Select(head => head[head.IndexOf("\"external_id\"", StringComparison.Ordinal)..]).Distinct());
    }

    [Theory]
    [InlineData(404, "<html>not here</html>", "HTTP_404")]
    [InlineData(403, """{"error":{"code":"SCOPE_MISSING","message":"This token may not do that."}}""", "SCOPE_MISSING")]
    [InlineData(400, "{}", "HTTP_400")]
    [InlineData(400, "", "HTTP_400")]
    public async Task What_Core_refuses_and_what_is_not_Core_has_a_code(int status, string body, string code)
    {
        await using var server = Server(new Queue<string>([Answer(status, body)]));
        await using var client = Connect(() => Address(server));

        Assert.Equal(code, (await Assert.ThrowsAsync<PryxException>(() => client.GetVersionAsync(Cancellation))).Code);
    }

    [Fact]
    public async Task A_stream_that_is_cut_in_the_middle_of_an_event_is_opened_again_at_the_last_whole_one()
    {
        const string First = "id: 5\nevent: turn.started\ndata: {\"type\":\"event\",\"event\":\"turn.started\",\"version\":5}\n\n";
        const string Second = "id: 6\r\nevent: turn.completed\r\ndata:{\"type\":\"event\",\r\ndata: \"event\":\"turn.completed\",\"version\":6}\r\n\r\n";
        var answers = new Queue<string>([Stream(": hello\n\n" + First + Second[..50]), Stream(First + Second)]);
        await using var server = Server(answers);
        await using var client = Connect(() => Address(server));

        var seen = new List<long>();
        await foreach (var e in client.SubscribeAsync(SessionId.New(), 4, canApprove: true, Cancellation))
        {
            seen.Add(e.Version);
            if (e.Event == EventNames.TurnCompleted)
            {
                break;
            }
        }

        Assert.Equal([5, 6], seen);
        Assert.Contains("Last-Event-ID: 4", server.Heads[0], StringComparison.Ordinal);
        Assert.Contains("can_approve=1", server.Heads[0], StringComparison.Ordinal);
        Assert.Contains("Last-Event-ID: 5", server.Heads[1], StringComparison.Ordinal);
    }

    private static PryxHttpClient Connect(Func<CoreAddress?> find, Action<bool>? onReachable = null, TimeProvider? time = null, int retries = 5) =>
        new(new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false }), new PryxHttpOptions
        {
            FindCoreAsync = _ => Task.FromResult(find()),
            OnReachable = onReachable ?? (static _ => { }),
            Time = time ?? TimeProvider.System,
            NetworkRetries = retries,
            Surface = "test",
        });

    private static CoreAddress Address(LoopbackServer server) => new(new Uri($"http://127.0.0.1:{server.Port}"), "token");

    private static LoopbackServer Server(Queue<string> answers) => new(async (_, stream, cancellationToken) => await stream.WriteAsync(Encoding.UTF8.GetBytes(answers.Dequeue()), cancellationToken));

    private static string Answer(int status, string body, string headers = "") =>
        $"HTTP/1.1 {status} {(HttpStatusCode)status}\r\nContent-Type: application/json\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}";

    private static string Stream(string text) => $"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n{text}";

    private static StartTurn Input(SessionId session, string text) => new() { SessionId = session, Text = text, Surface = "test" };

    private static async Task<DateTimeOffset> NextTimerAsync(FakeTime time)
    {
        while (time.NextTimer is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, Cancellation);
        }
        return time.NextTimer!.Value;
    }
}
