using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pryx.Core.Diagnostics;

/// <summary>JSON-RPC as language servers speak it: a header with the length, then the message.</summary>
internal sealed class LspStream(Stream writer, Stream reader) : IDisposable
{
    /// <summary>Bytes of one message; a server that sends more is not believed.</summary>
    private const int Longest = 16 << 20;

    private readonly SemaphoreSlim _writing = new(1, 1);

    public void Dispose() => _writing.Dispose();

    /// <param name="id">Null for a notification.</param>
    public Task WriteAsync(string method, int? id, Action<Utf8JsonWriter> parameters, CancellationToken cancellationToken) => SendAsync(json =>
    {
        json.WriteString("method", method);
        if (id is { } number)
        {
            json.WriteNumber("id", number);
        }
        json.WriteStartObject("params");
        parameters(json);
        json.WriteEndObject();
    }, cancellationToken);

    /// <param name="count">Null for one null; else a list of so many.</param>
    public Task AnswerNothingAsync(JsonElement id, int? count, CancellationToken cancellationToken) => SendAsync(json =>
    {
        json.WritePropertyName("id");
        id.WriteTo(json);
        if (count is not { } many)
        {
            json.WriteNull("result");
            return;
        }
        json.WriteStartArray("result");
        for (var i = 0; i < many; i++)
        {
            json.WriteNullValue();
        }
        json.WriteEndArray();
    }, cancellationToken);

    /// <returns>Null at the end of the stream.</returns>
    /// <exception cref="LspException">What comes is no such message.</exception>
    public async Task<JsonElement?> ReadAsync(CancellationToken cancellationToken)
    {
        int? length = null;
        while (await LineAsync(cancellationToken) is { } line)
        {
            if (line.Length > 0)
            {
                length = line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase) && int.TryParse(line.AsSpan(15).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : length;
                continue;
            }
            if (length is not > 0 or > Longest)
            {
                throw new LspException("The language server sent a message without a length.");
            }
            var body = new byte[length.Value];
            await reader.ReadExactlyAsync(body, cancellationToken);
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        return null;
    }

    private async Task<string?> LineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await reader.ReadAsync(one, cancellationToken) == 1)
        {
            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }
            if (line.Append((char)one[0]).Length > 1_000)
            {
                throw new LspException("The language server sent a header that does not end.");
            }
        }
        return null;
    }

    private async Task SendAsync(Action<Utf8JsonWriter> write, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc", "2.0");
            write(json);
            json.WriteEndObject();
        }
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await writer.WriteAsync(Encoding.ASCII.GetBytes($"Content-Length: {buffer.WrittenCount}\r\n\r\n"), cancellationToken);
            await writer.WriteAsync(buffer.WrittenMemory, cancellationToken);
            await writer.FlushAsync(cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }
}
