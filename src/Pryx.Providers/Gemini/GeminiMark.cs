using System.Text;
using System.Text.Json;
using Pryx.Providers.Http;

namespace Pryx.Providers.Gemini;

/// <summary>
/// What has to come back on the very part that it came on: the signature, and the id of a call. Google refuses (or forgets its
/// thoughts over) a signature on another part, and over parts that were put together.
/// </summary>
/// <param name="Signature">Null for a part without one.</param>
/// <param name="Tail">Of text: the characters at its end that were the signed part; those before were parts without a signature.</param>
/// <param name="CallId">Of a call: the server's own id; null when it gave none.</param>
/// <param name="IsText">An empty signed part of text, kept as reasoning because it says nothing.</param>
internal sealed record GeminiMark(string? Signature, int Tail = 0, string? CallId = null, bool IsText = false)
{
    public string Write()
    {
        using var body = new RequestBody();
        var json = body.Json;
        json.WriteStartObject();
        if (Signature is not null)
            json.WriteString("signature"u8, Signature);
        if (Tail > 0)
            json.WriteNumber("tail"u8, Tail);
        if (CallId is not null)
            json.WriteString("id"u8, CallId);
        if (IsText)
            json.WriteBoolean("text"u8, true);
        json.WriteEndObject();
        return Encoding.UTF8.GetString(body.Finish().Span);
    }

    public static GeminiMark? Read(string? data)
    {
        if (data is null)
            return null;
        using var json = JsonDocument.Parse(data);
        var root = json.RootElement;
        return new(root.Text("signature"u8), (int)(root.Number("tail"u8) ?? 0), root.Text("id"u8), root.IsTrue("text"u8));
    }
}
