using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Context;

/// <summary>
/// What a task can not do without once its steps are summarised: the plan as it stands and the files that were changed. Both are read from
/// the calls themselves, each time anew: no model has to think them worth keeping, and none can get them wrong.
/// </summary>
internal static partial class WorkLedger
{
    private const string Plan = "plan.update";
    private static readonly string[] Changing = ["filesystem.write", "filesystem.edit", "filesystem.delete"];

    /// <param name="limit">Characters in all; of many files the newest are named.</param>
    public static string Of(IReadOnlyList<Item> items, long from, long to, int limit)
    {
        var done = items.OfType<ToolResult>().Where(static result => result.Status == ToolStatus.Completed).ToLookup(static result => (result.TurnId, result.CallId));
        var calls = items.OfType<ToolCall>().Where(call => done.Contains((call.TurnId, call.CallId))).ToList();
        var text = new StringBuilder();
        // One that was made later stands where the model still sees it, or in a later summary.
        if (calls.LastOrDefault(static call => call.Tool == Plan) is { } plan && plan.Seq >= from && plan.Seq <= to)
        {
            var steps = done[(plan.TurnId, plan.CallId)].First().Output;
            text.Append("The plan as it stands:\n").Append(steps.Length <= limit / 2 ? steps : steps[..Transcript.CutAt(steps, limit / 2)]);
        }
        var files = calls.Where(call => call.Seq >= from && call.Seq <= to && Changing.Contains(call.Tool)).SelectMany(PathsOf).Reverse().Distinct(StringComparer.Ordinal).ToList();
        if (files.Count > 0)
        {
            var named = new List<string>();
            var room = limit - text.Length;
            foreach (var file in files)
            {
                if ((room -= file.Length + 2) < 0 && named.Count > 0)
                {
                    break;
                }
                named.Add(file);
            }
            named.Reverse();
            text.Append(text.Length > 0 ? "\n\n" : "").Append(CultureInfo.InvariantCulture, $"Files changed in them ({files.Count}{(named.Count < files.Count ? $", the newest {named.Count}" : "")}): ").AppendJoin(", ", named);
        }
        return text.ToString();
    }

    private static IEnumerable<string> PathsOf(ToolCall call)
    {
        try
        {
            using var json = JsonDocument.Parse(call.Arguments);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return [];
            }
            if (call.Name.Contains("patch", StringComparison.OrdinalIgnoreCase))
            {
                return [.. json.RootElement.EnumerateObject().Where(static property => property.Value.ValueKind == JsonValueKind.String)
                    .SelectMany(static property => PatchedFile().Matches(property.Value.GetString()!)).Select(static match => match.Groups["path"].Value.Trim())];
            }
            return [.. json.RootElement.EnumerateObject().Where(static property => property.Name is "path" or "filePath" or "file_path" && property.Value.ValueKind == JsonValueKind.String).Take(1).Select(static property => property.Value.GetString()!)];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    [GeneratedRegex(@"^\*\*\* (?:Add|Update|Delete|Move to) ?(?:File)?: (?<path>.+)$|^\+\+\+ (?:b/)?(?<path>[^\s]+)", RegexOptions.Multiline)]
    private static partial Regex PatchedFile();
}
