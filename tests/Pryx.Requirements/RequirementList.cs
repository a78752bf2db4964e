using System.Text;

namespace Pryx.Requirements;

/// <summary>One row of docs/requirements.csv.</summary>
public sealed record Requirement(string Id, string Section, string Text, IReadOnlyList<string> Clauses, string Status)
{
    public const string Proven = "proven", Partial = "partial", Review = "review", Later = "later";

    public static readonly IReadOnlyList<string> Statuses = [Proven, Partial, Review, Later];
}

/// <summary>Reads and writes docs/requirements.csv: RFC 4180 without line breaks inside a field.</summary>
public static class RequirementList
{
    private const string Header = "id,section,requirement,clauses,status";

    public static IReadOnlyList<Requirement> Read(string path)
    {
        var lines = File.ReadAllLines(path);
        if (lines.Length == 0 || lines[0] != Header)
        {
            throw new FormatException($"{path}: the first line must be \"{Header}\".");
        }
        return [.. lines.Skip(1).Select((line, index) => Parse(line, index + 2))];
    }

    public static void Write(string path, IEnumerable<Requirement> requirements)
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (var row in requirements)
        {
            text.AppendJoin(',', new[] { row.Id, row.Section, row.Text, string.Join(';', row.Clauses), row.Status }.Select(Quote)).Append('\n');
        }
        File.WriteAllText(path, text.ToString());
    }

    /// <summary>What is wrong with the list itself, a sentence each.</summary>
    public static IEnumerable<string> Faults(IReadOnlyList<Requirement> requirements)
    {
        foreach (var twice in requirements.GroupBy(row => row.Id).Where(group => group.Count() > 1))
        {
            yield return $"{twice.Key} is there {twice.Count()} times.";
        }
        foreach (var row in requirements)
        {
            if (!Requirement.Statuses.Contains(row.Status))
            {
                yield return $"{row.Id} has the status \"{row.Status}\"; it must be one of {string.Join(", ", Requirement.Statuses)}.";
            }
            if (row.Clauses.Count == 0 || row.Clauses.Any(string.IsNullOrWhiteSpace) || row.Clauses.Distinct().Count() != row.Clauses.Count)
            {
                yield return $"{row.Id} needs clauses that are not empty and each there once.";
            }
        }
    }

    private static Requirement Parse(string line, int number)
    {
        var fields = Split(line);
        return fields.Count == 5
            ? new(fields[0], fields[1], fields[2], fields[3].Split(';', StringSplitOptions.TrimEntries), fields[4])
            : throw new FormatException($"Line {number} has {fields.Count} fields instead of 5: {line}");
    }

    private static List<string> Split(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && isQuoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (line[i] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (line[i] == ',' && !isQuoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(line[i]);
            }
        }
        fields.Add(field.ToString());
        return fields;
    }

    private static string Quote(string field) =>
        field.AsSpan().ContainsAny(',', '"') ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
