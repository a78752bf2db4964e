using Pryx.Core.Storage;

namespace Pryx.Core.Audit;

/// <summary>
/// Moves the anchor behind the log: a second after something was added, and when the store is closed. Nothing waits for it. Where
/// the log is not the one that the anchor knows, the anchor stays, and the check says why.
/// </summary>
public sealed class AuditKeeper : IAsyncDisposable
{
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(1);
    private readonly Database _database;
    private readonly CancellationTokenSource _leaving = new();
    private readonly Lock _gate = new();
    private Task _keeping = Task.CompletedTask;
    private bool _isBehind;
    private bool _isLeft;

    public AuditKeeper(Database database)
    {
        _database = database;
        database.OnGrown = Hear;
    }

    public async ValueTask DisposeAsync()
    {
        Task keeping;
        lock (_gate)
        {
            _isLeft = true;
            keeping = _keeping;
        }
        await _leaving.CancelAsync();
        await keeping;
        if (_isBehind)
        {
            await MoveAsync();
        }
        _leaving.Dispose();
    }

    // On the writer's thread, once for each entry.
    private void Hear(string table)
    {
        lock (_gate)
        {
            if (!_isBehind && table == AuditLog.Table)
            {
                _isBehind = true;
                _keeping = _isLeft ? _keeping : Task.Run(KeepAsync, CancellationToken.None);
            }
        }
    }

    private async Task KeepAsync()
    {
        try
        {
            await Task.Delay(Lag, _database.Time, _leaving.Token);
        }
        catch (OperationCanceledException)
        {
            return; // Leaving: the anchor is moved once more then.
        }
        lock (_gate)
        {
            _isBehind = false;
        }
        await MoveAsync();
    }

    private async Task MoveAsync()
    {
        try
        {
            if (AuditAnchor.Read(_database.Path) is not { } anchor || AuditSeal.Read(_database.Path) is not { } seal || !anchor.IsSealedBy(seal))
            {
                return;
            }
            var (seq, hash, rowSeal, known) = await _database.ReadAsync(connection =>
            {
                var last = connection.First("SELECT seq, hash, seal FROM audit_log ORDER BY seq DESC LIMIT 1", static row => (row.GetInt64(0), row.GetString(1), row.TextOrNull(2)));
                return (last.Item1, last.Item2, last.Item3, anchor.Seq == 0 ? anchor.Hash : connection.Text("SELECT hash FROM audit_log WHERE seq = $seq", ("$seq", anchor.Seq)));
            }, CancellationToken.None);
            if (seq > anchor.Seq && known == anchor.Hash && rowSeal is not null && seal.Of(Convert.FromHexString(hash)) == rowSeal)
            {
                (anchor with { Seq = seq, Hash = hash, At = Sql.FormatTime(_database.Time.GetUtcNow()) }).Write(_database.Path, seal);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or ObjectDisposedException or InvalidOperationException or Protocol.Errors.PryxException or Microsoft.Data.Sqlite.SqliteException)
        {
            // It lags until the next time: a lagging anchor is nothing wrong, and the trouble with disk or store is told to whoever writes there.
        }
    }
}
