using Pryx.Core.Approvals;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Core.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;
using Pryx.Testing;

namespace Pryx.Core.Tests.Turns;

/// <summary>A Core without HTTP in a home of its own, and the provider it reaches on a real socket.</summary>
internal sealed class TempCore : IAsyncDisposable
{
    private readonly bool _ownsHome;
    private bool _isGone;
    private readonly Dictionary<string, string?> _variables;

    private TempCore(FakeProvider provider, TempHome home, bool ownsHome, TimeProvider? time, bool isDaemon)
    {
        (Provider, Home, _ownsHome) = (provider, home, ownsHome);
        _variables = new() { ["OPENAI_BASE_URL"] = provider.OpenAiUrl.ToString(), ["OPENAI_API_KEY"] = "sk-test" };
        Core = new PryxCore(new CoreOptions
        {
            Paths = new PryxPaths(home.Home, home.Data), Settings = new Settings(name => _variables.GetValueOrDefault(name)), Executable = [Sandbox.SandboxBench.Executable], Time = time ?? TimeProvider.System, IsDaemon = isDaemon,
        });
    }

    public FakeProvider Provider { get; }
    public TempHome Home { get; }
    public PryxCore Core { get; }
    public SessionTurns Turns { get; private set; } = null!;
    public CoreStore Store { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="home">Another core's, to start again on the same data; null for a new one.</param>
    public static async Task<TempCore> StartAsync(FakeProvider provider, TempHome? home = null, TimeProvider? time = null, bool isDaemon = true)
    {
        var core = new TempCore(provider, home ?? new TempHome(), home is null, time, isDaemon);
        core.Store = await core.Core.StoreAsync(Cancel);
        core.Turns = await core.Core.TurnsAsync(Cancel);
        return core;
    }

    /// <summary>What a person has set meanwhile; null takes it away.</summary>
    public void Set(string variable, string? value) => _variables[variable] = value;

    public async Task<SessionId> NewSessionAsync(string? workspace = null) =>
        (await Store.Sessions.CreateAsync(new() { Workspace = workspace ?? Home.Workspace, Model = "openai/gpt-4o" }, Cancel)).Id;

    public static StartTurn Say(SessionId session, string? text, Delivery delivery = Delivery.Steer) => new() { SessionId = session, Text = text, Surface = "test", Delivery = delivery };

    public Task<Turn> StartAsync(SessionId session, string text, Delivery delivery = Delivery.Steer) => Turns.StartAsync(Say(session, text, delivery), Cancel);

    /// <summary>All committed events from the session's first on, until so many turns have ended.</summary>
    public async Task<IReadOnlyList<PryxEvent>> UntilEndedAsync(SessionId session, int turns = 1) => await UntilAsync(session, events => events.Count(e => EventNames.IsTerminal(e.Event)) >= turns);

    /// <summary>Somebody who may answer, until it is disposed.</summary>
    public IDisposable Approver()
    {
        var leave = new CancellationTokenSource();
        _ = Store.Events.SubscribeAsync(null, 0, canApprove: true, leave.Token);
        return new Leaving(leave);
    }

    public async Task<Approval> QuestionAsync(SessionId session)
    {
        await UntilAsync(session, events => events.Any(e => e.Event == EventNames.ApprovalNeeded));
        return (await new ApprovalStore(Store.Database, Store.Events).ListPendingAsync(session, Cancel)).Single();
    }

    public async Task<IReadOnlyList<PryxEvent>> UntilAsync(SessionId session, Func<IReadOnlyList<PryxEvent>, bool> isEnough)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        var seen = new List<PryxEvent>();
        await foreach (var e in Store.Events.SubscribeAsync(session, 0, canApprove: false, TimeSpan.FromMilliseconds(50), limit.Token))
        {
            if (!e.IsProgress)
            {
                seen.Add(e);
                if (isEnough(seen))
                {
                    break;
                }
            }
        }
        return seen;
    }

    public async Task<IReadOnlyList<string>> MessagesAsync(SessionId session) => [.. (await ItemsAsync(session)).OfType<UserMessage>().Select(message => message.Text)];

    public Task<IReadOnlyList<Item>> ItemsAsync(SessionId session) => Store.Sessions.ReadItemsAsync(session, Cancel);

    private sealed class Leaving(CancellationTokenSource source) : IDisposable
    {
        public void Dispose() => source.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        if (_isGone)
        {
            return;
        }
        _isGone = true;
        await Core.DisposeAsync();
        if (_ownsHome)
        {
            Home.Dispose();
        }
    }
}
