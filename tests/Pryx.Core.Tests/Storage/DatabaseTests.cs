using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol.Errors;
using Pryx.Testing;

namespace Pryx.Core.Tests.Storage;

public sealed class DatabaseTests : IDisposable
{
    private readonly string _folder = TempStore.NewFolder();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
    private string DbPath => Path.Combine(_folder, "data", "pryx.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    [Requirement("DM2", "pryx.db")]
    [Requirement("T1.2", "created")]
    public async Task Folder_and_files_are_private_and_the_settings_are_the_safe_ones()
    {
        await using var database = await OpenAsync();
        await database.WriteAsync(static c => c.Execute("INSERT INTO workspaces (id, name, path, created_at) VALUES ('w', 'w', '/w', 'now')"), Cancel);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(Path.GetDirectoryName(DbPath)!));
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(DbPath)!))
            {
                Assert.Equal((file, (UnixFileMode)0b110_000_000), (file, File.GetUnixFileMode(file)));
            }
        }
        var settings = await database.WriteAsync(static c => (c.Text("PRAGMA journal_mode"), c.Number("PRAGMA synchronous"), c.Number("PRAGMA foreign_keys")), Cancel);
        Assert.Equal(("wal", 2L, 1L), settings);
    }

    [Fact]
    public async Task A_file_that_others_could_read_is_closed_to_them()
    {
        await (await OpenAsync()).DisposeAsync();
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(DbPath, (UnixFileMode)0b110_100_100);
            await (await OpenAsync()).DisposeAsync();
            Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(DbPath));
        }
    }

    [Fact]
    public async Task The_library_in_use_is_named_and_new_enough_or_the_bundled_one()
    {
        await using var database = await OpenAsync();
        var version = Version.Parse(SqliteLibrary.Version);
        Assert.True(version >= new Version(3, 35));
        Assert.Equal(SqliteLibrary.IsSystemLibrary, version >= new Version(3, 40));
    }

    [Fact]
    public async Task One_failing_write_of_a_group_takes_nobody_with_it()
    {
        await using var database = await OpenAsync();
        var hold = new ManualResetEventSlim();
        var first = database.WriteAsync(c => { hold.Wait(Cancel); return Add(c, "first"); }, Cancel);

        // All of these wait behind the first and so share one group.
        var group = Enumerable.Range(0, 50).Select(i => database.WriteAsync(c =>
        {
            Add(c, $"w{i}");
            return i % 10 == 3 ? throw new InvalidOperationException($"bad {i}") : i;
        }, Cancel)).ToList();
        hold.Set();
        await first;
        var failures = 0;
        foreach (var write in group)
        {
            try
            {
                await write;
            }
            catch (InvalidOperationException)
            {
                failures++;
            }
        }

        Assert.Equal(5, failures);
        Assert.Equal(46, await CountAsync(database));
    }

    [Fact]
    public async Task A_write_cancelled_while_it_waits_does_not_run()
    {
        await using var database = await OpenAsync();
        var hold = new ManualResetEventSlim();
        using var impatience = new CancellationTokenSource();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = database.WriteAsync(c => { begun.SetResult(); hold.Wait(Cancel); return Add(c, "first"); }, Cancel);
        // Otherwise both may be taken as one group, and what is taken is not given up.
        await begun.Task.WaitAsync(Cancel);
        var second = database.WriteAsync(c => Add(c, "second"), impatience.Token);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        hold.Set();
        await first;
        Assert.Equal(1, await CountAsync(database));
    }

    [Fact]
    public async Task Many_callers_and_readers_at_once_see_every_acknowledged_row()
    {
        await using var database = await OpenAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, 64), new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = Cancel }, async (i, cancel) =>
        {
            for (var n = 0; n < 20; n++)
            {
                await database.WriteAsync(c => Add(c, $"{i}-{n}"), cancel);
                Assert.Equal(1, await database.ReadAsync(c => c.Number("SELECT COUNT(*) FROM workspaces WHERE id = $id", ("$id", $"{i}-{n}")), cancel));
            }
        });
        Assert.Equal(1280, await CountAsync(database));
    }

    [Fact]
    public async Task A_reader_can_not_write_and_a_cancelled_query_stops()
    {
        await using var database = await OpenAsync();
        var refused = await Assert.ThrowsAsync<PryxException>(() => database.ReadAsync(c => Add(c, "x"), Cancel));
        Assert.Equal("STORAGE_READ_ONLY", refused.Code);

        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.ReadAsync(
            static c => c.Number("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"), soon.Token));
        Assert.Equal(0, await CountAsync(database));
    }

    [Fact]
    public async Task Two_holders_of_one_file_write_side_by_side()
    {
        await using var one = await OpenAsync();
        await using var two = await OpenAsync();
        await Task.WhenAll(
            Task.Run(async () => { for (var i = 0; i < 200; i++) { await one.WriteAsync(c => Add(c, $"one{i}"), Cancel); } }, Cancel),
            Task.Run(async () => { for (var i = 0; i < 200; i++) { await two.WriteAsync(c => Add(c, $"two{i}"), Cancel); } }, Cancel));
        Assert.Equal(400, await CountAsync(one));
        Assert.Equal(400, await CountAsync(two));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    [Requirement("T7.4", "backup")]
    [Requirement("T7.4", "new database")]
    public async Task A_damaged_file_is_set_aside_whole_and_a_new_one_begun(int damagedFrom)
    {
        await using (var database = await OpenAsync())
        {
            await database.WriteAsync(static c => Add(c, "precious"), Cancel);
        }
        var bytes = await File.ReadAllBytesAsync(DbPath, Cancel);
        bytes.AsSpan(damagedFrom, 2048).Fill(0x5A);
        await File.WriteAllBytesAsync(DbPath, bytes, Cancel);
        // The sign of a process that died: only then is the file looked at page by page.
        await File.WriteAllBytesAsync(DbPath + ".suspect", [], Cancel);

        await using (var database = await OpenAsync())
        {
            Assert.NotNull(database.Notice);
            var aside = Assert.Single(Directory.GetFiles(Path.GetDirectoryName(DbPath)!, "pryx.db.corrupt-*"), static file => !file.EndsWith("-wal", StringComparison.Ordinal) && !file.EndsWith("-shm", StringComparison.Ordinal));
            Assert.Contains(aside, database.Notice, StringComparison.Ordinal);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(aside, Cancel));
            Assert.Equal(0, await CountAsync(database));
        }
        await using var again = await OpenAsync();
        Assert.Null(again.Notice);
    }

    [Fact]
    public async Task Damage_found_while_running_is_a_clear_error_and_the_next_open_deals_with_it()
    {
        await using (var database = await OpenAsync())
        {
            for (var i = 0; i < 300; i++)
            {
                var n = i;
                await database.WriteAsync(c => Add(c, $"w{n}-{new string('x', 200)}"), Cancel);
            }
        }
        var bytes = await File.ReadAllBytesAsync(DbPath, Cancel);
        bytes.AsSpan(bytes.Length / 2).Fill(0x5A);
        await File.WriteAllBytesAsync(DbPath, bytes, Cancel);
        await using (var database = await OpenAsync())
        {
            var error = await Assert.ThrowsAsync<PryxException>(() => database.ReadAsync(static c => c.Query("SELECT * FROM workspaces ORDER BY name", static r => r.GetString(0)), Cancel));
            Assert.Equal("STORAGE_CORRUPT", error.Code);
            Assert.NotNull(error.Next);
        }
        await using var next = await OpenAsync();
        Assert.NotNull(next.Notice);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_never_overwritten()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(DbPath)!);
        await File.WriteAllTextAsync(DbPath, "my diary, which somebody has called pryx.db, and which is longer than a header of one hundred bytes is", Cancel);
        await using var database = await OpenAsync();
        var aside = Assert.Single(Directory.GetFiles(Path.GetDirectoryName(DbPath)!, "pryx.db.corrupt-*"));
        Assert.StartsWith("my diary", await File.ReadAllTextAsync(aside, Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damage_is_not_touched_while_another_has_the_file_open()
    {
        await using var holder = await OpenAsync();
        await holder.WriteAsync(static c => Add(c, "precious"), Cancel);
        File.Move(DbPath, DbPath + ".moved");
        await File.WriteAllTextAsync(DbPath, new string('z', 8192), Cancel);
        var error = await Assert.ThrowsAsync<PryxException>(OpenAsync);
        Assert.Equal("STORAGE_CORRUPT", error.Code);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(DbPath)!, "*.corrupt-*"));
    }

    [Fact]
    public async Task The_full_check_finds_nothing_in_a_sound_file_and_names_what_is_wrong_in_another()
    {
        await using var database = await OpenAsync();
        Assert.Empty(await database.CheckAsync(Cancel));
        await using (var raw = new SqliteConnection($"Data Source={DbPath};Pooling=False"))
        {
            await raw.OpenAsync(Cancel);
            raw.Execute("PRAGMA foreign_keys = OFF");
            raw.Execute("INSERT INTO turns (id, session_id, model, request, status, started_at) VALUES ('t', 'gone', 'm', '{}', 'completed', 'now')");
        }
        Assert.Contains("turns", Assert.Single(await database.CheckAsync(Cancel)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_schema_is_refused_and_left_alone()
    {
        await (await OpenAsync()).DisposeAsync();
        await using (var raw = new SqliteConnection($"Data Source={DbPath};Pooling=False"))
        {
            await raw.OpenAsync(Cancel);
            raw.Execute("PRAGMA user_version = 999");
        }
        var error = await Assert.ThrowsAsync<PryxException>(OpenAsync);
        Assert.Equal("STORAGE_TOO_NEW", error.Code);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(DbPath)!, "*.corrupt-*"));
    }

    [Fact]
    [Requirement("DM1", "migrations")]
    public async Task Migrating_backs_the_old_file_up_first_and_keeps_its_rows()
    {
        var first = new Migrations([(1, static () => "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('old')")]);
        var second = new Migrations([(1, static () => throw new InvalidOperationException("applied twice")), (2, static () => "ALTER TABLE notes ADD COLUMN seen INTEGER NOT NULL DEFAULT 7")]);
        await (await Database.OpenAsync(DbPath, TimeProvider.System, first, Cancel)).DisposeAsync();
        await using var migrated = await Database.OpenAsync(DbPath, TimeProvider.System, second, Cancel);
        Assert.Equal(7, await migrated.ReadAsync(static c => c.Number("SELECT seen FROM notes"), Cancel));

        var backup = Assert.Single(Directory.GetFiles(Path.GetDirectoryName(DbPath)!, "*.backup-v1-*"));
        await using var raw = new SqliteConnection($"Data Source={backup};Pooling=False");
        await raw.OpenAsync(Cancel);
        Assert.Equal(1, raw.Number("PRAGMA user_version"));
        Assert.Equal("old", raw.Text("SELECT text FROM notes"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(backup));
        }
    }

    [Fact]
    [Requirement("DM1", "migrations")]
    public async Task A_migration_that_fails_changes_nothing()
    {
        var first = new Migrations([(1, static () => "CREATE TABLE notes (text TEXT)")]);
        var broken = new Migrations([(1, static () => ""), (2, static () => "CREATE TABLE half (x); SELECT * FROM missing")]);
        await (await Database.OpenAsync(DbPath, TimeProvider.System, first, Cancel)).DisposeAsync();
        await Assert.ThrowsAsync<SqliteException>(() => Database.OpenAsync(DbPath, TimeProvider.System, broken, Cancel));
        await using var again = await Database.OpenAsync(DbPath, TimeProvider.System, first, Cancel);
        Assert.Equal(0, await again.ReadAsync(static c => c.Number("SELECT COUNT(*) FROM sqlite_master WHERE name = 'half'"), Cancel));
    }

    [Fact]
    public async Task Many_who_open_a_new_store_at_once_all_get_the_same_one()
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(OpenAsync, Cancel)));
        foreach (var (i, database) in opened.Index())
        {
            Assert.Null(database.Notice);
            await database.WriteAsync(c => Add(c, $"w{i}"), Cancel);
        }
        Assert.Equal(8, await CountAsync(opened[0]));
        foreach (var database in opened)
        {
            await database.DisposeAsync();
        }
    }

    [Fact]
    public async Task Closing_folds_the_log_into_the_file_and_refuses_what_comes_later()
    {
        var database = await OpenAsync();
        var last = database.WriteAsync(static c => Add(c, "last"), Cancel);
        await database.DisposeAsync();
        await last;
        Assert.False(File.Exists(DbPath + "-wal"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => database.WriteAsync(static c => Add(c, "late"), Cancel));
    }

    private static int Add(SqliteConnection connection, string id) =>
        connection.Execute("INSERT INTO workspaces (id, name, path, created_at) VALUES ($id, $id, $id, 'now')", ("$id", id));

    private static Task<long> CountAsync(Database database) => database.ReadAsync(static c => c.Number("SELECT COUNT(*) FROM workspaces"), Cancel);

    private Task<Database> OpenAsync() => Database.OpenAsync(DbPath, TimeProvider.System, Cancel);
}
