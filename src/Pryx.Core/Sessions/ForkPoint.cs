using Microsoft.Data.Sqlite;
using Pryx.Core.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;

namespace Pryx.Core.Sessions;

/// <summary>Where a copy of a session ends: after a turn, before something the user said, or (both null) with all there is.</summary>
/// <param name="Turn">As undo and rewind count them, from 1; 0 for before the first.</param>
/// <param name="BeforeSeq">Of a message that began a turn.</param>
public readonly record struct ForkPoint(int? Turn, long? BeforeSeq)
{
    /// <summary>The place of the first item that is not copied; null for none.</summary>
    /// <exception cref="PryxException">TURN_NOT_FOUND, VALIDATION_ERROR</exception>
    internal long? EndIn(SqliteConnection connection, SessionId session) => (Turn, BeforeSeq) switch
    {
        (null, null) => null,
        ({ } turn, null) => AfterTurn(connection, session, turn),
        (null, { } seq) => Before(connection, session, seq),
        _ => throw new PryxException("VALIDATION_ERROR", "turn and before_seq both say where the copy ends: give one of them."),
    };

    private static long AfterTurn(SqliteConnection connection, SessionId session, int turn)
    {
        var begins = connection.Query(
            "SELECT (SELECT MIN(seq) FROM items WHERE turn_id = t.id) FROM turns t WHERE t.session_id = $session AND t.status <> 'queued' ORDER BY t.rowid",
            static row => row.NumberOrNull(0), ("$session", session.ToString()));
        if (turn < 0 || turn > begins.Count)
        {
            throw new PryxException("TURN_NOT_FOUND", $"This session has no turn {turn}: it has {begins.Count}.", "pryx undo --list shows them");
        }
        return begins.Skip(turn).FirstOrDefault(static first => first is not null) ?? long.MaxValue;
    }

    // Within a turn a copy would end with calls that have no result, or with an answer to nothing.
    private static long Before(SqliteConnection connection, SessionId session, long seq) =>
        connection.First($"SELECT {ItemRows.Columns} FROM items i WHERE i.session_id = $session AND i.seq = $seq", ItemRows.Read, ("$session", session.ToString()), ("$seq", seq)) is UserMessage { IsSteering: false }
            ? seq
            : throw new PryxException("VALIDATION_ERROR", "before_seq: the place of a message that began a turn is expected", "GET /api/v1/sessions/{id}/items has them as seq");
}
