using Microsoft.Data.Sqlite;
using Pryx.Core.Audit;
using Pryx.Core.Storage;
using Pryx.Core.Tests.Storage;
using Pryx.Protocol.Audit;
using Pryx.Testing;

namespace Pryx.Core.Tests.Audit;

/// <summary>
/// What somebody can do who writes to the database past Pryx, and what the check then says. They know how the hashes are made;
/// the key and the anchor, which are files of their own, they do not have unless a test says so.
/// </summary>
public sealed class AuditTamperTests : IDisposable
{
    private const int Rows = 200;
    private readonly string _folder = TempStore.NewFolder();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string File => Path.Combine(_folder, "pryx.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    [Requirement("SEC5", "tamper-evident")]
    public async Task Every_byte_of_every_column_of_every_row_counts()
    {
        await WriteAsync(Rows);
        Assert.Null((await CheckAsync()).FirstBroken);
        using var attacker = Attacker();
        var columns = Query(attacker, "SELECT name FROM pragma_table_info('audit_log')");
        Assert.Equal(13, columns.Count);
        var random = new Random(20261121);
        var (anchor, seal) = (AuditAnchor.Read(File), AuditSeal.Read(File));
        var tried = 0;
        for (var seq = 1; seq <= Rows; seq++)
        {
            foreach (var column in columns)
            {
                // All of them in every tenth row, two of them in each other one.
                foreach (var change in seq % 10 == 0 ? Changes(column, random) : [.. Changes(column, random).OrderBy(_ => random.Next()).Take(2)])
                {
                    Run(attacker, "BEGIN");
                    if (Run(attacker, $"UPDATE audit_log SET {column} = {change} WHERE seq = {seq} AND {column} IS NOT {change}") == 0)
                    {
                        Run(attacker, "ROLLBACK");
                        continue;
                    }
                    // On the attacker's own connection: nothing of it need be written to the disk a thousand times.
                    using (var verifier = new AuditVerifier(attacker, anchor, seal, null))
                    {
                        var broken = verifier.Check(Cancel).FirstBroken;
                        // The triggers were dropped for it: that they are missing is not what is looked for here.
                        Assert.True(broken?.Trouble.Contains("triggers", StringComparison.Ordinal) == false, $"{column} = {change} of row {seq} was not noticed: {broken}");
                    }
                    Run(attacker, "ROLLBACK");
                    tried++;
                }
            }
        }
        Assert.True(tried > Rows * 20, $"only {tried} changes were tried");
        Run(attacker, AuditVerifier.NoUpdate);
        Run(attacker, AuditVerifier.NoDelete);
        Assert.Null((await CheckAsync()).FirstBroken);
    }

    // Each class of place in it, and other kinds of value that read alike.
    private static IEnumerable<string> Changes(string column, Random random)
    {
        if (column == "seq")
        {
            return ["seq + 100000", "-seq", "0"];
        }
        var at = random.Next(2, 9);
        return
        [
            Flip(column, "1"), Flip(column, $"MIN({at}, LENGTH(CAST({column} AS BLOB)))"), Flip(column, $"LENGTH(CAST({column} AS BLOB))"),
            $"{column} || ' '", $"{column} || CHAR(0)", $"SUBSTR({column}, 2)", $"UPPER({column})", $"CAST({column} AS BLOB)", "''", column == "result_hash" ? "NULL" : "'0'",
        ];
    }

    // One bit of the byte at a place, whatever that makes of the text.
    private static string Flip(string column, string place) =>
        $"CAST(SUBSTR(CAST({column} AS BLOB), 1, {place} - 1) || CASE WHEN SUBSTR(CAST({column} AS BLOB), {place}, 1) = x'41' THEN x'42' WHEN HEX(SUBSTR(CAST({column} AS BLOB), {place}, 1)) > '7E' THEN x'C3' ELSE x'41' END || SUBSTR(CAST({column} AS BLOB), {place} + 1) AS TEXT)";

    [Fact]
    public async Task Bytes_that_are_no_text_are_not_taken_for_the_sign_that_stands_for_them()
    {
        await using (var database = await OpenAsync())
        {
            await new AuditLog(database).AppendAsync(new("a", "b", "c", "d\uFFFD", "{}", "ok"), Cancel);
        }
        Tamper("UPDATE audit_log SET actor = CAST(x'64FF' AS TEXT)");
        Assert.Equal(1, (await CheckAsync()).FirstBroken!.Seq);
    }

    [Theory]
    [InlineData("DELETE FROM audit_log WHERE seq > 15", 16, "cut off")]
    [InlineData("DELETE FROM audit_log WHERE seq > 15; UPDATE sqlite_sequence SET seq = 15 WHERE name = 'audit_log'", 16, "entries 16 to 20 are missing")]
    [InlineData("DELETE FROM audit_log WHERE seq = 20; UPDATE sqlite_sequence SET seq = 19 WHERE name = 'audit_log'", 20, "entry 20 is missing")]
    [InlineData("DELETE FROM audit_log; DELETE FROM sqlite_sequence WHERE name = 'audit_log'", 1, "entries 1 to 20 are missing")]
    [InlineData("DELETE FROM audit_log", 1, "entries 1 to 20 are missing")]
    [InlineData("UPDATE sqlite_sequence SET seq = 3 WHERE name = 'audit_log'", 0, "counter")]
    [InlineData("DELETE FROM sqlite_sequence WHERE name = 'audit_log'", 0, "counter")]
    [InlineData("UPDATE audit_log SET seq = -1 WHERE seq = 1", -1, "before the first")]
    [InlineData("INSERT INTO audit_log SELECT 0, 'x', timestamp, action, resource_type, resource_id, actor, details, outcome, result_hash, previous_hash, hash, seal FROM audit_log WHERE seq = 1", 0, "before the first")]
    [InlineData("UPDATE audit_log SET seq = 1000 WHERE seq = 5; UPDATE audit_log SET seq = 5 WHERE seq = 6; UPDATE audit_log SET seq = 6 WHERE seq = 1000", 5, "follow")]
    [InlineData("SELECT 1", 0, "triggers", false)]
    [Requirement("SEC5", "tamper-evident")]
    public async Task Cutting_off_reordering_and_inserting_are_found_also_when_the_counter_is_set_back(string tampering, long seq, string trouble, bool restores = true)
    {
        await WriteAsync(20);
        Tamper(tampering, restores);
        var found = (await CheckAsync()).FirstBroken!;
        Assert.Equal(seq, found.Seq);
        Assert.Contains(trouble, found.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("SEC5", "tamper-evident")]
    public async Task Who_computes_all_hashes_anew_still_lacks_the_seals()
    {
        await WriteAsync(20);
        // The last entry changed, a new one added: chains that are whole, as somebody makes them who has read this code.
        Tamper("UPDATE audit_log SET outcome = 'allow' WHERE seq = 20", rechainFrom: 20);
        var changed = (await CheckAsync()).FirstBroken!;
        Assert.Equal((20, true), (changed.Seq, changed.Trouble.Contains("seal", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("'AAAAAAAAAAAAAAAAAAAAAA'")]
    [InlineData("NULL")]
    [InlineData("(SELECT seal FROM audit_log WHERE seq = 19)")]
    public async Task An_entry_that_somebody_added_carries_no_seal_of_ours(string seal)
    {
        await WriteAsync(20);
        Tamper(
            $"INSERT INTO audit_log SELECT 21, 'forged', timestamp, action, resource_type, resource_id, actor, details, outcome, result_hash, hash, hash, {seal} FROM audit_log WHERE seq = 20",
            rechainFrom: 21);
        var found = (await CheckAsync()).FirstBroken!;
        Assert.Equal((21, true), (found.Seq, found.Trouble.Contains("seal", StringComparison.Ordinal)));
        // And what Pryx writes behind it does not heal it.
        await WriteAsync(5, first: 22);
        Assert.Equal(21, (await CheckAsync()).FirstBroken!.Seq);
    }

    [Fact]
    [Requirement("SEC5", "tamper-evident")]
    public async Task An_older_copy_of_the_database_is_known_by_the_anchor_also_after_Pryx_went_on_with_it()
    {
        await WriteAsync(10);
        System.IO.File.Copy(File, File + ".old");
        await WriteAsync(10, first: 11);
        System.IO.File.Copy(File + ".old", File, overwrite: true);
        Assert.Equal((11L, "entries 11 to 20 are missing: they were cut off"), ((await CheckAsync()).FirstBroken!.Seq, (await CheckAsync()).FirstBroken!.Trouble));
        await WriteAsync(30, first: 11);
        var found = (await CheckAsync()).FirstBroken!;
        Assert.Equal(20, found.Seq);
        Assert.Contains("anchor knows", found.Trouble, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".audit.anchor", true, "anchor", "is missing")]
    [InlineData(".audit.anchor", false, "anchor", "was changed")]
    [InlineData(".audit.key", true, "key", "missing or damaged")]
    [InlineData(".audit.key", false, "key", "missing or damaged")]
    public async Task A_key_or_an_anchor_that_was_taken_away_or_changed_is_said(string ending, bool deletes, string what, string trouble)
    {
        await WriteAsync(5);
        if (deletes)
        {
            System.IO.File.Delete(File + ending);
        }
        else
        {
            var text = await System.IO.File.ReadAllTextAsync(File + ending, Cancel);
            await System.IO.File.WriteAllTextAsync(File + ending, ending == ".audit.anchor" ? text.Replace("\"seq\":5", "\"seq\":3", StringComparison.Ordinal) : "garbage", Cancel);
        }
        var found = (await CheckAsync()).FirstBroken!;
        Assert.Equal(0, found.Seq);
        Assert.Contains(what, found.Trouble, StringComparison.Ordinal);
        Assert.Contains(trouble, found.Trouble, StringComparison.Ordinal);
        // A Pryx that goes on neither makes a new one in secret nor fails.
        await WriteAsync(1, first: 6);
        Assert.NotNull((await CheckAsync()).FirstBroken);
    }

    [Fact]
    public async Task A_head_that_was_noted_elsewhere_finds_a_whole_log_that_was_replaced_with_its_key_and_anchor()
    {
        await WriteAsync(10);
        var noted = await CheckAsync();
        foreach (var file in Directory.GetFiles(_folder))
        {
            System.IO.File.Delete(file);
        }
        await WriteAsync(30);
        Assert.True((await CheckAsync()).Ok);
        await using var database = await OpenAsync();
        var found = await new AuditLog(database).CheckAsync((noted.HeadSeq, noted.HeadHash!), Cancel);
        Assert.Equal((10, true), (found.FirstBroken!.Seq, found.FirstBroken.Trouble.Contains("noted", StringComparison.Ordinal)));
        Assert.Equal(31, (await new AuditLog(database).CheckAsync((99, noted.HeadHash!), Cancel)).FirstBroken!.Seq);
    }

    [Fact]
    public async Task A_break_that_was_accepted_is_remembered_and_what_follows_is_checked_again()
    {
        await WriteAsync(10);
        Tamper("UPDATE audit_log SET outcome = 'x' WHERE seq = 4; DELETE FROM audit_log WHERE seq > 8; UPDATE sqlite_sequence SET seq = 2 WHERE name = 'audit_log'", restores: false);
        AuditCheck accepted;
        await using (var database = await OpenAsync())
        {
            accepted = await new AuditLog(database).AcceptAsync("cli:alice", "a restored backup", Cancel);
        }
        Assert.True(accepted.Ok, accepted.FirstBroken?.Trouble);
        Assert.Equal(("cli:alice", "entry 4: its content was changed"), (accepted.Accepted!.By, accepted.Accepted.Trouble));
        await WriteAsync(3, first: 10);
        Assert.True((await CheckAsync()).Ok);
        Tamper("UPDATE audit_log SET outcome = 'x' WHERE seq = (SELECT MAX(seq) - 1 FROM audit_log)");
        Assert.False((await CheckAsync()).Ok);
        await using var again = await OpenAsync();
        Assert.Equal("ok", await again.ReadAsync(static c => c.Text("SELECT outcome FROM audit_log WHERE action = 'audit.accepted'"), Cancel));
    }

    [Fact]
    public async Task A_log_of_an_older_version_is_whole_and_what_is_added_to_it_is_sealed()
    {
        await WriteAsync(10);
        Tamper("UPDATE audit_log SET seal = NULL");
        System.IO.File.Delete(File + ".audit.key");
        System.IO.File.Delete(File + ".audit.anchor");
        Assert.True((await CheckAsync()).Ok);
        await WriteAsync(5, first: 11);
        var check = await CheckAsync();
        Assert.Equal((true, 15L, 11L, 15L), (check.Ok, check.Entries, check.SealedFrom, check.AnchoredSeq));
        Tamper("UPDATE audit_log SET outcome = 'x' WHERE seq = 3", rechainFrom: 3);
        Assert.NotNull((await CheckAsync()).FirstBroken);
    }

    [Fact]
    public async Task Key_and_anchor_are_the_owners_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Rights are those of Unix.");
            return;
        }
        await WriteAsync(1);
        foreach (var ending in (string[])[".audit.key", ".audit.anchor"])
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File + ending));
        }
    }

