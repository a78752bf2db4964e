using System.Globalization;
using System.Text;
using System.Text.Json;
using Pryx.Host;
using Pryx.Protocol.Audit;
using Pryx.Terminal;

namespace Pryx.Commands.Audit;

/// <summary>How many entries of each kind there are, and how they ended.</summary>
internal static class AuditStats
{
    public static async Task<int> ShowAsync(ApiConnection api, CommandIo io, string query, int limit, bool isJson, CancellationToken cancellationToken)
    {
        var entries = await AuditListing.ReadAsync(api, query, limit, cancellationToken);
        (string Name, List<(string Key, int Count)> Counts)[] groups =
        [
            ("by_action", Count(entries, static entry => entry.Action)),
            ("by_outcome", Count(entries, static entry => entry.Outcome)),
            ("by_actor", Count(entries, static entry => entry.Actor)),
        ];
        if (isJson)
        {
            io.Out.WriteLine(ToJson(entries.Count, groups));
            return ExitCodes.Ok;
        }
        io.Out.WriteLine(io.OutStyle.Bold($"Audit entries: {entries.Count.ToString(CultureInfo.InvariantCulture)}"));
        foreach (var (name, counts) in groups)
        {
            foreach (var (key, count) in counts)
            {
                io.Out.WriteLine($"  {name[3..],-8} {SafeText.Line(key, 60),-28} {count.ToString(CultureInfo.InvariantCulture),8}");
            }
        }
        return ExitCodes.Ok;
    }

    private static List<(string Key, int Count)> Count(List<AuditRecord> entries, Func<AuditRecord, string> keyOf) =>
        [.. entries.GroupBy(keyOf, StringComparer.Ordinal).Select(static group => (group.Key, group.Count())).OrderByDescending(static group => group.Item2).ThenBy(static group => group.Key, StringComparer.Ordinal)];

    private static string ToJson(int entries, (string Name, List<(string Key, int Count)> Counts)[] groups)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("entries", entries);
            foreach (var (name, counts) in groups)
            {
                writer.WriteStartObject(name);
                foreach (var (key, count) in counts)
                {
                    writer.WriteNumber(key, count);
                }
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
