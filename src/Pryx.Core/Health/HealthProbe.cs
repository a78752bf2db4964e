using Pryx.Core.Secrets;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Health;

/// <param name="Reasons">What is wrong, for a person; empty when nothing is.</param>
public sealed record HealthState(string Database, string Keychain, IReadOnlyDictionary<string, string> Integrations, IReadOnlyList<string> Reasons)
{
    public bool IsHealthy => Reasons.Count == 0;

    /// <summary>False: nothing can be taken on, because nothing can be stored.</summary>
    public bool IsWritable => Database == "ok";
}

/// <summary>Tries what everything else needs, at most every three seconds, however many ask.</summary>
public sealed class HealthProbe(Database database, VaultOptions vault, TimeProvider time)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private (long At, Task<HealthState> State)? _last;

    public Task<HealthState> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_last is not { } last || (last.State.IsCompleted && time.GetElapsedTime(last.At) > Freshness))
            {
                // For all who ask meanwhile: nobody's leaving ends it.
                _last = last = (time.GetTimestamp(), ProbeAsync(CancellationToken.None));
            }
            return last.State.WaitAsync(cancellationToken);
        }
    }

    private async Task<HealthState> ProbeAsync(CancellationToken cancellationToken)
    {
        var reasons = new List<string>();
        var (store, integrations) = ("ok", new Dictionary<string, string>());
        try
        {
            // A row that changes: only a write shows that the disk takes one.
            var now = time.GetUtcNow();
            await database.WriteAsync(
                connection => connection.Execute("INSERT OR REPLACE INTO telemetry_state (name, value) VALUES ('health_probe', $at)", ("$at", Sql.FormatTime(now))), cancellationToken)
                .WaitAsync(Patience, time, cancellationToken);
            foreach (var (name, status) in await database.ReadAsync(
                static connection => connection.Query("SELECT name, status FROM integrations", static row => (row.GetString(0), row.GetString(1))), cancellationToken))
            {
                integrations[name] = status;
            }
        }
        catch (PryxException e)
        {
            store = e.Code switch { "STORAGE_FULL" => "full", "STORAGE_READ_ONLY" => "read-only", _ => "error" };
            reasons.Add($"{e.Message} {e.Next}");
        }
        catch (TimeoutException)
        {
            store = "slow";
            reasons.Add($"The database did not take a write within {Patience.TotalSeconds:0} seconds.");
        }
        var keychain = Keychain();
        if (keychain != "ok")
        {
            reasons.Add($"The keychain is {keychain}: its key file is missing and no passphrase is set.");
        }
        return new(store, keychain, integrations, reasons);
    }

    // Whether it could be opened, without opening it.
    private string Keychain() => !File.Exists(vault.Path) || vault.Passphrase is not null || File.Exists(vault.KeyPath) ? "ok" : "locked";
}