    private Task<Database> OpenAsync() => Database.OpenAsync(File, TimeProvider.System, Cancel);

    private async Task WriteAsync(int count, int first = 1)
    {
        await using var database = await OpenAsync();
        await using var keeper = new AuditKeeper(database);
        await database.WriteAsync(connection =>
        {
            for (var i = first; i < first + count; i++)
            {
                AuditLog.Append(connection, new("tool.judged", "tool_call", $"turn/call-{i}", "model:cli", $$"""{"tool":"shell.exec","arguments":"{\"command\":\"echo ünï {{i}}\"}"}""", "deny", AuditLog.HashOf($"{i}")), TimeProvider.System);
            }
        }, Cancel);
    }

    private async Task<AuditCheck> CheckAsync()
    {
        await using var database = await OpenAsync();
        return await new AuditLog(database).CheckAsync(null, Cancel);
    }

    private SqliteConnection Attacker()
    {
        SqliteLibrary.Prepare();
        var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        Run(connection, "DROP TRIGGER IF EXISTS audit_log_no_update");
        Run(connection, "DROP TRIGGER IF EXISTS audit_log_no_delete");
        return connection;
    }

    private void Tamper(string sql, bool restores = true, int rechainFrom = 0)
    {
        using var connection = Attacker();
        Run(connection, sql);
        if (rechainFrom > 0)
        {
            Rechain(connection, rechainFrom);
        }
        if (restores)
        {
            Run(connection, AuditVerifier.NoUpdate);
            Run(connection, AuditVerifier.NoDelete);
        }
    }

    private static void Rechain(SqliteConnection connection, int from)
    {
        var previous = from == 1 ? AuditRow.Beginning : connection.Text("SELECT hash FROM audit_log WHERE seq = $seq", ("$seq", from - 1))!;
        var last = connection.Number("SELECT MAX(seq) FROM audit_log");
        for (var seq = from; seq <= last; seq++)
        {
            connection.Execute("UPDATE audit_log SET previous_hash = $previous WHERE seq = $seq", ("$previous", previous), ("$seq", seq));
            var fields = connection.First($"SELECT {AuditRow.Columns} FROM audit_log WHERE seq = $seq", static row => Enumerable.Range(0, AuditRow.ColumnCount).Select(row.TextOrNull).ToList(), ("$seq", seq))!;
            using var row = new AuditRow();
            row.Begin(seq);
            fields.ForEach(row.Add);
            previous = Convert.ToHexStringLower(row.End());
            connection.Execute("UPDATE audit_log SET hash = $hash WHERE seq = $seq", ("$hash", previous), ("$seq", seq));
        }
    }

    private static int Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    private static List<string> Query(SqliteConnection connection, string sql) => connection.Query(sql, static row => row.GetString(0));
}
