using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Pryx.Testing;

namespace Pryx.Core.Tests.Streams;

/// <summary>What a token of fewer scopes may do over a socket, and what becomes of the socket when the token ends.</summary>
public sealed class SocketScopeTests
{
    private const string Secret = "sk-live-0123456789abcdef0123456789";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("ARC2", "scope filter")]
    public async Task A_token_that_may_only_read_sees_everything_but_neither_talks_nor_answers_nor_counts_as_approver()
    {
        await using var provider = await FakeProvider.StartAsync(SocketSessions.ShellThenDone($"echo --token {Secret}"), Cancellation);
        await using var core = await TestCore.StartAsync(provider, Cancellation);
        var (token, _) = await MintAsync(core, "read");
        await using var reader = await SocketProbe.ConnectAsync(core, Cancellation, token: token);

        foreach (var (type, payload) in new (string, JsonObject)[]
        {
            ("chat.send", new JsonObject { ["content"] = "hello" }),
            ("turn.stop", new JsonObject { ["session_id"] = Guid.NewGuid().ToString() }),
            ("approval.resolve", new JsonObject { ["approval_id"] = Guid.NewGuid().ToString(), ["approved"] = true }),
            ("approvals.pending", []),
        })
        {
            Assert.Equal("forbidden", (string?)(await reader.AskAsync(type, payload, Cancellation))["payload"]!["kind"]);
        }
        Assert.False((bool)(await reader.AskAsync("presence", null, Cancellation))["payload"]!["clients"]![0]!["can_approve"]!);

        await using var person = await SocketProbe.ConnectAsync(core, Cancellation);
        var (_, turn) = await person.SayAsync("go", Cancellation);
        var seen = await reader.NextAsync("approval.needed", Cancellation);
        using var client = core.Client(token);
        var pending = await client.GetStringAsync("/api/v1/approvals/pending", Cancellation);
        using var decision = await client.PostAsync("/api/v1/approvals/decision", new StringContent("{}", System.Text.Encoding.UTF8, "application/json"), Cancellation);
        await person.AskAsync("approval.resolve", new JsonObject { ["approval_id"] = (string)seen["payload"]!["approval_id"]!, ["approved"] = true }, Cancellation);

        Assert.Equal("turn.completed", await reader.EndAsync(turn, Cancellation));
        Assert.Contains("[REDACTED]", pending, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, pending, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, decision.StatusCode);
    }

    [Fact]
    public async Task A_revoked_token_closes_its_sockets_with_1008_and_no_others()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (token, id) = await MintAsync(core, "read", "chat");
        await using var revoked = await SocketProbe.ConnectAsync(core, Cancellation, token: token);
        await using var other = await SocketProbe.ConnectAsync(core, Cancellation);
        await revoked.AskAsync("ping", null, Cancellation);

        Assert.Equal(HttpStatusCode.NoContent, (await core.SendAsync(HttpMethod.Delete, $"/api/v1/tokens/{id}", null, Cancellation)).Status);

        Assert.Equal(WebSocketCloseStatus.PolicyViolation, await revoked.ClosedAsync(Cancellation));
        Assert.Equal("pong", (string?)(await other.AskAsync("ping", null, Cancellation))["event"]);
        Assert.Equal(401, await SocketProbe.RefusedAsync(core, "/ws", Cancellation, token));
    }

    private static async Task<(string Token, string Id)> MintAsync(TestCore core, params string[] scopes)
    {
        var (_, minted) = await core.PostAsync("/api/v1/tokens", new { name = "phone", scopes }, Cancellation);
        return ((string)minted!["token"]!, (string)minted["info"]!["id"]!);
    }
}
