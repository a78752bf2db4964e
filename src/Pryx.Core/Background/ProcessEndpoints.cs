using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;
using Pryx.Protocol.Processes;

namespace Pryx.Core.Background;

/// <summary>Makes the one call that starts a process, in a turn that asks no model.</summary>
/// <param name="session">Null for a session of its own in the folder.</param>
/// <returns>The call's result, or null with the reason why there is none.</returns>
internal delegate Task<(string Text, ToolResult? Result)> StartCall(SessionId? session, string folder, string arguments, HttpContext http, bool approvesAll, CancellationToken cancellationToken);

/// <summary><c>/api/v1/processes</c>: background processes for people. Starting one goes the way of every other call: policy, approval, audit.</summary>
/// <param name="folder">Where those without a session are started.</param>
/// <param name="isDaemon">False: nothing that is started here would outlive the request.</param>
internal sealed partial class ProcessEndpoints(ProcessDesk desk, StartCall startAsync, string folder, bool isDaemon)
{
    private const string Root = "/api/v1/processes";

    public void Map(ApiRoutes routes)
    {
        ApiParameter[] filter = [new("session_id", "Only those of this session"), new("tag", "Only those with this tag")];
        routes.Add(new("GET", Root, "Background processes, newest first, each with its last ten lines")
        { Query = [.. filter, new("status", "running or ended")], Response = ProcessesJson.Default.BackgroundProcessList }, ListAsync);
        routes.Add(new("GET", Root + "/{id}", "One process with its last 100 lines, or as many as its buffer_lines says")
        { Query = [new("lines", "At most so many, up to 500", "integer"), new("after", "Only lines behind this number", "integer")], Response = ProcessesJson.Default.BackgroundProcessBody }, ReadAsync);
        routes.Add(new("POST", Root, "Starts a process; the command is judged as a model's is, and asked where a surface is open")
        { Scope = Scopes.Chat, Request = ProcessesJson.Default.StartProcess, Response = ProcessesJson.Default.BackgroundProcessBody, Status = 201 }, StartAsync);
        routes.Add(new("POST", Root + "/{id}/stop", "Ends a process and everything it has started") { Scope = Scopes.Chat, Response = ProcessesJson.Default.BackgroundProcessBody }, StopAsync);
        routes.Add(new("POST", Root + "/stop", "Ends all processes of a session or with a tag; all there are without either")
        { Scope = Scopes.Chat, Query = filter, Response = ProcessesJson.Default.StoppedProcesses }, StopAllAsync);
    }

    private async Task ListAsync(HttpContext http)
    {
        var (session, tag, status) = (http.QueryText("session_id"), http.QueryText("tag"), http.QueryText("status"));
        var all = await desk.ListAsync(http.RequestAborted);
        await http.WriteAsync(
            new BackgroundProcessList([.. all.Where(process => (session is null || process.SessionId?.ToString() == session) && (tag is null || process.Tags.Contains(tag)) && (status is null || process.Status == status))]),
            ProcessesJson.Default.BackgroundProcessList);
    }

    private async Task ReadAsync(HttpContext http)
    {
        var id = http.RouteText("id");
        if (desk.Find(id) is { } here)
        {
            var lines = http.QueryNumber("lines", here.Wanted.Output.BufferLines, 1, 500);
            await http.WriteAsync(here.Body(lines, http.QueryLong("after"), withPorts: true), ProcessesJson.Default.BackgroundProcessBody);
            return;
        }
        await http.WriteAsync((await desk.ListAsync(http.RequestAborted)).FirstOrDefault(process => process.Id == id) ?? throw NotFound(id), ProcessesJson.Default.BackgroundProcessBody);
    }

