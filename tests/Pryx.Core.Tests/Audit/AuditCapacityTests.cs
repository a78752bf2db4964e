using System.Diagnostics;
using Pryx.Core.Audit;
using Pryx.Core.Configuration;
using Pryx.Core.Tests.Storage;

namespace Pryx.Core.Tests.Audit;

/// <summary>How long the check of a long log takes: 5,000 entries here, PRYX_AUDIT_ROWS=1000000 (<c>make audit-rows</c>) for the million of the requirement.</summary>
public sealed class AuditCapacityTests(ITestOutputHelper output)
{
    private const int Group = 500;
    private static readonly int Count = int.TryParse(EnvironmentSettings.Read("PRYX_AUDIT_ROWS"), out var count) ? count : 5_000;
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_long_log_is_checked_in_one_pass_that_allocates_next_to_nothing()
    {
        await using var store = await TempStore.CreateAsync();
        await using (new AuditKeeper(store.Database))
        {
            var details = $$"""{"tool":"shell.exec","arguments":"{\"command\":\"dotnet build src --configuration Release\"}","rule":"folder grant","reason":"{{new string('r', 120)}}","summary":"Run dotnet build src"}""";
            var writing = Stopwatch.StartNew();
            for (var at = 0; at < Count; at += Group)
            {
                var from = at;
                await store.Database.WriteAsync(connection =>
                {
                    for (var i = from; i < Math.Min(from + Group, Count); i++)
                    {
                        AuditLog.Append(connection, new("tool.judged", "tool_call", $"6ba7b810-9dad-41d1-80b4-00c04fd430c8/call-{i}", "model:cli", details, "allow", i % 3 == 0 ? AuditLog.HashOf("x") : null), TimeProvider.System);
                    }
                }, Cancel);
            }
            output.WriteLine($"{Count} entries written in {writing.Elapsed.TotalSeconds:0.0} s");
        }
        var log = new AuditLog(store.Database);
        await log.CheckAsync(null, Cancel);
        var checking = Stopwatch.StartNew();
        var check = await log.CheckAsync(null, Cancel);
        var took = checking.Elapsed;
        var (anchor, seal) = (AuditAnchor.Read(store.Database.Path), AuditSeal.Read(store.Database.Path));
        var allocated = await store.Database.ReadAsync(connection =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            using var verifier = new AuditVerifier(connection, anchor, seal, null);
            verifier.Check(Cancel);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }, Cancel);
        output.WriteLine($"{check.Entries} entries checked in {took.TotalSeconds:0.00} s, {allocated / 1024:N0} KB allocated");

        Assert.Equal((true, Count, Count), (check.Ok, (int)check.Entries, (int)check.AnchoredSeq));
        Assert.InRange(took, TimeSpan.Zero, Budget);
        Assert.InRange(allocated, 0, 200_000);
    }
}
