using System.Net;
using System.Text.Json.Nodes;
using Pryx.Testing;

namespace Pryx.Core.Tests.Agents;

/// <summary>What tests of agents do to a daemon: sessions, turns to their end, sub-agents told apart by their first words.</summary>
internal static class AgentProbe
{
    public const string Model = "openai/gpt-4o";

    /// <summary>The person's turn is played by the first script, each agent by the one whose key its task begins with.</summary>
    public static FakeScript ByTask(FakeScript parent, params (string Task, FakeScript Script)[] agents) => request =>
        agents.FirstOrDefault(agent => request.FirstUserText?.StartsWith(agent.Task, StringComparison.Ordinal) == true).Script is { } script ? script(request) : parent(request);

    public static async Task<string> SessionAsync(this TestCore core, CancellationToken cancellationToken, string? workspace = null)
    {
        var (status, body) = await core.PostAsync("/api/v1/sessions", new { workspace = workspace ?? core.Home.Workspace, model = Model }, cancellationToken);
        Assert.Equal(HttpStatusCode.Created, status);
        return (string)body!["id"]!;
    }

    public static async Task<string> SendAsync(this TestCore core, string session, object message, CancellationToken cancellationToken)
    {
        var (status, body) = await core.PostAsync($"/api/v1/sessions/{session}/messages", message, cancellationToken);
        Assert.True((int)status < 300, body?.ToJsonString());
        return (string)body!["turn_id"]!;
    }

    /// <summary>The payload of the turn's terminal event.</summary>
    public static async Task<JsonNode> EndAsync(this TestCore core, string session, string turn, CancellationToken cancellationToken)
    {
        JsonNode? ended = null;
        await UntilAsync(async () => (ended = (await core.EventsAsync(session, cancellationToken)).FirstOrDefault(e =>
            (string?)e["turn_id"] == turn && (string?)e["event"] is "turn.completed" or "turn.failed" or "turn.cancelled" or "turn.limited"
            && (string?)e["turn_id"] == turn)) is not null, cancellationToken);
        return ended!["payload"]!;
    }

    public static async Task<JsonNode> RunAsync(this TestCore core, string session, object message, CancellationToken cancellationToken) =>
        await core.EndAsync(session, await core.SendAsync(session, message, cancellationToken), cancellationToken);

    public static async Task<IReadOnlyList<JsonNode>> EventsAsync(this TestCore core, string session, CancellationToken cancellationToken) =>
        [.. (await core.GetAsync($"/api/v1/events?session_id={session}&limit=1000", cancellationToken)).Body!["events"]!.AsArray().Select(static e => e!)];

    public static async Task<IReadOnlyList<JsonNode>> ItemsAsync(this TestCore core, string session, CancellationToken cancellationToken) =>
        [.. (await core.GetAsync($"/api/v1/sessions/{session}/items?limit=1000", cancellationToken)).Body!["items"]!.AsArray().Select(static item => item!)];

    public static async Task<string> TrustAsync(this TestCore core, CancellationToken cancellationToken)
    {
        var (_, card) = await core.GetAsync($"/api/v1/workspaces/trust?path={Uri.EscapeDataString(core.Home.Workspace)}", cancellationToken);
        Assert.NotNull(card);
        Assert.Equal(HttpStatusCode.NoContent, (await core.PostAsync("/api/v1/workspaces/trust", card.ToJsonString(), cancellationToken)).Status);
        return card.ToJsonString();
    }

    public static Task GrantFolderAsync(this TestCore core, CancellationToken cancellationToken) =>
        core.PostAsync("/api/v1/policies/grants", new { rule = "folder", workspace = core.Home.Workspace }, cancellationToken);

    public static async Task UntilAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        enough.CancelAfter(TimeSpan.FromSeconds(40));
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, enough.Token);
        }
    }
}
