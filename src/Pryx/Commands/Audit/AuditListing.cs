using System.Globalization;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Host;
using Pryx.Protocol.Audit;
using Pryx.Terminal;

namespace Pryx.Commands.Audit;

/// <summary>The newest entries as a table, or as JSON lines.</summary>
internal static class AuditListing
{
    private const int PageLimit = 1000;

    /// <summary>The newest entries, the newest first.</summary>
    public static async Task<List<AuditRecord>> ReadAsync(ApiConnection api, string query, int limit, CancellationToken cancellationToken)
    {
        var entries = new List<AuditRecord>();
        string? cursor = null;
        do
        {
            var page = await api.CallAsync(
                "GET", $"/api/v1/audit?limit={Math.Min(PageLimit, limit - entries.Count).ToString(CultureInfo.InvariantCulture)}{query}{(cursor is null ? "" : $"&cursor={cursor}")}",
                null, AuditJson.Default.AuditPage, cancellationToken);
            entries.AddRange(page.Entries);
            cursor = page.NextCursor;
        }
        while (cursor is not null && entries.Count < limit);
        return entries;
    }

    public static async Task<int> ShowAsync(ApiConnection api, CommandIo io, string query, int limit, bool isJson, CancellationToken cancellationToken)
    {
        var entries = await ReadAsync(api, query, limit, cancellationToken);
        entries.Reverse();
        if (isJson)
        {
            foreach (var entry in entries)
            {
                io.Out.WriteLine(JsonSerializer.Serialize(entry, AuditJson.Default.AuditRecord));
            }
            return ExitCodes.Ok;
        }
        if (entries.Count == 0)
        {
            io.Out.WriteLine(query.Length == 0 ? "Nothing yet: the log begins with the first tool call." : "Nothing that fits.");
            return ExitCodes.Ok;
        }
        var table = new TextTable(io, new("Seq", IsNumber: true, Rank: 1), new("Time"), new("Action"), new("Outcome"), new("Who"), new("What"));
        foreach (var entry in entries)
        {
            table.Add(
                entry.Seq.ToString(CultureInfo.InvariantCulture), TimeOf(entry, io), entry.Action, entry.Outcome, entry.Actor, WhatOf(entry));
        }
        table.Print();
        return ExitCodes.Ok;
    }

    // Of today the time says enough.
    private static string TimeOf(AuditRecord entry, CommandIo io)
    {
        var local = TimeZoneInfo.ConvertTime(entry.Timestamp, io.Time.LocalTimeZone);
        return local.ToString(!io.IsOutTerminal ? "yyyy-MM-dd HH:mm:ss" : local.Date == io.Time.GetLocalNow().Date ? "HH:mm:ss" : "MM-dd HH:mm", CultureInfo.InvariantCulture);
    }

    private static string WhatOf(AuditRecord entry)
    {
        var tool = Text(entry.Details, "tool");
        var said = Text(entry.Details, "summary") ?? Text(entry.Details, "trouble") ?? Text(entry.Details, "rule") ?? Text(entry.Details, "name");
        return (tool, said) switch
        {
            ({ } name, { } words) => $"{name}: {words}",
            (null, { } words) => words,
            ({ } name, null) => name,
            _ => entry.ResourceType is "tool_call" or "approval" ? entry.ResourceType : $"{entry.ResourceType} {entry.ResourceId}",
        };
    }

    private static string? Text(JsonElement details, string name) =>
        details.ValueKind == JsonValueKind.Object && details.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
