using Pryx.Protocol.Models;

namespace Pryx.Testing.Fake;

/// <summary>Token counts that follow from the bytes, four to a token, with caches as large as the vendors would have had them.</summary>
internal static class Estimates
{
    /// <param name="cachedBytes">What the request shares with the one before.</param>
    public static TokenUsage Input(IWire wire, RequestReading reading, long cachedBytes)
    {
        var input = Tokens(reading.Prefix.Sum(part => (long)part.Length));
        var cached = cachedBytes / 4;
        return wire switch
        {
            // Nothing is cached here unless it is marked, and what is marked is written.
            AnthropicWire when reading.CacheMarkers == 0 => new(input, 0),
            AnthropicWire => new(input, 0, cached, CacheWrite: Math.Max(0, input - cached - 3)),
            ChatCompletionsWire when ChatCompletionsWire.CachesAtMarkers(reading.Request) && reading.CacheMarkers == 0 => new(input, 0),
            _ => new(input, 0, cached < 1024 ? 0 : cached - (cached % 128)),
        };
    }

    public static TokenUsage WithOutput(TokenUsage input, ScriptedReply reply)
    {
        var reasoning = reply.Reasoning is { } text ? Tokens(text.Length) : 0;
        var answer = reply.Text.Sum(chunk => (long)chunk.Length) + reply.Calls.Sum(call => (long)call.Name.Length + call.Arguments.Length);
        return input with { Output = reasoning + Tokens(answer), Reasoning = reasoning };
    }

    private static long Tokens(long characters) => (characters + 3) / 4;
}