    private async Task StartAsync(HttpContext http)
    {
        var wanted = await http.ReadAsync(ProcessesJson.Default.StartProcess);
        if (string.IsNullOrWhiteSpace(wanted.Command))
        {
            throw new PryxException("VALIDATION_ERROR", "command: one shell command line is expected");
        }
        if (wanted.ApproveAll && !Caller.Of(http).May(Scopes.Approve))
        {
            throw new PryxException("SCOPE_MISSING", "approve_all needs the scope Approve.");
        }
        if (!isDaemon)
        {
            throw new PryxException("PROCESS_NEEDS_DAEMON", "No Pryx daemon runs, so the process would end with this command.", "start it first: pryx serve");
        }
        var place = wanted.Workspace ?? folder;
        if (wanted.SessionId is null && !(Path.IsPathFullyQualified(place) && Directory.Exists(place)))
        {
            throw new PryxException("WORKSPACE_MISSING", $"workspace: there is no folder {place}; its absolute path is expected.");
        }
        using var leaving = http.Leaving();
        var (text, result) = await startAsync(wanted.SessionId, place, ArgumentsOf(wanted), http, wanted.ApproveAll, leaving.Token);
        if (result is not { Status: ToolStatus.Completed or ToolStatus.Failed } || Id().Match(text) is not { Success: true } id || desk.Find(id.Value) is not { } process)
        {
            throw new PryxException(result?.Status == ToolStatus.Denied ? "PROCESS_DENIED" : "PROCESS_FAILED", text);
        }
        http.Response.Headers.Location = $"{Root}/{process.Id}";
        await http.WriteAsync(process.Body(process.Wanted.Output.BufferLines, withPorts: true), ProcessesJson.Default.BackgroundProcessBody, StatusCodes.Status201Created);
    }

    private async Task StopAsync(HttpContext http)
    {
        var id = http.RouteText("id");
        if (desk.Find(id) is not { } process)
        {
            var known = (await desk.ListAsync(http.RequestAborted)).FirstOrDefault(other => other.Id == id) ?? throw NotFound(id);
            throw new PryxException("PROCESS_ELSEWHERE", known.Status == "ended" ? $"{id} has ended." : $"{id} runs in another pryx command.", known.Status == "ended" ? null : "it ends when that command does");
        }
        await process.StopAsync("user");
        await http.WriteAsync(process.Body(ProcessDesk.ListedLines), ProcessesJson.Default.BackgroundProcessBody);
    }

    private async Task StopAllAsync(HttpContext http)
    {
        var (session, tag) = (http.QueryText("session_id"), http.QueryText("tag"));
        var stopped = await desk.StopAllAsync(process => (session is null || process.Wanted.Session.ToString() == session) && (tag is null || process.Wanted.Tags.Contains(tag)), "user");
        await http.WriteAsync(new StoppedProcesses(stopped), ProcessesJson.Default.StoppedProcesses);
    }

    private static string ArgumentsOf(StartProcess wanted)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("command", wanted.Command);
            json.WriteString("name", wanted.Name);
            json.WriteBoolean("global", wanted.Global || wanted.SessionId is null);
            json.WriteString("mode", wanted.Mode);
            json.WriteBoolean("outside_sandbox", wanted.OutsideSandbox);
            List("tags", wanted.Tags);
            List("network", wanted.Network);
            if (wanted.OutputConfig is { } output)
            {
                json.WritePropertyName("output_config");
                JsonSerializer.Serialize(json, output, ProcessesJson.Default.ProcessOutputConfig);
            }
            json.WriteEndObject();

            void List(string name, IReadOnlyList<string>? values)
            {
                if (values is { Count: > 0 })
                {
                    json.WriteStartArray(name);
                    foreach (var value in values)
                    {
                        json.WriteStringValue(value);
                    }
                    json.WriteEndArray();
                }
            }
        }
        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static PryxException NotFound(string id) => new("PROCESS_NOT_FOUND", $"There is no process {id}.", "pryx process list shows those there are.");

    [GeneratedRegex("proc-[a-z0-9]{10}")]
    private static partial Regex Id();
}
