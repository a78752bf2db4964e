using Microsoft.Data.Sqlite;
using Pryx.Core.Audit;
using Pryx.Core.Storage;
using Pryx.Core.Tests.Storage;
using Pryx.Testing;

namespace Pryx.Core.Tests.Audit;

public sealed class AuditLogTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_log_written_by_many_at_once_in_two_processes_is_one_whole_chain()
    {
        await using var store = await TempStore.CreateAsync();
        await using var other = await TempStore.OpenAsync(store.Folder);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => WriteAsync(i % 2 == 0 ? store : other, $"{i}"), Cancel)));
        Assert.Null(await new AuditLog(store.Database).VerifyAsync(Cancel));
        Assert.Equal(200, await store.Database.ReadAsync(static c => c.Number("SELECT COUNT(*) FROM audit_log"), Cancel));
    }

    [Theory]
    [InlineData("UPDATE audit_log SET actor = 'somebody else' WHERE seq = 5", 5, "changed")]
    [InlineData("UPDATE audit_log SET outcome = 'allow' WHERE seq = 5", 5, "changed")]
    [InlineData("UPDATE audit_log SET details = '{}' WHERE seq = 10", 10, "changed")]
    [InlineData("UPDATE audit_log SET result_hash = NULL WHERE seq = 1", 1, "changed")]
    [InlineData("UPDATE audit_log SET hash = (SELECT hash FROM audit_log WHERE seq = 4) WHERE seq = 5", 5, "changed")]
    [InlineData("DELETE FROM audit_log WHERE seq = 5", 6, "missing")]
    [InlineData("DELETE FROM audit_log WHERE seq = 1", 2, "missing")]
    [InlineData("DELETE FROM audit_log WHERE seq > 7", 8, "missing")]
    [InlineData("DELETE FROM audit_log", 1, "missing")]
    [InlineData("UPDATE audit_log SET seq = 99 WHERE seq = 10", 99, "missing")]
    [Requirement("SEC5", "tamper-evident")]
    public async Task Tampering_is_found_at_the_first_row_that_is_not_as_it_was_written(string tampering, long seq, string trouble)
    {
        await using var store = await TempStore.CreateAsync();
        for (var i = 0; i < 10; i++)
        {
            await WriteAsync(store, $"{i}");
        }
        await store.Database.WriteAsync(c =>
        {
            c.Execute("DROP TRIGGER audit_log_no_update");
            c.Execute("DROP TRIGGER audit_log_no_delete");
            c.Execute(tampering);
        }, Cancel);
        var found = (await new AuditLog(store.Database).VerifyAsync(Cancel))!;
        Assert.Equal(seq, found.Seq);
        Assert.Contains(trouble, found.Trouble, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE audit_log SET actor = 'x'")]
    [InlineData("DELETE FROM audit_log")]
    [Requirement("SEC5", "tamper-evident")]
    public async Task The_store_itself_refuses_to_change_the_log(string sql)
    {
        await using var store = await TempStore.CreateAsync();
        await WriteAsync(store, "a");
        var error = await Assert.ThrowsAsync<SqliteException>(() => store.Database.WriteAsync(c => c.Execute(sql), Cancel));
        Assert.Contains("append-only", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_rolled_back_leaves_no_hole_in_the_chain()
    {
        await using var store = await TempStore.CreateAsync();
        await WriteAsync(store, "a");
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.Database.WriteAsync(c =>
        {
            AuditLog.Append(c, Entry("undone"), TimeProvider.System);
            throw new InvalidOperationException();
        }, Cancel));
        await WriteAsync(store, "b");
        Assert.Null(await new AuditLog(store.Database).VerifyAsync(Cancel));
    }

    private static Task WriteAsync(TempStore store, string id) => store.Database.WriteAsync(c => AuditLog.Append(c, Entry(id), TimeProvider.System), Cancel);

    private static AuditEntry Entry(string id) => new("tool.judged", "tool_call", id, "model", """{"a":1}""", "deny", AuditLog.HashOf(id));
}
