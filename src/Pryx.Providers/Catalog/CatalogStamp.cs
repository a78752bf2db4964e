using System.Globalization;

namespace Pryx.Providers.Catalog;

/// <summary>Where a table of models comes from and how old it is: its first line.</summary>
public sealed record CatalogStamp
{
    /// <summary>When what it says was true.</summary>
    public DateTimeOffset FetchedAt { get; init; }

    /// <summary>When its source was last asked whether it is still true.</summary>
    public DateTimeOffset CheckedAt { get; init; }

    /// <summary>Where it was fetched; null for a bundled one and for a file that somebody put there.</summary>
    public string? Source { get; init; }

    /// <summary>What the source called this version, for the next question; as it was sent.</summary>
    public string? ETag { get; init; }
    public string? LastModified { get; init; }

    /// <summary>Length and time of the file that the table was made of, to tell whether it is still that file.</summary>
    public string? Of { get; init; }

    internal string Write(int length) => string.Join('\t', (string[])
    [
        "pryx-catalog", "1", length.ToString(CultureInfo.InvariantCulture), Seconds(FetchedAt), Seconds(CheckedAt), Clean(Source), Clean(ETag), Clean(LastModified), Clean(Of),
    ]);

    /// <summary>Null when it is no such line.</summary>
    internal static (CatalogStamp Stamp, int Length)? Read(string line) =>
        line.Split('\t') is ["pryx-catalog", "1", var length, var fetched, var @checked, var source, var etag, var modified, var of, ..]
        && int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && Time(fetched) is { } fetchedAt && Time(@checked) is { } checkedAt
            ? (new() { FetchedAt = fetchedAt, CheckedAt = checkedAt, Source = Text(source), ETag = Text(etag), LastModified = Text(modified), Of = Text(of) }, bytes)
            : null;

    private static string Seconds(DateTimeOffset time) => Math.Max(0, time.ToUnixTimeSeconds()).ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset? Time(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private static string? Text(string field) => field.Length == 0 ? null : field;

    private static string Clean(string? text) => text is null || text.Any(char.IsControl) ? "" : text;
}
