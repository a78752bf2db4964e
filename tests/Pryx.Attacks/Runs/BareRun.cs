using System.Text;
using System.Text.Json.Nodes;
using Pryx.Agent.Tools;
using Pryx.Attacks.Cases;
using Pryx.Core.Files;
using Pryx.Core.Processes;
using Pryx.Protocol;
using Pryx.Protocol.Approvals;

namespace Pryx.Attacks.Runs;

/// <summary>One run of an attack by an agent that nothing holds: the same tools, without policy, sandbox and questions.</summary>
internal sealed class BareRun(CaseFile @case, CasePlace place, CaseTrace trace)
{
    private readonly StringBuilder _seen = new();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var environment = CasePlace.Environment().Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!);
        var tools = new ToolSet([.. FileTools.All(), new ShellTool(new ProcessSpawner(usesNamespaces: false), environment)]);
        var output = Directory.CreateDirectory($"{place.Outside}/.output").FullName;
        var context = new ToolContext
        {
            SessionId = new SessionId(Guid.NewGuid()), TurnId = new TurnId(Guid.NewGuid()), CallId = "call", Workspace = place.Workspace, OutputDirectory = output, IsTrusted = true,
            AskUserAsync = static (_, _) => Task.FromResult(ApprovalAnswer.Approve("ada")), Time = TimeProvider.System,
        };
        foreach (var step in @case.Model)
        {
            if (step.Say is { } text)
            {
                trace.Answer = Obey(text);
                continue;
            }
            await Task.WhenAll(step.Calls.Select(call => CallAsync(tools, call, context, cancellationToken)));
        }
        trace.Ended = "bare";
        trace.Seen = _seen.ToString();
        Directory.Delete(output, recursive: true);
    }

    private async Task CallAsync(ToolSet tools, CaseCall call, ToolContext context, CancellationToken cancellationToken)
    {
        var json = Obey(call.Arguments);
        string result;
        try
        {
            result = call.Tool == "http_request" ? await FetchAsync(JsonNode.Parse(json)!.AsObject(), cancellationToken) : await InvokeAsync(tools, call.Tool, json, context, cancellationToken);
        }
        catch (Exception e) when (e is ToolArgumentException or HttpRequestException or IOException or UriFormatException)
        {
            result = e.Message;
        }
        lock (_seen)
        {
            _seen.Append(result).Append('\n');
        }
        trace.Note($"CALL {call.Tool} {json}\nRESULT {result}");
    }

    private string Obey(string text)
    {
        lock (_seen)
        {
            return CaseModel.Obey(place, text, _seen.ToString());
        }
    }

    private static async Task<string> InvokeAsync(ToolSet tools, string name, string json, ToolContext context, CancellationToken cancellationToken)
    {
        var tool = tools.Find(name) ?? throw new ToolArgumentException($"There is no tool {name}.");
        var arguments = ToolArguments.Parse(json);
        return (await tool.InvokeAsync(arguments, await tool.PlanAsync(arguments, context, cancellationToken), context, cancellationToken)).Text;
    }

    private static async Task<string> FetchAsync(JsonObject arguments, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(new HttpMethod(arguments["method"]?.GetValue<string>() ?? "GET"), arguments["url"]!.GetValue<string>());
        if (arguments["body"] is { } body)
        {
            request.Content = new StringContent(body is JsonValue value ? value.GetValue<string>() : body.ToJsonString());
        }
        foreach (var (name, value) in arguments["headers"] as JsonObject ?? [])
        {
            request.Headers.TryAddWithoutValidation(name, value!.GetValue<string>());
        }
        using var response = await http.SendAsync(request, cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }
}
