using System.Text;
using System.Text.Json;

namespace Pryx.Tui.Chat;

/// <summary>What a tool call is about, read from its arguments: for calls of the past, whose summary nobody has said.</summary>
internal static class ToolWords
{
    private static readonly string[] _telling = ["command", "path", "file_path", "filePath", "url", "pattern", "query", "question", "task", "name"];

    public static string Summary(string name, string tool, string arguments)
    {
        var what = Telling(arguments);
        var verb = tool switch
        {
            "shell.exec" => "Run",
            "filesystem.read" => "Read",
            "filesystem.write" => name switch { "edit_file" => "Edit", "apply_patch" => "Patch", "mkdir" => "Make", _ => "Write" },
            "filesystem.list" => "List",
            "plan.update" => "Update the plan",
            "plan.present" => "Present a plan",
            "user.ask" => "Ask",
            _ => name,
        };
        verb = name switch { "grep" => "Search", "glob" => "Find", "list_dir" => "List", "remove" => "Remove", "http_request" => "Request", "web_search" => "Search the web for", "task" => "Agent:", "skill" => "Skill", _ => verb };
        return what.Length == 0 || tool == "plan.update" ? verb : $"{verb} {what}";
    }

    /// <summary>The steps of a plan; empty where there are none.</summary>
    public static IReadOnlyList<PlanStep> Plan(string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !(document.RootElement.TryGetProperty("steps", out var steps) || document.RootElement.TryGetProperty("plan", out steps)) || steps.ValueKind != JsonValueKind.Array)
            {
                return [];
            }
            return [.. steps.EnumerateArray().Where(static step => step.ValueKind == JsonValueKind.Object).Select(static step => new PlanStep(Text(step, "step") ?? "", Text(step, "status") ?? "pending"))];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>What an edit takes away and puts in, as a diff; null for what is no edit.</summary>
    public static string? Diff(string name, string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }
            if (Text(root, "patch") is { } patch)
            {
                return patch;
            }
            var diff = new StringBuilder();
            if (root.TryGetProperty("edits", out var edits) && edits.ValueKind == JsonValueKind.Array)
            {
                foreach (var edit in edits.EnumerateArray())
                {
                    Add(diff, edit);
                }
            }
            else if (Text(root, "old_string") is not null)
            {
                Add(diff, root);
            }
            else if (name == "write_file" && Text(root, "content") is { } content)
            {
                Lines(diff, '+', content);
            }
            return diff.Length == 0 ? null : diff.ToString();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>For a person to read: one value a line.</summary>
    public static string Pretty(string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                document.WriteTo(writer);
            }
            return Encoding.UTF8.GetString(stream.ToArray());
        }
        catch (JsonException)
        {
            return arguments;
        }
    }

    private static string Telling(string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return "";
            }
            var text = _telling.Select(name => Text(document.RootElement, name)).FirstOrDefault(static value => !string.IsNullOrWhiteSpace(value)) ?? "";
            return text.Split('\n')[0].Trim();
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static void Add(StringBuilder diff, JsonElement edit)
    {
        if (edit.ValueKind == JsonValueKind.Object)
        {
            Lines(diff, '-', Text(edit, "old_string") ?? "");
            Lines(diff, '+', Text(edit, "new_string") ?? "");
        }
    }

    private static void Lines(StringBuilder diff, char sign, string text)
    {
        foreach (var line in text.Length == 0 ? [] : text.TrimEnd('\n').Split('\n'))
        {
            diff.Append(sign).Append(line).Append('\n');
        }
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <param name="Status">pending, in_progress or completed.</param>
internal sealed record PlanStep(string Text, string Status);
