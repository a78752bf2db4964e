using System.Text.Json.Nodes;
using Pryx.Protocol.Models;

namespace Pryx.Testing.Fake;

/// <summary>
/// One JSON object a line, flushed at once, so that it outlives a kill of either side: <c>{"type":"request",…}</c> when a request
/// was read, <c>{"type":"answer",…}</c> when it was answered. Keys are masked.
/// </summary>
internal sealed class RequestLog(string path) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly StreamWriter _file = new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };

    public void Request(FakeRequest request)
    {
        var headers = new JsonObject();
        foreach (var (name, value) in request.Headers)
        {
            headers[name] = name.ToLowerInvariant() is "authorization" or "x-api-key" or "x-goog-api-key" or "cookie" ? "***" : value;
        }
        Write(new()
        {
            ["type"] = "request", ["number"] = request.Number, ["at"] = request.At.ToString("O", null), ["method"] = request.Method, ["path"] = request.Path,
            ["wire"] = request.Wire, ["model"] = request.Model, ["step"] = request.Step, ["bytes"] = request.Bytes, ["headers"] = headers,
            ["body"] = request.Body.ValueKind is System.Text.Json.JsonValueKind.Undefined ? request.Text : JsonNode.Parse(request.Text),
        });
    }

    public void Answer(FakeRequest request, DateTimeOffset at) => Write(new()
    {
        ["type"] = "answer", ["number"] = request.Number, ["at"] = at.ToString("O", null), ["status"] = request.Status, ["outcome"] = request.Outcome,
        ["first_content_at"] = request.FirstContentAt?.ToString("O", null),
        ["calls"] = request.Reply is { } reply ? new JsonArray([.. reply.Calls.Select(call => (JsonNode)call.Name)]) : null,
        ["usage"] = request.Usage is { } usage ? Json(usage) : null,
        ["violations"] = new JsonArray([.. request.Violations.Select(violation => (JsonNode)violation.ToString())]),
    });

    private static JsonObject Json(TokenUsage usage) => new()
    {
        ["input"] = usage.Input, ["output"] = usage.Output, ["cached"] = usage.Cached, ["cache_write"] = usage.CacheWrite, ["reasoning"] = usage.Reasoning,
    };

    private void Write(JsonObject line)
    {
        lock (_gate)
        {
            _file.WriteLine(line.OneLine());
        }
    }

    public void Dispose() => _file.Dispose();
}
