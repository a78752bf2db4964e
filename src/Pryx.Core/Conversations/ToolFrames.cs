using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Items;

namespace Pryx.Core.Conversations;

/// <summary>What a tool call looks like on the stream: the function call as the contract's model calls it, and the synthetic pair beside it.</summary>
/// <param name="workspace">Where commands run that name no folder.</param>
internal sealed class ToolFrames(string workspace)
{
    public IEnumerable<(string Event, List<FrameField> Fields)> Begin(ToolCall call)
    {
        var arguments = Parse(call.Arguments);
        if (IsMcp(call, out var server, out var tool))
        {
            yield return ("mcp_tool_call_begin", [Invocation(call, server, tool, arguments)]);
        }
        else
        {
            var fields = new List<FrameField> { FrameField.Of("callId", call.CallId), FrameField.Of("toolName", call.Name), FrameField.Detail("arguments", arguments) };
            if (IsShell(call))
            {
                fields.Add(FrameField.Of("call_id", call.CallId));
                fields.Add(FrameField.Detail("command", CommandOf(arguments)));
                fields.Add(FrameField.Detail("cwd", Path.GetFullPath(TextAt(arguments, "workdir") ?? TextAt(arguments, "cwd") ?? ".", workspace)));
                fields.Add(FrameField.Detail("env", At(arguments, "env") is { ValueKind: JsonValueKind.Object } env ? env : FrameField.Map()));
            }
            yield return ("exec_command_begin", fields);
        }
        yield return ("tool_call_begin", [FrameField.Of("callId", call.CallId), FrameField.Of("toolName", call.Name), FrameField.Detail("arguments", arguments)]);
    }

    public static IEnumerable<(string Event, List<FrameField> Fields)> End(ToolCall call, ToolResult result)
    {
        var isSuccess = result.Status == ToolStatus.Completed;
        if (IsMcp(call, out var server, out var tool))
        {
            yield return ("mcp_tool_call_end", [Invocation(call, server, tool, Parse(call.Arguments)), FrameField.Detail(isSuccess ? "result" : "error", result.Output)]);
        }
        else
        {
            var fields = new List<FrameField>
            {
                FrameField.Of("callId", call.CallId),
                FrameField.Of("toolName", call.Name),
                FrameField.Detail("output", FrameField.Map(
                    ("content", FrameField.Json(result.Output)), ("success", JsonSerializer.SerializeToElement(isSuccess, ConversationJson.Default.Boolean)))),
            };
            if (IsShell(call))
            {
                fields.Add(FrameField.Of("call_id", call.CallId));
                if (result.Command is { } command)
                {
                    fields.Add(FrameField.Detail("stdout", command.StdoutOf(result.Output)));
                    fields.Add(FrameField.Detail("stderr", command.StderrOf(result.Output)));
                    fields.Add(FrameField.Of("exit_code", command.ExitCode));
                    fields.Add(FrameField.Of("timed_out", command.TimedOut));
                }
            }
            yield return ("exec_command_end", fields);
        }
        yield return ("tool_call_end", [FrameField.Of("callId", call.CallId), FrameField.Of("status", isSuccess ? "succeeded" : "failed"), FrameField.Detail("output", result.Output)]);
    }

    /// <summary>The arguments as JSON; as a string when the model wrote something else.</summary>
    public static JsonElement Parse(string arguments)
    {
        try
        {
            return JsonSerializer.Deserialize(string.IsNullOrWhiteSpace(arguments) ? "{}" : arguments, ProtocolJson.Default.JsonElement);
        }
        catch (JsonException)
        {
            return FrameField.Json(arguments);
        }
    }

    private static FrameField Invocation(ToolCall call, string server, string tool, JsonElement arguments)
    {
        var (id, from, name) = (FrameField.Json(call.CallId), FrameField.Json(server), FrameField.Json(tool));
        return new("invocation", FrameField.Map(("call_id", id), ("server", from), ("tool_name", name), ("arguments", arguments)), FrameField.Map(("call_id", id), ("server", from), ("tool_name", name)));
    }

    // Policy names of such tools are mcp.server.tool.
    private static bool IsMcp(ToolCall call, out string server, out string tool)
    {
        var parts = call.Tool.Split('.', 3);
        (server, tool) = parts is ["mcp", _, _] ? (parts[1], parts[2]) : ("", "");
        return server.Length > 0;
    }

    private static bool IsShell(ToolCall call) => call.Tool == "shell.exec";

    // A command line is what the shell is given; a list of words is already what the contract wants.
    private static JsonElement CommandOf(JsonElement arguments) => (At(arguments, "command") ?? At(arguments, "cmd")) switch
    {
        { ValueKind: JsonValueKind.Array } words => words,
        { ValueKind: JsonValueKind.String } line => JsonSerializer.SerializeToElement(["bash", "-c", line.GetString()!], ConversationJson.Default.IReadOnlyListString),
        _ => JsonSerializer.SerializeToElement([], ConversationJson.Default.IReadOnlyListString),
    };

    private static string? TextAt(JsonElement arguments, string name) => At(arguments, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static JsonElement? At(JsonElement arguments, string name) => arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty(name, out var value) ? value : null;
}
