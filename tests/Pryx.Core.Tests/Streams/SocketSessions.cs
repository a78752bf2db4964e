using System.Text.Json;
using System.Text.Json.Nodes;
using Pryx.Testing;

namespace Pryx.Core.Tests.Streams;

/// <summary>What these tests do again and again.</summary>
internal static class SocketSessions
{
    public const string Model = "openai/gpt-4o";

    /// <summary>A session in the test's workspace, made over the socket itself.</summary>
    /// <returns>Its id and that of its first turn.</returns>
    public static async Task<(string Session, string Turn)> SayAsync(this SocketProbe probe, string text, CancellationToken cancellationToken, string? session = null)
    {
        var payload = new JsonObject { ["content"] = text, ["model"] = Model };
        if (session is not null)
        {
            payload["session_id"] = session;
        }
        var ack = await probe.AskFirstAsync("chat.send", payload, cancellationToken);
        Assert.True(SocketProbe.NameOf(ack) == "ack", ack.ToJsonString());
        return ((string)ack["payload"]!["session_id"]!, (string)ack["payload"]!["turn_id"]!);
    }

    /// <summary>Waits for the end of a turn.</summary>
    public static async Task<string> EndAsync(this SocketProbe probe, string turn, CancellationToken cancellationToken) =>
        SocketProbe.NameOf(await probe.NextAsync(frame => (string?)frame["turn_id"] == turn && SocketProbe.NameOf(frame) is "turn.completed" or "turn.failed" or "turn.cancelled" or "turn.limited", cancellationToken));

    public static (string Name, string Arguments) Shell(string command) => ("shell_exec", JsonSerializer.Serialize(new { command }));

    public static FakeScript ShellThenDone(string command) => FakeScripts.BySteps(Replies.Calls(Shell(command)), Replies.Says("Done."));

    public static long[] Versions(this IEnumerable<JsonNode> frames) => [.. frames.Select(frame => (long)frame["version"]!)];
}
