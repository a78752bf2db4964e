using Pryx.Core.Checkpoints;
using Pryx.Core.Sandbox;
using Pryx.Core.Storage;
using Pryx.Core.Tests.Sandbox;

namespace Pryx.Core.Tests.Checkpoints;

/// <summary>Limits, crashes and what can not be remembered: all of it is said, nothing is lost silently.</summary>
public sealed class UndoTroubleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_over_the_limit_is_named_and_left_and_everything_else_comes_back()
    {
        await using var bench = await UndoBench.OpenAsync(Token, options: new() { MaxFileBytes = 1000 });
        bench.Write("large.txt", new string('x', 2000));
        bench.Write("small.txt", "small");
        await bench.RunAsync("rm large.txt small.txt", Token);
        var undone = await bench.UndoAsync(Token);
        Assert.Equal("small", bench.Read("small.txt"));
        Assert.Equal("large.txt", Assert.Single(undone.Left).Path);
        Assert.Contains(undone.Notes, static note => note.StartsWith("large.txt: 2", StringComparison.Ordinal) && note.Contains("can not be brought back", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_turn_over_its_limit_says_from_where_on()
    {
        await using var bench = await UndoBench.OpenAsync(Token, options: new() { MaxTurnBytes = 3000 });
        foreach (var number in Enumerable.Range(1, 5))
        {
            bench.Write($"f{number}", new string((char)('0' + number), 1000));
        }
        await bench.RunAsync("rm f1; rm f2; rm f3; rm f4; rm f5", Token);
        var undone = await bench.UndoAsync(Token);
        Assert.Equal(["f1", "f2", "f3"], undone.Changed.Select(static path => path.Path));
        Assert.Equal(["f4", "f5"], undone.Left.Select(static path => path.Path));
        Assert.Contains(undone.Notes, static note => note.Contains("changed more than", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Folders_that_can_be_made_again_and_git_are_left_out_and_that_is_said()
    {
        await using var bench = await UndoBench.OpenAsync(Token);
        bench.Write("node_modules/a/index.js", "module");
        bench.Write("bin/mine.sh", "a script of the user's, in a folder that no .gitignore names");
        bench.Write(".git/HEAD", "ref: refs/heads/main\n");
        await bench.RunAsync("rm -rf node_modules bin; echo x > made", Token);
        var undone = await bench.UndoAsync(Token);
        Assert.True(File.Exists(Path.Combine(bench.Workspace, "bin/mine.sh")));
        Assert.False(File.Exists(Path.Combine(bench.Workspace, "node_modules/a/index.js")));
        Assert.Contains(undone.Notes, static note => note.StartsWith("node_modules", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_commands_can_not_be_watched_and_the_workspace_is_too_large_a_notice_comes_before_the_first()
    {
        await using var bench = await UndoBench.OpenAsync(Token, SandboxChoice.Off, new() { MaxSnapshotFiles = 3 });
        foreach (var number in Enumerable.Range(1, 5))
        {
            bench.Write($"f{number}", "x");
        }
        var turn = await bench.BeginAsync(Token);
        await turn.RunAsync("rm f1");
        await turn.RunAsync("rm f2");
        await turn.WriteAsync("f3", "changed");
        await bench.EndAsync(turn.Id, Token);
        Assert.Contains("can not be undone", Assert.Single(turn.Notices), StringComparison.Ordinal);
        var undone = await bench.UndoAsync(Token);
        Assert.Equal("x", bench.Read("f3"));
        Assert.Contains(undone.Notes, static note => note.Contains("can not be undone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_killed_process_had_remembered_is_taken_in_by_the_next()
    {
        await using var bench = await UndoBench.OpenAsync(Token);
        bench.Write("a.txt", "one");
        var turn = Pryx.Protocol.TurnId.New();
        await bench.Database.WriteAsync(connection => { connection.Execute("INSERT INTO turns (id, session_id, model, request, status, started_at) VALUES ($id, $session, 'a/b', '{}', 'completed', '2026-01-01T00:00:00.000Z')", ("$id", turn.ToString()), ("$session", bench.Session.ToString())); }, Token);
        // Killed between the change and its end: the journal stands, and nobody holds it.
        using (var journal = new MemoryJournal(Path.Combine(bench.Data, "checkpoints", "open"), turn))
        {
            var path = Path.Combine(bench.Workspace, "a.txt");
            journal.Write(bench.Session, turn, bench.Workspace, new(path, bench.Shelf.Tree.See(path, Look.Keep)));
        }
        bench.Write("a.txt", "two");
        var undone = await bench.UndoAsync(Token);
        Assert.Equal("one", bench.Read("a.txt"));
        Assert.Contains(undone.Notes, static note => note.StartsWith("Pryx ended", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(bench.Data, "checkpoints", "open")));
    }

    [Fact]
    public async Task An_undo_that_was_killed_half_way_is_finished_by_the_next_process()
    {
        await using var bench = await UndoBench.OpenAsync(Token);
        bench.Write("a.txt", "one");
        bench.Write("b.txt", "one");
        bench.Write("c.txt", "one");
        await bench.RunAsync("echo two > a.txt; echo two > b.txt; echo two > c.txt", Token);
        var turn = Assert.Single(await bench.Shelf.Store.ListAsync(bench.Session, Token));
        var paths = await bench.Shelf.Store.ReadPathsAsync(turn.Id, Token);
        var plan = RestorePlan.Of(bench.Shelf.Tree, bench.Shelf.Blobs, paths.Reverse(), static _ => false, keep: true);
        var operation = new Checkpoint("0123456789abcdef0123456789abcdef", bench.Session, "undo", bench.Workspace, TimeProvider.System.GetUtcNow());
        await bench.Shelf.Store.BeginAsync(operation, [.. plan.Changes.Select((path, number) => new CheckpointPath(operation.Id, number, path.Path, path.Present, path.Target, null))], plan.Covered, Token);
        // Killed after the first, while the second was being written; the user changed the third before the next start.
        bench.Write("a.txt", "one");
        bench.Write(".pryx-0123456789abcdef.tmp", "on");
        bench.Write("c.txt", "the user's own");

        var list = await bench.Desk.ListAsync(bench.Session, Token);
        Assert.True(Assert.Single(list.Turns).Undone);
        Assert.Equal(("one", "one", "the user's own"), (bench.Read("a.txt"), bench.Read("b.txt"), bench.Read("c.txt")));
        Assert.False(File.Exists(Path.Combine(bench.Workspace, ".pryx-0123456789abcdef.tmp")));
        await bench.RedoAsync(Token);
        Assert.Equal(("two\n", "two\n", "the user's own"), (bench.Read("a.txt"), bench.Read("b.txt"), bench.Read("c.txt")));
    }

    [Fact]
    public async Task A_link_that_replaces_a_folder_leads_no_undo_out_of_the_workspace()
    {
        await using var bench = await UndoBench.OpenAsync(Token);
        bench.Write("d/a.txt", "one");
        await bench.RunAsync("echo two > d/a.txt; echo x > d/made", Token);
        var outside = Directory.CreateDirectory(Path.Combine(bench.Data, "outside")).FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "a.txt"), "two\n", Token);
        await File.WriteAllTextAsync(Path.Combine(outside, "made"), "x\n", Token);
        Directory.Delete(Path.Combine(bench.Workspace, "d"), recursive: true);
        Directory.CreateSymbolicLink(Path.Combine(bench.Workspace, "d"), outside);

        await bench.UndoAsync(Token, force: true);
        Assert.Equal("two\n", await File.ReadAllTextAsync(Path.Combine(outside, "a.txt"), Token));
        Assert.True(File.Exists(Path.Combine(outside, "made")));
    }

    [Fact]
    public async Task Bytes_that_no_checkpoint_needs_go_and_those_of_the_others_stay()
    {
        await using var bench = await UndoBench.OpenAsync(Token);
        bench.Write("a.txt", "needed");
        await bench.RunAsync("rm a.txt", Token);
        var blobs = bench.Shelf.Blobs;
        var needed = Assert.Single(blobs.All()).Hash;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(bench.Data, "checkpoints", "blobs"), "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }
        await bench.Shelf.CleanAsync(Token);
        Assert.True(blobs.Has(needed));
        await bench.Sessions.DeleteAsync(bench.Session, Token);
        await bench.Shelf.CleanAsync(Token);
        Assert.Empty(blobs.All());
    }

    [Fact]
    public async Task As_nobody_it_all_holds_too()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "This run is an unprivileged one already");
        await Unprivileged.RunAsync(typeof(UndoTests));
    }
}
