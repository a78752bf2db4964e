using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Audit;

/// <summary><c>/api/v1/audit</c>: what was judged, asked, answered, done and changed, and whether the record is whole.</summary>
public sealed class AuditEndpoints(AuditLog log, AuditTrail trail)
{
    private const int PageLimit = 1000;

    private static readonly ApiParameter[] Filters =
    [
        new("session_id", "Only what happened in this session"), new("action", "Such as tool.judged; tool.* for all that begin so"),
        new("surface", "Of whoever caused it: cli, web, a channel"), new("since", "ISO 8601: nothing older"),
    ];

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", "/api/v1/audit", "The audit log, newest first, at most 1,000 entries a page")
        {
            Scope = Scopes.Admin,
            Query = [new("limit", "At most so many, 100 unless said", "integer"), new("cursor", "next_cursor of the page before"), .. Filters],
            Response = AuditJson.Default.AuditPage,
        }, ListAsync);
        routes.Add(new("GET", "/api/v1/audit/verify", "Whether the chain of hashes is whole; if not, the first entry that is not as it was written")
        { Scope = Scopes.Admin, Response = AuditJson.Default.AuditCheck }, VerifyAsync);
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

    private async Task VerifyAsync(HttpContext http)
    {
        var broken = await log.VerifyAsync(http.RequestAborted);
        await http.WriteAsync(new AuditCheck(broken is null, await trail.CountAsync(http.RequestAborted)) { FirstBroken = broken }, AuditJson.Default.AuditCheck);
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
        http.QueryText("session_id"), http.QueryText("action"), http.QueryText("surface"),
        http.QueryText("since") is not { } since ? null
            : DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time
            : throw new PryxException("VALIDATION_ERROR", "since: a time such as 2026-01-31T12:00:00Z is expected"));
}

/// <param name="NextCursor">Given back for the next page; null on the last one.</param>
public sealed record AuditPage(IReadOnlyList<AuditRecord> Entries, string? NextCursor = null);

/// <param name="Entries">How many there are.</param>
public sealed record AuditCheck(bool Ok, long Entries)
{
    public AuditBreak? FirstBroken { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditPage))]
[JsonSerializable(typeof(AuditCheck))]
[JsonSerializable(typeof(AuditRecord))]
[JsonSerializable(typeof(string))]
internal sealed partial class AuditJson : JsonSerializerContext;
