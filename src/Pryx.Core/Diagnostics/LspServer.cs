using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Pryx.Core.Processes;
using Pryx.Core.Sandbox;

namespace Pryx.Core.Diagnostics;

/// <summary>What is wrong with a language server.</summary>
internal sealed class LspException(string message) : Exception(message);

/// <summary>
/// A language server over its standard streams, as far as errors of files go: it is told of a file's text and answers with its errors, asked
/// (pull) where it can be, else by itself (publish). Kept for the next file; one question at a time.
/// </summary>
internal sealed class LspServer : IAsyncDisposable
{
    /// <summary>After the first answer a server may have better ones; most send nothing more.</summary>
    private static readonly TimeSpan Settles = TimeSpan.FromMilliseconds(300);

    private readonly RunningProcess _child;
    private readonly SandboxRun _sandbox;
    private readonly string _folder;
    private readonly LspStream _stream;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _asked = [];
    private readonly ConcurrentDictionary<string, int> _open = new(StringComparer.Ordinal);
    private readonly Channel<(string Uri, JsonElement Params)> _published = Channel.CreateBounded<(string, JsonElement)>(new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Task _reading;
    private int _id;
    private bool _isPulled;

    public LspServer(RunningProcess child, SandboxRun sandbox, string folder)
    {
        (_child, _sandbox, _folder) = (child, sandbox, folder);
        _stream = new(child.StandardInput!, child.StandardOutput);
        _reading = ReadAsync();
        _ = child.StandardError.CopyToAsync(Stream.Null);
    }

    public bool IsAlive => !_reading.IsCompleted && !_child.Exited.IsCompleted;

    public async Task InitializeAsync(CancellationToken cancellationToken)
    {
        var answer = await AskAsync("initialize", json =>
        {
            json.WriteNumber("processId", Environment.ProcessId);
            json.WriteString("rootUri", new Uri(_folder).AbsoluteUri);
            json.WriteStartObject("capabilities");
            json.WriteStartObject("textDocument");
            json.WriteStartObject("publishDiagnostics");
            json.WriteEndObject();
            json.WriteStartObject("diagnostic");
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartArray("workspaceFolders");
            json.WriteStartObject();
            json.WriteString("uri", new Uri(_folder).AbsoluteUri);
            json.WriteString("name", Path.GetFileName(_folder));
            json.WriteEndObject();
            json.WriteEndArray();
        }, cancellationToken);
        _isPulled = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("capabilities", out var can) && can.TryGetProperty("diagnosticProvider", out var pull) && pull.ValueKind is JsonValueKind.Object or JsonValueKind.True;
        await _stream.WriteAsync("initialized", null, static _ => { }, cancellationToken);
    }

    /// <summary>The errors of a file as it is on disk now.</summary>
    public async Task<IReadOnlyList<Diagnostic>> CheckAsync(string file, string workspace, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var uri = new Uri(file).AbsoluteUri;
            var text = File.Exists(file) ? await File.ReadAllTextAsync(file, cancellationToken) : "";
            while (_published.Reader.TryRead(out _))
            {
                // About what was before.
            }
            await TellAsync(uri, file, text, cancellationToken);
            var found = _isPulled
                ? await AskAsync("textDocument/diagnostic", json => WriteDocument(json, uri, null), cancellationToken)
                : await PublishedAsync(uri, cancellationToken);
            return [.. Errors(found, DiagnosticText.Relative(file, workspace))];
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _child.EndTreeAsync();
        await _child.DisposeAsync();
        await _sandbox.DisposeAsync();
        await _reading;
        _stream.Dispose();
        _one.Dispose();
    }

    private async Task TellAsync(string uri, string file, string text, CancellationToken cancellationToken)
    {
        var version = _open.AddOrUpdate(uri, 1, static (_, before) => before + 1);
        if (version == 1)
        {
            await _stream.WriteAsync("textDocument/didOpen", null, json =>
            {
                json.WriteStartObject("textDocument");
                json.WriteString("uri", uri);
                json.WriteString("languageId", LanguageOf(file));
                json.WriteNumber("version", version);
                json.WriteString("text", text);
                json.WriteEndObject();
            }, cancellationToken);
            return;
        }
        await _stream.WriteAsync("textDocument/didChange", null, json =>
        {
            WriteDocument(json, uri, version);
            json.WriteStartArray("contentChanges");
            json.WriteStartObject();
            json.WriteString("text", text);
            json.WriteEndObject();
            json.WriteEndArray();
        }, cancellationToken);
        await _stream.WriteAsync("textDocument/didSave", null, json => WriteDocument(json, uri, null), cancellationToken);
    }

    private async Task<JsonElement> PublishedAsync(string uri, CancellationToken cancellationToken)
    {
        JsonElement? found = null;
        while (true)
        {
            using var settles = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (found is not null)
            {
                settles.CancelAfter(Settles);
            }
            try
            {
                var (about, diagnostics) = await _published.Reader.ReadAsync(settles.Token);
                found = about == uri ? diagnostics : found;
            }
            catch (OperationCanceledException) when (found is not null && !cancellationToken.IsCancellationRequested)
            {
                return found.Value;
            }
            catch (ChannelClosedException)
            {
                throw new LspException("The language server has ended.");
            }
        }
    }

    // A report of either kind: { diagnostics: […] } or { kind: full, items: […] }.
    private static IEnumerable<Diagnostic> Errors(JsonElement report, string file)
    {
        if (report.ValueKind != JsonValueKind.Object || !(report.TryGetProperty("diagnostics", out var list) || report.TryGetProperty("items", out list)) || list.ValueKind != JsonValueKind.Array)
        {
            yield break;
        }
        foreach (var entry in list.EnumerateArray())
        {
            // Without a severity it is the client's to say; 1 is an error.
            if (entry.ValueKind == JsonValueKind.Object && (!entry.TryGetProperty("severity", out var severity) || (severity.TryGetInt32(out var level) && level == 1)))
            {
                var line = entry.TryGetProperty("range", out var range) && range.TryGetProperty("start", out var start) && start.TryGetProperty("line", out var number) && number.TryGetInt32(out var zeroBased) ? zeroBased + 1 : 0;
                var message = entry.TryGetProperty("message", out var text) ? text.ToString() : "error";
                yield return new(file, line, (message.Length > 300 ? message[..300] + "…" : message).ReplaceLineEndings(" "));
            }
        }
    }

    private async Task<JsonElement> AskAsync(string method, Action<Utf8JsonWriter> parameters, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _id);
        var answer = _asked[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _stream.WriteAsync(method, id, parameters, cancellationToken);
            return await answer.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            _asked.TryRemove(id, out _);
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _stream.ReadAsync(CancellationToken.None) is { } message)
            {
                var hasMethod = message.TryGetProperty("method", out var method);
                if (!hasMethod && message.TryGetProperty("id", out var id) && id.TryGetInt32(out var number) && _asked.TryGetValue(number, out var asked))
                {
                    asked.TrySetResult(message.TryGetProperty("result", out var result) ? result : default);
                }
                else if (hasMethod && method.GetString() == "textDocument/publishDiagnostics" && message.TryGetProperty("params", out var about) && about.TryGetProperty("uri", out var uri))
                {
                    _published.Writer.TryWrite((uri.GetString() ?? "", about));
                }
                else if (hasMethod && message.TryGetProperty("id", out var question))
                {
                    // Configuration and the like: there is none, and it goes on with its defaults.
                    await _stream.AnswerNothingAsync(question, method.GetString() == "workspace/configuration" && message.TryGetProperty("params", out var wanted) && wanted.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array ? items.GetArrayLength() : null, CancellationToken.None);
                }
            }
        }
        catch (Exception e) when (e is IOException or JsonException or LspException or ObjectDisposedException)
        {
            // It has ended or speaks something else; whoever waits is told below.
        }
        _published.Writer.TryComplete();
        foreach (var asked in _asked.Values)
        {
            asked.TrySetException(new LspException("The language server has ended."));
        }
    }

    private static void WriteDocument(Utf8JsonWriter json, string uri, int? version)
    {
        json.WriteStartObject("textDocument");
        json.WriteString("uri", uri);
        if (version is { } number)
        {
            json.WriteNumber("version", number);
        }
        json.WriteEndObject();
    }

    private static string LanguageOf(string file) => Path.GetExtension(file).ToLowerInvariant() switch
    {
        ".py" or ".pyi" => "python",
        ".ts" or ".mts" or ".cts" => "typescript",
        ".tsx" => "typescriptreact",
        ".js" or ".mjs" or ".cjs" => "javascript",
        ".rs" => "rust",
        ".cs" => "csharp",
        ".go" => "go",
        var other => other.TrimStart('.'),
    };
}
