using Microsoft.Data.Sqlite;
using Pryx.Protocol;
using Pryx.Protocol.Items;
using Pryx.Protocol.Models;

namespace Pryx.Core.Storage;

/// <summary>Items as rows and back, without loss.</summary>
internal static class ItemRows
{
    /// <summary>For a SELECT over <c>items i</c>, in the order that Read expects.</summary>
    public const string Columns =
        "i.seq, i.id, i.turn_id, i.step, i.type, i.text, i.call_id, i.tool, i.data, i.wire, i.opaque, i.provenance, i.source, i.covers_from, i.covers_to, i.created_at";

    /// <summary>Returns the item as it is now stored: with its place and time.</summary>
    /// <param name="usage">For the reply of a step: the tokens the step took.</param>
    public static Item Insert(SqliteConnection connection, SessionId sessionId, Item item, DateTimeOffset now, TokenUsage? usage = null)
    {
        var (text, callId, tool, opaque) = item switch
        {
            UserMessage message => (message.Text, null, null, null),
            Reply reply => (reply.Text, null, null, reply.Opaque),
            Reasoning reasoning => (reasoning.Text, null, null, reasoning.Opaque),
            ToolCall call => (call.Arguments, call.CallId, call.Tool, call.Opaque),
            ToolResult result => (result.Output, result.CallId, null, null),
            ApprovalRecord record => ("", record.CallId, null, null),
            Notice notice => (notice.Text, null, null, null),
            Summary summary => (summary.Text, null, null, (OpaqueData?)null),
            _ => throw new NotSupportedException($"No row for {item.GetType().Name}."),
        };
        var covers = item as Summary;
        connection.Execute(
            """
            INSERT INTO items (id, session_id, turn_id, step, type, text, call_id, tool, data, wire, opaque, provenance, source, covers_from, covers_to, tokens_in, tokens_out, created_at)
            VALUES ($id, $session, $turn, $step, $type, $text, $call, $tool, $data, $wire, $opaque, $provenance, $source, $from, $to, $in, $out, $at)
            """,
            ("$id", item.Id.ToString()), ("$session", sessionId.ToString()), ("$turn", item.TurnId?.ToString()), ("$step", item.Step),
            ("$type", TypeOf(item)), ("$text", text), ("$call", callId), ("$tool", tool), ("$data", ItemData.From(item).ToJson()),
            ("$wire", opaque?.Wire), ("$opaque", opaque?.Data), ("$provenance", NameOf(item.Provenance)), ("$source", item.Source),
            ("$from", covers?.FromSeq), ("$to", covers?.ToSeq), ("$in", usage?.Input), ("$out", usage?.Output), ("$at", Sql.FormatTime(now)));
        return item with { Seq = connection.Number("SELECT last_insert_rowid()"), CreatedAt = now };
    }

    public static Item Read(SqliteDataReader row) => Read(row, 0);

    /// <param name="first">The column where <see cref="Columns"/> begin.</param>
    public static Item Read(SqliteDataReader row, int first)
    {
        var text = row.GetString(first + 5);
        var data = ItemData.Parse(row.GetString(first + 8));
        var opaque = row.IsDBNull(first + 9) ? null : new OpaqueData(row.GetString(first + 9), row.GetString(first + 10));
        Item item = row.GetString(first + 4) switch
        {
            "user_message" => new UserMessage(text) { Attachments = data.Attachments ?? [], IsSteering = data.IsSteering ?? false, Expansion = data.Expansion, Mentions = data.Mentions },
            "reply" => new Reply(text) { Opaque = opaque, IsPartial = data.IsPartial ?? false },
            "reasoning" => new Reasoning(text) { Opaque = opaque, Tokens = data.Tokens },
            "tool_call" => new ToolCall(row.GetString(first + 6), data.Name!, row.GetString(first + 7), text) { Opaque = opaque },
            "tool_result" => new ToolResult(row.GetString(first + 6), data.Status!.Value, text)
            {
                DurationMs = data.DurationMs ?? 0,
                Attachments = data.Attachments ?? [],
                FullOutputPath = data.FullOutputPath,
                Command = data.Command,
            },
            "approval" => new ApprovalRecord(data.ApprovalId!.Value, row.TextOrNull(first + 6), data.Approved ?? false, data.Scope!)
            {
                AnsweredBy = data.AnsweredBy,
                Reason = data.Reason,
            },
            "notice" => new Notice(data.Kind!, text) { IsForModel = data.IsForModel ?? false },
            "summary" => new Summary(text, row.GetInt64(first + 13), row.GetInt64(first + 14)) { Of = data.Of ?? SummaryOf.Everything, Characters = data.Characters ?? 0 },
            var type => throw new NotSupportedException($"No item for a row of type {type}."),
        };
        return item with
        {
            Seq = row.GetInt64(first),
            Id = new(Guid.ParseExact(row.GetString(first + 1), "D")),
            TurnId = row.IsDBNull(first + 2) ? null : new TurnId(Guid.ParseExact(row.GetString(first + 2), "D")),
            Step = row.GetInt32(first + 3),
            Provenance = ProvenanceOf(row.GetString(first + 11)),
            Source = row.TextOrNull(first + 12),
            CreatedAt = row.Time(first + 15),
        };
    }

    private static string TypeOf(Item item) => item switch
    {
        UserMessage => "user_message",
        Reply => "reply",
        Reasoning => "reasoning",
        ToolCall => "tool_call",
        ToolResult => "tool_result",
        ApprovalRecord => "approval",
        Notice => "notice",
        _ => "summary",
    };

    public static string NameOf(Provenance provenance) => provenance switch
    {
        Provenance.User => "user",
        Provenance.Workspace => "workspace",
        Provenance.Model => "model",
        Provenance.Tool => "tool",
        _ => "untrusted",
    };

    // A word this version does not know is from a newer one: the careful reading is the strictest.
    private static Provenance ProvenanceOf(string name) => name switch
    {
        "user" => Provenance.User,
        "workspace" => Provenance.Workspace,
        "model" => Provenance.Model,
        "tool" => Provenance.Tool,
        _ => Provenance.Untrusted,
    };
}
