using System.Buffers;
using System.Text;
using System.Text.Json;
using Pryx.Agent.Tools;
using Pryx.Core.Tools;

namespace Pryx.Core.Hooks;

/// <summary>What a hook reads on its standard input, in the shape of Claude Code's.</summary>
internal static class HookInput
{
    public static string OfTool(string name, ToolContext context, ToolDefinition tool, JsonElement arguments, ToolOutcome? outcome) => Write(name, context, writer =>
    {
        writer.WriteString("tool_name", FamiliarTools.TheirsOf(tool));
        writer.WriteString("tool_wire_name", tool.WireName);
        writer.WriteString("tool_policy_name", tool.PolicyName);
        writer.WriteString("tool_use_id", context.CallId);
        writer.WritePropertyName("tool_input");
        WriteArguments(writer, arguments, context.Workspace);
        if (outcome is not null)
        {
            writer.WriteStartObject("tool_response");
            writer.WriteString("status", outcome.Status.ToString().ToLowerInvariant());
            writer.WriteBoolean("success", outcome.Status == Protocol.Items.ToolStatus.Completed);
            writer.WriteString("output", outcome.Text);
            writer.WriteEndObject();
        }
    });

    public static string OfPrompt(ToolContext context, string prompt) => Write(HookEvents.UserPromptSubmit, context, writer => writer.WriteString("prompt", prompt));

    /// <param name="source">startup or resume.</param>
    public static string OfStart(ToolContext context, string source) => Write(HookEvents.SessionStart, context, writer => writer.WriteString("source", source));

    public static string OfStop(ToolContext context, string reply, bool isAgain) => Write(HookEvents.Stop, context, writer =>
    {
        writer.WriteBoolean("stop_hook_active", isAgain);
        writer.WriteString("last_message", reply);
    });

    // Programs written for another agent look for file_path; ours is path.
    private static void WriteArguments(Utf8JsonWriter writer, JsonElement arguments, string workspace)
    {
        writer.WriteStartObject();
        foreach (var property in arguments.EnumerateObject())
        {
            property.WriteTo(writer);
        }
        if (FamiliarPath(arguments, workspace) is { } path)
        {
            writer.WriteString("file_path", path);
        }
        writer.WriteEndObject();
    }

    private static string? FamiliarPath(JsonElement arguments, string workspace) =>
        !arguments.TryGetProperty("file_path", out _) && arguments.TryGetProperty("path", out var path) && path.ValueKind == JsonValueKind.String ? Path.GetFullPath(path.GetString()!, workspace) : null;

    /// <summary>What a hook gives back in place of the arguments, without what was only added for it.</summary>
    public static JsonElement Back(JsonElement updated, JsonElement sent, string workspace)
    {
        if (FamiliarPath(sent, workspace) is not { } added || !updated.TryGetProperty("file_path", out var path) || path.ValueKind != JsonValueKind.String)
        {
            return updated;
        }
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var property in updated.EnumerateObject())
            {
                if (property.NameEquals("file_path") || (property.NameEquals("path") && path.GetString() != added))
                {
                    continue;
                }
                property.WriteTo(writer);
            }
            if (path.GetString() != added)
            {
                writer.WriteString("path", path.GetString());
            }
            writer.WriteEndObject();
        }
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static string Write(string name, ToolContext context, Action<Utf8JsonWriter> more)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("session_id", context.SessionId.ToString());
            // Nothing is written down as such a file: GET /api/v1/sessions/{id}/items has it all.
            writer.WriteNull("transcript_path");
            writer.WriteString("cwd", context.Workspace);
            writer.WriteString("hook_event_name", name);
            writer.WriteString("turn_id", context.TurnId.ToString());
            more(writer);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
