using Pryx.Core.Audit;
using Pryx.Core.Configuration;
using Pryx.Core.Storage;
using Pryx.Core.Tests.Storage;
using Pryx.Testing;

namespace Pryx.Core.Tests.Audit;

/// <summary>kill -9 at any moment between an entry and its anchor is no tampering; PRYX_KILLS for more of it.</summary>
public sealed class AuditCrashTests : IDisposable
{
    private static readonly int Kills = int.TryParse(EnvironmentSettings.Read("PRYX_KILLS"), out var count) ? count : 5;
    private readonly string _folder = TempStore.NewFolder();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string File => Path.Combine(_folder, "pryx.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    [Requirement("SEC5", "tamper-evident")]
    public async Task A_killed_writer_leaves_a_log_that_is_whole_and_an_anchor_that_never_leads()
    {
        var random = new Random(20261121);
        var (lagged, anchored) = (0, 0L);
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var child = await RunProcess.StartAsync(
                Environment.ProcessPath!, ["-method", $"{typeof(AuditCrashTests).FullName}.{nameof(Child_that_appends_until_it_is_killed)}", "-explicit", "only"],
                new() { Environment = new Dictionary<string, string?> { ["TMPDIR"] = _folder } }, Cancel);
            var before = AuditAnchor.Read(File)?.Seq ?? -1;
            while ((AuditAnchor.Read(File)?.Seq ?? -1) <= before)
            {
                Assert.False(child.HasExited, child.Stdout + child.Stderr);
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancel);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(60)), TimeProvider.System, Cancel);
            child.KillHard();
            await child.WaitAsync(Cancel);

            await using var database = await Database.OpenAsync(File, TimeProvider.System, Cancel);
            var check = await new AuditLog(database).CheckAsync(null, Cancel);
            Assert.True(check.Ok, check.FirstBroken?.Trouble);
            Assert.True(check.AnchoredSeq <= check.HeadSeq);
            Assert.True(check.AnchoredSeq >= anchored);
            anchored = check.AnchoredSeq;
            lagged += check.HeadSeq > check.AnchoredSeq ? 1 : 0;
        }
        Assert.True(lagged > 0, "no kill came between an entry and its anchor: this test shows nothing");
        // And the next Pryx goes on with it.
        await using var again = await Database.OpenAsync(File, TimeProvider.System, Cancel);
        await using (new AuditKeeper(again))
        {
            await new AuditLog(again).AppendAsync(new("a", "b", "c", "d", "{}", "ok"), Cancel);
        }
        var last = await new AuditLog(again).CheckAsync(null, Cancel);
        Assert.Equal((true, last.HeadSeq), (last.Ok, last.AnchoredSeq));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_crash_while_the_first_key_is_made_is_begun_anew(bool hasAnchor)
    {
        await using (var database = await Database.OpenAsync(File, TimeProvider.System, Cancel))
        {
            if (hasAnchor)
            {
                // The anchor is written before its key: this is what is left when the process dies between the two.
                AuditSeal.Make(File, seal => new AuditAnchor(0, AuditRow.Beginning, 1, 1, "").Write(File, seal));
                System.IO.File.Delete(AuditSeal.KeyPath(File));
            }
            Assert.True((await new AuditLog(database).CheckAsync(null, Cancel)).Ok);
            await new AuditLog(database).AppendAsync(new("a", "b", "c", "d", "{}", "ok"), Cancel);
            Assert.True((await new AuditLog(database).CheckAsync(null, Cancel)).Ok);
        }
    }

    [Fact(Explicit = true)]
    public async Task Child_that_appends_until_it_is_killed()
    {
        await using var database = await Database.OpenAsync(Path.Combine(Path.GetTempPath(), "pryx.db"), TimeProvider.System, Cancel);
        await using var keeper = new AuditKeeper(database);
        var log = new AuditLog(database);
        while (true)
        {
            await log.AppendAsync(new("tool.judged", "tool_call", "t/c", "model", """{"a":1}""", "allow"), Cancel);
        }
    }
}
