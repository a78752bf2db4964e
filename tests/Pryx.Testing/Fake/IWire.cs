using System.Text.Json;
using Pryx.Protocol.Models;

namespace Pryx.Testing.Fake;

/// <summary>One vendor's format, both ways.</summary>
internal interface IWire
{
    string Name { get; }

    /// <summary>How the request's path ends.</summary>
    string Route { get; }
    string ContentType { get; }
    string? RequestIdHeader { get; }

    /// <summary>Whether the request brought a key where the vendor wants it.</summary>
    bool HasKey(FakeRequest request);

    /// <summary>Undefined body: no JSON came.</summary>
    string ModelOf(FakeRequest request) => request.Body.At("model").Text() ?? "";
    void Read(JsonElement body, RequestReading reading);

    /// <summary>The part of the usage that this wire can tell at all.</summary>
    TokenUsage Reportable(TokenUsage usage, JsonElement body);
    IEnumerable<Frame> Play(ScriptedReply reply, TokenUsage usage, FakeRequest request, Issued issued);
    string ErrorBody(HttpError error, string requestId);

    /// <summary>The error as it comes inside a stream.</summary>
    string StreamError();
    string MalformedChunk();
}

/// <summary>A chunk of a stream.</summary>
internal readonly record struct Frame(FrameKind Kind, string Text);

internal enum FrameKind
{
    Other,
    Text,
    /// <summary>Arguments of a call.</summary>
    Call,
    /// <summary>What closes the stream.</summary>
    Close,
}

internal static class Fragments
{
    /// <summary>At least two when the text has two characters, never within a surrogate pair.</summary>
    public static IEnumerable<string> Of(string text)
    {
        var size = Math.Clamp(text.Length / 2, 1, 16);
        for (var at = 0; at < text.Length;)
        {
            var end = Math.Min(at + size, text.Length);
            end += end < text.Length && char.IsLowSurrogate(text[end]) ? 1 : 0;
            yield return text[at..end];
            at = end;
        }
    }

    public static string NewId(string prefix) => prefix + Guid.NewGuid().ToString("N")[..24];
}
