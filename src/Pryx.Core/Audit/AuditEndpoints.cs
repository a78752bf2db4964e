using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol.Audit;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Audit;

/// <summary><c>/api/v1/audit</c>: what was judged, asked, answered, done and changed, and whether the record is whole.</summary>
public sealed class AuditEndpoints(AuditLog log, AuditTrail trail)
{
    private const int PageLimit = 1000;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private static readonly ApiParameter[] Filters =
    [
        new("session_id", "Only what happened in this session"), new("action", "Such as tool.judged; tool.* for all that begin so"),
        new("surface", "Of whoever caused it: cli, web, a channel"), new("actor", "Who caused it: cli:alice, model:web, engine"), new("outcome", "Such as allow, ask, deny, ok, failed"),
        new("since", "ISO 8601: nothing older"), new("until", "ISO 8601: nothing newer"),
    ];

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/audit", "The audit log, newest first, at most 1,000 entries a page")
        {
            Scope = Scopes.Admin,
            Query = [new("limit", "At most so many, 100 unless said", "integer"), new("cursor", "next_cursor of the page before"), .. Filters],
            Response = AuditJson.Default.AuditPage,
        }, ListAsync);
        routes.Add(new("GET", "/api/v1/audit/verify", "Whether the log is whole; if not, the first entry that is not as it was written")
        { Scope = Scopes.Admin, Query = [new("head", "SEQ:HASH of an entry as it was noted earlier: it must still be there")], Response = AuditJson.Default.AuditCheck }, VerifyAsync);
        routes.Add(new("POST", "/api/v1/audit/accept", "Takes note of a broken log: an entry says what was found and who accepted it, and the check begins there")
        { Scope = Scopes.Admin, Request = AuditJson.Default.AcceptAudit, Response = AuditJson.Default.AuditCheck }, AcceptAsync);
        routes.Add(new("GET", "/api/v1/audit/export", "The audit log, oldest first, as one stream: format json, jsonl or csv")
        { Scope = Scopes.Admin, Query = [new("format", "json, jsonl or csv"), .. Filters] }, ExportAsync);
    }

    private async Task ListAsync(HttpContext http)
    {
        var limit = http.QueryNumber("limit", 100, 1, PageLimit);
        var before = http.QueryText("cursor") is not { } cursor ? (long?)null
            : long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var seq) ? seq
            : throw new PryxException("CURSOR_INVALID", "cursor: this is none that a page gave", "begin again without it");
        var found = await trail.ReadNewestAsync(FilterOf(http), limit + 1, before, http.RequestAborted);
        var page = found.Count <= limit ? new AuditPage(found) : new AuditPage([.. found.Take(limit)], found[limit - 1].Seq.ToString(CultureInfo.InvariantCulture));
        await http.WriteAsync(page, AuditJson.Default.AuditPage);
    }

    private async Task VerifyAsync(HttpContext http) => await http.WriteAsync(await log.CheckAsync(HeadOf(http), http.RequestAborted), AuditJson.Default.AuditCheck);

    private async Task AcceptAsync(HttpContext http)
    {
        var request = await http.ReadOrDefaultAsync(AuditJson.Default.AcceptAudit, static () => new AcceptAudit());
        await http.WriteAsync(await log.AcceptAsync($"{http.Surface()}:{Caller.Of(http).Name}", request.Reason, http.RequestAborted), AuditJson.Default.AuditCheck);
    }

    private async Task ExportAsync(HttpContext http)
    {
        var filter = FilterOf(http);
        var export = http.QueryText("format") switch
        {
            null or "json" => AuditExport.Json,
            "jsonl" => AuditExport.JsonLines,
            "csv" => AuditExport.Csv,
            var other => throw new PryxException("VALIDATION_ERROR", $"format: json, jsonl or csv is expected, not '{other}'"),
        };
        http.Response.ContentType = export.ContentType;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"audit.{export.Ending}\"";
        await export.WriteAsync(http.Response.Body, (after, token) => trail.ReadOldestAsync(filter, PageLimit, after, token), http.RequestAborted);
    }

    private static AuditFilter FilterOf(HttpContext http) => new(
        http.QueryText("session_id"), http.QueryText("action"), http.QueryText("surface"), TimeOf(http, "since"), TimeOf(http, "until"), http.QueryText("actor"), http.QueryText("outcome"));

    private static DateTimeOffset? TimeOf(HttpContext http, string name) => http.QueryText(name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time
        : throw new PryxException("VALIDATION_ERROR", $"{name}: a time such as 2026-01-31T12:00:00Z is expected");

    private static (long, string)? HeadOf(HttpContext http)
    {
        if (http.QueryText("head") is not { } text)
        {
            return null;
        }
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && long.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var seq) && seq > 0
            && text.Length - colon - 1 == 64 && text.AsSpan(colon + 1).IndexOfAnyExcept(HexDigits) < 0
            ? (seq, text[(colon + 1)..].ToLowerInvariant())
            : throw new PryxException("VALIDATION_ERROR", "head: SEQ:HASH is expected, as verify prints them");
    }
}
