using System.Text.Json;

namespace Pryx.Core.Hooks;

/// <summary>How a hook's program ended.</summary>
/// <param name="Trouble">Why it could not run or did not end, in words; null when it ran to its end.</param>
public sealed record HookRun(HookDefinition Hook, int ExitCode, string Stdout, string Stderr, string? Trouble, TimeSpan Took);

/// <summary>What a hook has said, from its exit code and the JSON on its standard output.</summary>
public sealed record HookAnswer
{
    /// <summary>deny, ask or allow; null when it said nothing of it.</summary>
    public string? Decision { get; private init; }
    public string? Reason { get; private init; }
    public string? Context { get; private init; }
    public JsonElement? UpdatedInput { get; private init; }

    /// <summary>Why the turn is to end; null when it may go on.</summary>
    public string? Stops { get; private init; }

    /// <summary>For the user.</summary>
    public string? Message { get; private init; }

    /// <summary>Why nothing of it counts, in words; null when all is well.</summary>
    public string? Trouble { get; private init; }

    private const int MaxWords = 10_000;

    public static HookAnswer Of(HookRun run)
    {
        if (run.Trouble is { } trouble)
        {
            return new() { Trouble = trouble };
        }
        if (run.ExitCode == 2)
        {
            return new() { Decision = "deny", Reason = Words(run.Stderr) ?? "no reason was given" };
        }
        if (run.ExitCode != 0)
        {
            return new() { Trouble = $"it ended with exit code {run.ExitCode}{(Words(run.Stderr) is { } said ? $": {Skills.HiddenText.Line(said, 300)}" : "")}" };
        }
        var text = run.Stdout.Trim();
        if (!text.StartsWith('{'))
        {
            // Words for the model where there is something to add them to; elsewhere they are for a log that nobody keeps.
            return new() { Context = run.Hook.Event is HookEvents.UserPromptSubmit or HookEvents.SessionStart ? Words(text) : null };
        }
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 64 });
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            return new() { Trouble = "what it printed begins like JSON and is none" };
        }
    }

    private static HookAnswer Read(JsonElement root)
    {
        var own = root.TryGetProperty("hookSpecificOutput", out var specific) && specific.ValueKind == JsonValueKind.Object ? specific : default;
        var (decision, reason) = (Text(own, "permissionDecision"), Text(own, "permissionDecisionReason"));
        var older = Text(root, "decision");
        var known = (decision ?? older) switch
        {
            null => null,
            "deny" or "block" => "deny",
            "ask" => "ask",
            "allow" or "approve" => "allow",
            _ => "?",
        };
        if (known == "?")
        {
            return new() { Trouble = $"its decision '{Skills.HiddenText.Line(decision ?? older!, 40)}' is none of allow, ask, deny, block" };
        }
        // Both may be said: the stricter counts.
        known = older is "block" ? "deny" : known;
        var goesOn = !(root.TryGetProperty("continue", out var proceed) && proceed.ValueKind == JsonValueKind.False);
        return new()
        {
            Decision = known,
            Reason = Words(reason ?? Text(root, "reason")),
            Context = Words(Text(own, "additionalContext") ?? Text(root, "additionalContext")),
            UpdatedInput = own.ValueKind == JsonValueKind.Object && own.TryGetProperty("updatedInput", out var updated) && updated.ValueKind == JsonValueKind.Object ? updated.Clone() : null,
            Stops = goesOn ? null : Words(Text(root, "stopReason")) ?? "a hook ended the turn",
            Message = Words(Text(root, "systemMessage")),
        };
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Words(string? text)
    {
        text = text is null ? "" : Skills.HiddenText.Visible(text).Trim();
        return text.Length == 0 ? null : text.Length <= MaxWords ? text : text[..(char.IsHighSurrogate(text[MaxWords - 1]) ? MaxWords - 1 : MaxWords)];
    }
}
