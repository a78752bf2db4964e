using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Pryx.Agent.Tools;
using Pryx.Protocol.Approvals;

namespace Pryx.Agent.Approvals;

/// <summary>
/// What an answer is an answer to: session, turn, call, tool, the arguments in their one spelling, and what they would touch. Computed from
/// the question as it was shown when it is answered, and from the call as it would run before it runs: where the two differ, it is asked again.
/// </summary>
public static class ApprovalBinding
{
    /// <summary>SHA-256, hexadecimal; null for a question that is about no call.</summary>
    public static string? Of(Approval question)
    {
        if (question is not { Kind: ApprovalKind.Tool, TurnId: { } turn, CallId: { } call, Args: { } args })
        {
            return null;
        }
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var part in (ReadOnlySpan<string>)[question.SessionId.ToString(), turn.ToString(), call, question.Tool])
            {
                writer.WriteStringValue(part);
            }
            Write(writer, args);
            foreach (var touched in question.Touches)
            {
                writer.WriteStringValue(touched);
            }
            writer.WriteEndArray();
        }
        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }

    /// <summary>What a plan would touch, one line each, in an order that does not depend on how it was found out.</summary>
    public static IReadOnlyList<string> TouchesOf(ToolPlan plan) =>
        [.. plan.Accesses.Select(static access => $"{NameOf(access.Kind)} {(access.Method is { } method ? method + " " : "")}{access.Target}").Distinct().Order(StringComparer.Ordinal)];

    private static string NameOf(AccessKind kind) => kind switch { AccessKind.Read => "read", AccessKind.Write => "write", AccessKind.Execute => "run", _ => "connect" };

    // Names in order, those that stand twice in theirs; numbers as they were written.
    private static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject().OrderBy(static property => property.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var entry in element.EnumerateArray())
                {
                    Write(writer, entry);
                }
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                writer.WriteStringValue("#" + element.GetRawText());
                break;
            case JsonValueKind.String:
                writer.WriteStringValue("$" + element.GetString());
                break;
            default:
                writer.WriteRawValue(element.GetRawText());
                break;
        }
    }
}
