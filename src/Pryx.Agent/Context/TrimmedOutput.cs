using System.Globalization;
using Pryx.Protocol.Items;

namespace Pryx.Agent.Context;

/// <summary>
/// What is left of a long tool result that has had its time: its beginning, its end, and where the rest is. The same result always gives
/// the same text, as everything does that a provider may have in its cache.
/// </summary>
internal static class TrimmedOutput
{
    /// <summary>Characters; shorter ones are left alone.</summary>
    public const int LeastLength = 6_000;

    // PRD §10.7.6: 30 % head, 70 % tail; how a command ended is at its end.
    private const int Head = 900;
    private const int Tail = 2_100;

    public static string Of(ToolResult result)
    {
        var text = result.Output;
        if (text.Length < LeastLength)
        {
            return text;
        }
        var head = char.IsHighSurrogate(text[Head - 1]) ? Head - 1 : Head;
        var tail = char.IsLowSurrogate(text[^Tail]) ? Tail - 1 : Tail;
        var left = (text.Length - head - tail).ToString("N0", CultureInfo.InvariantCulture);
        var where = result.FullOutputPath is { } path ? $"the whole output is in {path}" : "read the source again if you need them";
        return $"{text[..head]}\n[… {left} characters left out to save room; {where} …]\n{text[^tail..]}";
    }
}
