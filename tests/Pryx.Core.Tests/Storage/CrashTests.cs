using Pryx.Agent.Policy;
using Pryx.Agent.Turns;
using Pryx.Core.Audit;
using Pryx.Core.Configuration;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Items;
using Pryx.Testing;

namespace Pryx.Core.Tests.Storage;

/// <summary>Real processes and real disks in trouble. A child is this very executable, running one of the explicit tests below; its folder for temporary files is that of the store.</summary>
public sealed class CrashTests : IDisposable
{
    private const int WritersOfChild = 4;

    /// <summary>PRYX_KILLS=100 for the whole measurement: <c>make kills</c>.</summary>
    private static readonly int Kills = int.TryParse(EnvironmentSettings.Read("PRYX_KILLS"), out var kills) ? kills : 4;

    private readonly string _folder = TempStore.NewFolder();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    [Requirement("T6.5", "session persists")]
    [Requirement("T6.5", "messages persist")]
    public async Task Killing_the_writer_at_any_moment_loses_nothing_it_had_acknowledged()
    {
        var random = new Random(20260101);
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var child = await StartChildAsync(nameof(Child_that_writes_until_it_is_killed), []);
            var acknowledged = await WaitForLinesAsync(Path.Combine(_folder, "acknowledged"), child);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(120)), TimeProvider.System, Cancel);
            child.KillHard();
            await child.WaitAsync(Cancel);
            Assert.True(acknowledged > 0);
        }

        await using var store = await TempStore.OpenAsync(_folder);
        Assert.Null(store.Database.Notice);
        Assert.Empty(await store.Database.CheckAsync(Cancel));
        Assert.Null(await new AuditLog(store.Database).VerifyAsync(Cancel));
        var texts = (await store.Database.ReadAsync(static c => c.Query("SELECT text FROM items", static r => r.GetString(0)), Cancel)).ToHashSet();
        var lines = await File.ReadAllLinesAsync(Path.Combine(_folder, "acknowledged"), Cancel);
        Assert.True(lines.Length > Kills);
        Assert.DoesNotContain(lines, line => line != "" && !texts.Contains(line));

        // Whole steps or none: a reply without its cost, or a result without its end, would be half of one.
        Assert.Equal(0, await store.Database.ReadAsync(static c => c.Number("SELECT COUNT(*) FROM items i WHERE type = 'reply' AND NOT EXISTS (SELECT 1 FROM usage u WHERE u.turn_id = i.turn_id AND u.step = i.step)"), Cancel));
        Assert.Equal(0, await store.Database.ReadAsync(static c => c.Number("SELECT COUNT(*) FROM items i WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.item_id = i.id)"), Cancel));
        Assert.Equal(0, await store.Database.ReadAsync(static c => c.Number("SELECT COUNT(*) FROM turns t WHERE status <> 'running' AND (SELECT COUNT(*) FROM events e WHERE e.turn_id = t.id AND e.event = 'turn.completed') <> 1"), Cancel));

        // Every turn the killed ones left open is an orphan, to be claimed once.
        var orphans = await store.Turns.FindOrphansAsync(_ => false, Cancel);
        Assert.NotEmpty(orphans);
        foreach (var orphan in orphans)
        {
            Assert.True(await store.Turns.ClaimAsync(orphan.Id, Cancel));
        }
        Assert.Empty(await store.Turns.FindOrphansAsync(_ => true, Cancel));
        store.Owner.CleanUp();
        Assert.Equal([$"{store.Owner.Name}.lock"], Directory.GetFiles(Path.Combine(_folder, "run")).Select(Path.GetFileName));
    }

    [Fact(Explicit = true)]
    public async Task Child_that_writes_until_it_is_killed()
    {
        await using var store = await TempStore.OpenAsync(Path.GetTempPath());
        await using var acknowledged = new FileStream(Path.Combine(Path.GetTempPath(), "acknowledged"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var gate = new Lock();
        void Acknowledge(string text)
        {
            lock (gate)
            {
                acknowledged.Write(System.Text.Encoding.UTF8.GetBytes(text + "\n"));
            }
        }
        await Task.WhenAll(Enumerable.Range(0, WritersOfChild).Select(_ => Task.Run(async () =>
        {
            var session = await store.NewSessionAsync();
            while (true)
            {
                var name = Guid.NewGuid().ToString();
                var journal = await store.NewTurnAsync(session, $"{name}-input");
                Acknowledge($"{name}-input");
                var call = new ToolCall("c", "n", "t", $"{name}-call") { Step = 1 };
                await journal.CommitStepAsync(new(1, [new Reply($"{name}-reply"), call], new("a", "b"), new(1, 1), 0.001m, TimeSpan.Zero, null, null), Cancel);
                Acknowledge($"{name}-reply");
                Acknowledge($"{name}-call");
                await journal.CommitJudgementAsync(call, null, "s", new(Decision.Allow, "r", "r"), Cancel);
                await journal.CommitStartAsync(call, "s", Cancel);
                await journal.CommitResultAsync(call, new ToolResult("c", ToolStatus.Completed, $"{name}-result"), Cancel);
                Acknowledge($"{name}-result");
                await journal.CommitEndAsync(new(TurnEnd.Completed, 1, default, null), Cancel);
            }
        }, Cancel)));
    }

    [Fact]
    public async Task Two_processes_share_the_store_and_no_turn_runs_in_both()
    {
        await using var child = await StartChildAsync(nameof(Child_that_writes_until_it_is_killed), []);
        await WaitForLinesAsync(Path.Combine(_folder, "acknowledged"), child);
        await using var store = await TempStore.OpenAsync(_folder);
        var theirs = await store.Database.ReadAsync(static c => c.Text("SELECT session_id FROM turns ORDER BY rowid DESC LIMIT 1"), Cancel);
        Assert.True(Protocol.SessionId.TryParse(theirs, out var session));
        for (var i = 0; i < 20; i++)
        {
            // Theirs lives, so it is never an orphan; in the gap between two of its turns ours may begin, which is then not theirs.
            var begun = await store.Turns.BeginAsync(TempStore.Say(session, "from here"), "demo/tour", Cancel);
            Assert.NotEqual(Pryx.Core.Turns.BeginOutcome.Orphaned, begun.Outcome);
            if (begun.Outcome == Pryx.Core.Turns.BeginOutcome.Started)
            {
                break;
            }
        }
        child.KillHard();
        await child.WaitAsync(Cancel);
        Assert.Equal("ok", await store.Database.ReadAsync(static c => c.Text("PRAGMA integrity_check"), Cancel));
    }

    [Fact]
    [Requirement("INST-M", "disk full")]
    public async Task A_full_disk_is_a_clear_error_and_nothing_is_damaged()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A small disk is a tmpfs.");
        var disk = Directory.CreateDirectory(Path.Combine(_folder, "disk")).FullName;
        var mounted = await RunProcess.RunAsync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", disk], new(), Cancel);
        Assert.SkipUnless(mounted.ExitCode == 0, $"Mounting is not allowed here: {mounted.Stderr.Trim()}");
        try
        {
            await FillAsync(disk);
        }
        finally
        {
            await RunProcess.RunAsync("umount", ["-l", disk], new(), CancellationToken.None);
        }
    }

    [Fact]
    [Requirement("INST-M", "no permission")]
    public async Task A_folder_that_may_not_be_written_is_a_clear_error()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            Assert.Skip("Needs root, to become somebody else.");
            return;
        }
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "store")).FullName;
        await (await TempStore.OpenAsync(folder)).DisposeAsync();
        // The child may use its folder for temporary files, but only look into that of the store.
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_111_111);
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(Path.Combine(folder, "pryx.db"), (UnixFileMode)0b110_100_100);
        await using var child = await StartChildAsync(nameof(Child_that_may_not_write), ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]);
        var result = await child.WaitAsync(Cancel);
        Assert.True(result.ExitCode == 0, result.Stdout + result.Stderr);
        Assert.Contains("Total: 1, Errors: 0, Failed: 0", result.Stdout, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task Child_that_may_not_write()
    {
        // A file it may read but not write, and a folder it may not make.
        foreach (var path in (string[])["pryx.db", "new/pryx.db"])
        {
            var error = await Assert.ThrowsAsync<PryxException>(() => Database.OpenAsync(Path.Combine(Path.GetTempPath(), "store", path), TimeProvider.System, Cancel));
            Assert.Contains(error.Code, (string[])["STORAGE_READ_ONLY", "STORAGE_UNREACHABLE"]);
            Assert.NotNull(error.Next);
        }
    }

    private static async Task FillAsync(string disk)
    {
        await using (var store = await TempStore.OpenAsync(disk))
        {
            var session = await store.NewSessionAsync();
            var stored = 0;
            var error = await Assert.ThrowsAsync<PryxException>(async () =>
            {
                while (true)
                {
                    await store.Database.WriteAsync(c => store.Events.AppendItem(c, session, new Notice("n", new string('x', 20_000))), Cancel);
                    stored++;
                }
            });
            Assert.Equal("STORAGE_FULL", error.Code);
            Assert.True(stored > 10);

            // Still full, also for a group; and what was stored can be read.
            var group = Enumerable.Range(0, 10).Select(_ => store.Database.WriteAsync(c => store.Events.AppendItem(c, session, new Notice("n", new string('y', 200_000))), Cancel)).ToList();
            foreach (var write in group)
            {
                Assert.Equal("STORAGE_FULL", (await Assert.ThrowsAsync<PryxException>(() => write)).Code);
            }
            Assert.Equal(stored, (await store.Sessions.ReadItemsAsync(session, Cancel)).Count);
            Assert.Empty(await store.Database.CheckAsync(Cancel));
        }
        await RunProcess.RunAsync("mount", ["-o", "remount,size=30m", disk], new(), Cancel);
        await using var again = await TempStore.OpenAsync(disk);
        Assert.Null(again.Database.Notice);
        await again.NewSessionAsync();
        Assert.Equal(1, await again.Database.ReadAsync(c => c.Number("SELECT COUNT(*) FROM events WHERE event = $e AND session_id = (SELECT id FROM sessions ORDER BY rowid LIMIT 1)", ("$e", EventNames.SessionCreated)), Cancel));
    }

    private Task<RunProcess> StartChildAsync(string test, string[] prefix)
    {
        string[] command = [.. prefix, Environment.ProcessPath!, "-method", $"{typeof(CrashTests).FullName}.{test}", "-explicit", "only"];
        return RunProcess.StartAsync(command[0], command[1..], new() { Environment = new Dictionary<string, string?> { ["TMPDIR"] = _folder } }, Cancel);
    }

    private static async Task<int> WaitForLinesAsync(string file, RunProcess child)
    {
        var before = File.Exists(file) ? new FileInfo(file).Length : 0;
        while (!File.Exists(file) || new FileInfo(file).Length == before)
        {
            Assert.False(child.HasExited, child.Stdout + child.Stderr);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancel);
        }
        return (int)(new FileInfo(file).Length - before);
    }
}
