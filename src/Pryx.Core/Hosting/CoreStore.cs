using Pryx.Core.Approvals;
using Pryx.Core.Archive;
using Pryx.Core.Audit;
using Pryx.Core.Costs;
using Pryx.Core.Events;
using Pryx.Core.Policies;
using Pryx.Core.Sessions;
using Pryx.Core.Storage;
using Pryx.Core.Tracing;
using Pryx.Core.Turns;
using Pryx.Core.Workspaces;

namespace Pryx.Core.Hosting;

/// <summary>Everything that stands on the open database.</summary>
public sealed class CoreStore : IAsyncDisposable
{
    private readonly Lazy<OwnerLock> _owner;
    private readonly AuditKeeper _audit;

    private CoreStore(Database database)
    {
        Database = database;
        _audit = new AuditKeeper(database);
        Events = new EventLog(database);
        History = new SessionHistory(database);
        Sessions = new SessionStore(database, Events, History);
        Workspaces = new WorkspaceStore(database);
        Trust = new WorkspaceTrust(Workspaces);
        Grants = new GrantStore(database, Events);
        Usage = new UsageStore(database);
        Spans = new SpanStore(database);
        Approvals = new ApprovalStore(database, Events);
        Desk = new ApprovalDesk(Approvals, Events);
        _owner = new(() => OwnerLock.Take(Path.GetDirectoryName(database.Path)!));
    }

    public Database Database { get; }
    public EventLog Events { get; }
    public SessionHistory History { get; }
    public SessionStore Sessions { get; }
    public SessionPages SessionPages => field ??= new(Database);
    /// <summary>Of old sessions.</summary>
    public SessionArchive Archive => field ??= new(Database, Events, History, Path.Combine(Path.GetDirectoryName(Database.Path)!, "archive")) { OnLeaving = id => Sessions.OnLeaving(id) };
    public WorkspaceStore Workspaces { get; }
    public WorkspaceTrust Trust { get; }
    public GrantStore Grants { get; }
    public PinStore Pins => field ??= new(Database, Events);
    public UsageStore Usage { get; }
    public SpanStore Spans { get; }
    public ApprovalStore Approvals { get; }
    public ApprovalDesk Desk { get; }

    /// <summary>This process as an owner of turns; taken only by those who run some.</summary>
    public OwnerLock Owner => _owner.Value;
    public TurnStore Turns => field ??= new TurnStore(Database, Events, Owner);

    public static async Task<CoreStore> OpenAsync(CoreOptions options, CancellationToken cancellationToken)
    {
        options.Paths.Create();
        var path = options.Settings.FromEnvironment("PRYX_DB_PATH") ?? options.Paths.Database;
        var database = await Database.OpenAsync(path, options.Time, cancellationToken);
        if (database.Notice is { } notice)
        {
            options.OnWarning(notice);
        }
        return new CoreStore(database);
    }

    public async ValueTask DisposeAsync()
    {
        await _audit.DisposeAsync();
        await Database.DisposeAsync();
        if (_owner.IsValueCreated)
        {
            _owner.Value.Dispose();
        }
    }
}
