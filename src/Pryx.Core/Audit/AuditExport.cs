using System.Globalization;
using System.Text;
using System.Text.Json;
using Pryx.Core.Storage;
using Pryx.Protocol.Audit;

namespace Pryx.Core.Audit;

/// <summary>Writes the log a page at a time: it may be larger than memory.</summary>
internal sealed record AuditExport(string ContentType, string Ending, string Head, string Between, string Foot, Func<AuditRecord, string> Line)
{
    public static AuditExport Json { get; } = new("application/json; charset=utf-8", "json", "[", ",\n", "]\n", InJson);
    public static AuditExport JsonLines { get; } = new("application/x-ndjson; charset=utf-8", "jsonl", "", "\n", "\n", InJson);

    public static AuditExport Csv { get; } = new(
        "text/csv; charset=utf-8", "csv", "seq,id,timestamp,action,resource_type,resource_id,actor,details,outcome,result_hash,hash\r\n", "\r\n", "\r\n", InCsv);

    /// <param name="readAsync">The page behind an entry, oldest first; empty at the end.</param>
    public async Task WriteAsync(Stream target, Func<long, CancellationToken, Task<IReadOnlyList<AuditRecord>>> readAsync, CancellationToken cancellationToken)
    {
        var text = new StringBuilder(Head);
        var last = 0L;
        var isFirst = true;
        while (await readAsync(last, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var record in page)
            {
                text.Append(isFirst ? "" : Between).Append(Line(record));
                isFirst = false;
            }
            last = page[^1].Seq;
            await target.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
            text.Clear();
        }
        text.Append(isFirst && Ending == "jsonl" ? "" : Foot);
        await target.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
    }

    private static string InJson(AuditRecord record) => JsonSerializer.Serialize(record, AuditJson.Default.AuditRecord);

    private static string InCsv(AuditRecord record) => string.Join(',', ((string[])
    [
        record.Seq.ToString(CultureInfo.InvariantCulture), record.Id, Sql.FormatTime(record.Timestamp), record.Action, record.ResourceType, record.ResourceId, record.Actor,
        record.Details.GetRawText(), record.Outcome, record.ResultHash ?? "", record.Hash,
    ]).Select(Cell));

    // A cell that a spreadsheet would take for a formula is led by an apostrophe: what a model wrote must not run there.
    private static string Cell(string value)
    {
        var safe = value.Length > 0 && value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + value : value;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
