using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pryx.Providers.Http;

/// <summary>The JSON of one request, written once, straight to bytes, always in the same order: providers cache by prefix.</summary>
internal sealed class RequestBody : IDisposable
{
    // Relaxed: the text goes into an HTTP body, never into HTML, and escapes cost bytes.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private readonly ArrayBufferWriter<byte> _bytes = new(16 * 1024);

    public RequestBody() => Json = new(_bytes, Options);

    public Utf8JsonWriter Json { get; }

    /// <summary>The finished bytes; valid while this lives.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        Json.Flush();
        return _bytes.WrittenMemory;
    }

    public void Dispose() => Json.Dispose();
}
