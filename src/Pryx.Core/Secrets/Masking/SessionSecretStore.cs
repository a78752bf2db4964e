using Pryx.Core.Storage;
using Pryx.Protocol;

namespace Pryx.Core.Secrets.Masking;

/// <param name="Data">Encrypted, bound to its placeholder.</param>
internal sealed record SessionSecretRow(long Id, string Placeholder, byte[] Nonce, byte[] Data);

/// <summary>What placeholders stand for, encrypted; deleted with its session.</summary>
internal sealed class SessionSecretStore(Database database)
{
    /// <summary>Of the session and of those it came from, after a row that was read before.</summary>
    public Task<List<SessionSecretRow>> ReadAsync(SessionId session, long afterRow, CancellationToken cancellationToken) => database.ReadAsync(
        connection => connection.Query(
            """
            WITH RECURSIVE line(id) AS (SELECT $session UNION SELECT s.parent_id FROM sessions s JOIN line ON s.id = line.id WHERE s.parent_id IS NOT NULL)
            SELECT id, placeholder, nonce, data FROM session_secrets WHERE session_id IN (SELECT id FROM line) AND id > $after ORDER BY id
            """,
            static row => new SessionSecretRow(row.GetInt64(0), row.GetString(1), row.GetFieldValue<byte[]>(2), row.GetFieldValue<byte[]>(3)),
            ("$after", afterRow), ("$session", session.ToString())),
        cancellationToken);

    public Task AddAsync(SessionId session, IReadOnlyList<SessionSecretRow> rows, CancellationToken cancellationToken) => database.WriteAsync(connection =>
    {
        foreach (var row in rows)
        {
            connection.Execute(
                "INSERT INTO session_secrets (session_id, placeholder, nonce, data) SELECT $session, $placeholder, $nonce, $data WHERE EXISTS (SELECT 1 FROM sessions WHERE id = $session) ON CONFLICT (placeholder) DO NOTHING",
                ("$session", session.ToString()), ("$placeholder", row.Placeholder), ("$nonce", row.Nonce), ("$data", row.Data));
        }
    }, cancellationToken);
}
