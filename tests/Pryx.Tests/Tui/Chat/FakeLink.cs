using System.Text.Json;
using Pryx.Protocol;
using Pryx.Protocol.Client;
using Pryx.Protocol.Errors;
using Pryx.Tui.Link;

namespace Pryx.Tests.Tui.Chat;

/// <summary>A Core that plays a script, with the few routes that the chat reads beside it.</summary>
internal sealed class FakeLink(FakeClient client) : ICoreLink
{
    public IPryxClient Client => client;
    public bool IsAway { get; set; }
    public Dictionary<string, string> Routes { get; } = new()
    {
        ["/api/v1/policy/status"] = """{"mode":"workspace-only"}""",
        ["/api/v1/setup/ready"] = """{"ready":true,"model":"fake/model"}""",
        ["/api/v1/commands"] = """{"commands":[{"name":"review","kind":"command","description":"Reviews a file"}],"broken":[]}""",
    };
    public List<string> Sent { get; } = [];

    public Task ConnectAsync(CancellationToken cancellationToken) => IsAway
        ? Task.FromException(new PryxException("CORE_GONE", "Pryx host not running.", "Start it with `pryx serve`"))
        : Task.CompletedTask;

    public Task<bool> AnswersAsync(CancellationToken cancellationToken) => Task.FromResult(!IsAway);

    public Task<string> SendAsync(string method, string path, string? json, CancellationToken cancellationToken)
    {
        Sent.Add($"{method} {path}");
        if (IsAway)
        {
            throw new PryxException("CORE_GONE", "Pryx host not running.", "Start it with `pryx serve`");
        }
        var route = path.Split('?')[0];
        if (Routes.TryGetValue(route, out var body))
        {
            return Task.FromResult(body);
        }
        return route.EndsWith("/items", StringComparison.Ordinal)
            ? Task.FromResult(JsonSerializer.Serialize(new ItemPage([.. client.Items.Select((item, i) => item with { Seq = i + 1 })]), ProtocolJson.Default.ItemPage))
            : throw new PryxException("NOT_FOUND", $"There is no {route}.");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
