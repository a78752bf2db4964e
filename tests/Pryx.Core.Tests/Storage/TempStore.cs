using Pryx.Core.Approvals;
using Pryx.Core.Costs;
using Pryx.Core.Events;
using Pryx.Core.Sessions;
using Pryx.Core.Storage;
using Pryx.Core.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Tests.Storage;

/// <summary>A real store in a folder of its own. A second one on the same folder is another process as far as the store can tell.</summary>
internal sealed class TempStore : IAsyncDisposable
{
    private readonly bool _ownsFolder;

    private TempStore(string folder, Database database, bool ownsFolder)
    {
        Folder = folder;
        Database = database;
        _ownsFolder = ownsFolder;
        Owner = OwnerLock.Take(folder);
        Events = new(database);
        History = new(database);
        Sessions = new(database, Events, History);
        Turns = new(database, Events, Owner);
        Queue = new(database, Events, Owner);
        Approvals = new(database, Events);
        Desk = new(Approvals, Events);
        Usage = new(database);
    }

    public string Folder { get; }
    public Database Database { get; }
    public OwnerLock Owner { get; }
    public EventLog Events { get; }
    public SessionHistory History { get; }
    public SessionStore Sessions { get; }
    public TurnStore Turns { get; }
    public QueueStore Queue { get; }
    public ApprovalStore Approvals { get; }
    public ApprovalDesk Desk { get; }
    public UsageStore Usage { get; }

    public static async Task<TempStore> CreateAsync(TimeProvider? time = null)
    {
        var folder = NewFolder();
        return new(folder, await Database.OpenAsync(Path.Combine(folder, "pryx.db"), time ?? TimeProvider.System, TestContext.Current.CancellationToken), ownsFolder: true);
    }

    public static async Task<TempStore> OpenAsync(string folder) =>
        new(folder, await Database.OpenAsync(Path.Combine(folder, "pryx.db"), TimeProvider.System, TestContext.Current.CancellationToken), ownsFolder: false);

    public static string NewFolder() => Directory.CreateTempSubdirectory("pryx-store-").FullName;

    public async Task<SessionId> NewSessionAsync() => (await Sessions.CreateAsync(new CreateSession(), TestContext.Current.CancellationToken)).Id;

    public async Task<StoredTurnJournal> NewTurnAsync(SessionId session, string text = "Hello")
    {
        var begun = await Turns.BeginAsync(Say(session, text), "demo/tour", TestContext.Current.CancellationToken);
        Assert.Equal(BeginOutcome.Started, begun.Outcome);
        return Journal(begun.Turn);
    }

    public StoredTurnJournal Journal(Turn turn) => new(Database, Events, History, Owner, turn);

    public static StartTurn Say(SessionId session, string text) => new() { SessionId = session, Text = text, Surface = "cli" };

    public static async Task WaitUntilAsync(Func<Task<bool>> isSo)
    {
        while (!await isSo())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Owner.Dispose();
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
