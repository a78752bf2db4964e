using System.Security.Cryptography;
using System.Text;
using Pryx.Protocol;

namespace Pryx.Core.Tracing;

/// <summary>Ids that follow from what they name, so that any process finds a span again without having kept it.</summary>
public static class SpanIds
{
    private const int LongestName = 96;

    public static string TraceOf(TurnId turn) => turn.Value.ToString("N");

    /// <summary>False for what is no trace id.</summary>
    public static bool TryParseTrace(string text, out TurnId turn)
    {
        var isTrace = Guid.TryParseExact(text, "N", out var value);
        turn = new(value);
        return isTrace;
    }

    public static string OfTurn(TurnId turn) => Of(turn, "turn");
    public static string OfStep(TurnId turn, int step) => Of(turn, $"step {step}");
    public static string OfModelCall(TurnId turn, int step) => Of(turn, $"model {step}");
    public static string OfToolCall(TurnId turn, string callId) => Of(turn, $"tool {callId}");
    public static string OfApproval(TurnId turn, Guid approval) => Of(turn, $"approval {approval}");

    /// <summary>Names and ids come from models and servers, which could write anything into them: what does not look like a name is not kept.</summary>
    public static string Safe(string name) =>
        name.Length is > 0 and <= LongestName && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or ':' or '|') ? name : "unknown";

    private static string Of(TurnId turn, string what)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{turn.Value:N}/{what}"), hash);
        return Convert.ToHexStringLower(hash[..8]);
    }
}
