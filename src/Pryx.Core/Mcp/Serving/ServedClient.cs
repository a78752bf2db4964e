using System.Buffers;
using System.Text;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Pryx.Agent.Tools;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Mcp.Serving;

/// <summary>What a client wants of us.</summary>
/// <param name="Server">A bundled server; null for the built-in tools.</param>
/// <param name="Workspace">Absolute; exists.</param>
/// <param name="Principal">Who authenticated, for the audit log.</param>
public sealed record ServedScope(string? Server, string Workspace, string Principal);

/// <summary>One MCP client: its session, and what the protocol asks answered from our tools.</summary>
public sealed class ServedClient(ServedScope scope, ToolSet tools, ServedCalls calls, string version) : IDisposable
{
    // Of a model's notes and of questions to people a foreign agent has its own.
    private static readonly HashSet<string> NotOffered = new(StringComparer.Ordinal) { "plan.update", "user.ask", "sessions.spawn" };

    private readonly SemaphoreSlim _gate = new(1, 1);
    private SessionId? _session;

    public McpServerOptions Options => new()
    {
        ServerInfo = new() { Name = scope.Server is null ? "pryx" : $"pryx-{scope.Server}", Version = version },
        ServerInstructions = $"Tools of Pryx in {scope.Workspace}. Its user's policy decides about every call; one that needs an approval waits until they answer in Pryx.",
        Capabilities = new() { Tools = new() },
        Handlers = new() { ListToolsHandler = (_, _) => ValueTask.FromResult(new ListToolsResult { Tools = [.. Offered.Select(Describe)] }), CallToolHandler = CallAsync },
    };

    private IEnumerable<ITool> Offered => tools.Tools.Where(static tool => !NotOffered.Contains(tool.Definition.PolicyName));

    public void Dispose() => _gate.Dispose();

    private static Tool Describe(ITool tool) => new()
    {
        Name = tool.Definition.WireName,
        Description = tool.Definition.Description,
        InputSchema = tool.Definition.Schema,
        Annotations = new() { ReadOnlyHint = tool.Definition.IsRepeatable },
    };

    private async ValueTask<CallToolResult> CallAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var name = request.Params.Name;
        if (tools.Find(name) is not { } tool || !Offered.Contains(tool))
        {
            throw new McpProtocolException($"There is no tool named '{name}'.", McpErrorCode.InvalidParams);
        }
        await _gate.WaitAsync(cancellationToken);
        try
        {
            _session ??= (await calls.OpenSessionAsync(TitleOf(request.Server.ClientInfo?.Name), scope.Workspace, cancellationToken)).Id;
            return Answer(await calls.CallAsync(_session.Value, new CallTool(tool.Definition.WireName, Json(request.Params.Arguments)) { Server = scope.Server }, scope.Principal, SayWaitingAsync, cancellationToken));
        }
        catch (PryxException e)
        {
            return new() { IsError = true, Content = [new TextContentBlock { Text = e.Next is { } next ? $"{e.Message} Next: {next}" : e.Message }] };
        }
        finally
        {
            _gate.Release();
        }

        // A client that shows progress can show this; others just wait.
        async Task SayWaitingAsync(string question)
        {
            if (request.Params.ProgressToken is { } token)
            {
                await request.Server.NotifyProgressAsync(token, new ProgressNotificationValue { Progress = 0, Message = $"Waiting for an answer in Pryx: {question}" }, cancellationToken: cancellationToken);
            }
        }
    }

    private string TitleOf(string? client)
    {
        var name = client is { Length: > 0 } ? new string([.. client.Where(static c => !char.IsControl(c)).Take(60)]) : "a client";
        return scope.Server is null ? $"MCP: {name}" : $"MCP {scope.Server}: {name}";
    }

    private static CallToolResult Answer(ServedResult served)
    {
        List<ContentBlock> content = [new TextContentBlock { Text = served.Text }];
        foreach (var attachment in served.Result?.Attachments ?? [])
        {
            if (attachment.MediaType.StartsWith("image/", StringComparison.Ordinal))
            {
                content.Add(ImageContentBlock.FromBytes(Convert.FromBase64String(attachment.Base64), attachment.MediaType));
            }
        }
        return new() { IsError = served.IsError, Content = content, StructuredContent = served.Result is { Command: { } command } result ? Structured(command, result.Output) : null };
    }

    private static JsonElement Structured(CommandOutcome command, string output) => Element(writer =>
    {
        writer.WriteString("stdout", command.StdoutOf(output));
        writer.WriteString("stderr", command.StderrOf(output));
        writer.WriteNumber("exit_code", command.ExitCode);
        writer.WriteBoolean("timed_out", command.TimedOut);
    }, static bytes =>
    {
        using var document = JsonDocument.Parse(bytes);
        return document.RootElement.Clone();
    });

    private static string Json(IDictionary<string, JsonElement>? arguments) => Element(writer =>
    {
        foreach (var (name, value) in arguments ?? new Dictionary<string, JsonElement>())
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }, static bytes => Encoding.UTF8.GetString(bytes.Span));

    private static T Element<T>(Action<Utf8JsonWriter> write, Func<ReadOnlyMemory<byte>, T> read)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        return read(buffer.WrittenMemory);
    }
}
