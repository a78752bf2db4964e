using System.Text.Json;
using Pryx.Commands.Sessions;
using Pryx.Protocol;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Settings;

/// <param name="Text">Exactly what is sent, as JSON.</param>
/// <param name="SentAt">Null: it waits, or there is nowhere to send it.</param>
internal sealed record NotedEvent(int Number, string Type, int Tier, DateTimeOffset At, DateTimeOffset? SentAt, string Text);

/// <summary>Telemetry: whether it is on, where it would go, and every event exactly as it was or would be sent.</summary>
internal sealed class Sending(ScreenHost host) : BrowseScreen<NotedEvent>(host)
{
    private JsonElement _status;

    public override string Name => "Telemetry";
    protected override StyledLine Heading => _status.ValueKind == JsonValueKind.Undefined ? new("Telemetry", Ink.Muted)
        : !_status.FlagOf("enabled") ? new("off: nothing is noted, nothing is sent", Ink.Success)
        : _status.TextOf("endpoint") is { } endpoint ? new($"on, tier {_status.NumberOf("tier"):0}, sent to {endpoint}", Ink.Warning)
        : new($"on, tier {_status.NumberOf("tier"):0}; nothing is sent: no address is set", Ink.Muted);

    protected override StyledLine Summary => _status.ValueKind == JsonValueKind.Undefined ? StyledLine.Empty : new($"{_status.NumberOf("sent"):0} sent · {_status.NumberOf("waiting"):0} wait", Ink.Muted);

    protected override Facts Empty => new Facts().Title("Nothing was noted yet")
        .Gap().Text("What telemetry notes stands here exactly as it would be sent: never a prompt, an argument, a path or a name of yours.")
        .Gap().Text("E switches it on or off. It goes nowhere as long as telemetry_endpoint is empty.", Ink.Muted);

    protected override async Task<IReadOnlyList<NotedEvent>> ReadAsync(CancellationToken cancellationToken)
    {
        _status = await Host.Core.GetAsync("/api/v1/telemetry/status", ProtocolJson.Default.JsonElement, cancellationToken);
        var export = await Host.Core.GetAsync("/api/v1/telemetry/export?format=json", ProtocolJson.Default.JsonElement, cancellationToken);
        return [.. export.ItemsOf("events").Select(static (noted, i) => new NotedEvent(
            i, (noted.MemberOf("event") ?? default).TextOf("event_type") ?? "event", (int)(noted.NumberOf("tier") ?? 0), noted.TimeOf("created_at") ?? default, noted.TimeOf("sent_at"), Indented(noted.MemberOf("event") ?? default))).Reverse()];
    }

    protected override string KeyOf(NotedEvent item) => $"{item.Number} {item.At:O}";

    protected override string WordsOf(NotedEvent item) => item.Text;

    protected override StyledLine Row(NotedEvent item, int width) =>
        StatusLine.Of(width, new(item.Type), new($"{RelativeTime.Of(item.At, Host.Time.GetUtcNow())}  {(item.SentAt is null ? "not sent" : "sent")}", Ink.Muted));

    protected override Facts DetailsOf(NotedEvent item) => new Facts().Title(item.Type, item.SentAt is { } sent ? $"sent {RelativeTime.Of(sent, Host.Time.GetUtcNow())}" : "not sent").Text($"tier {item.Tier}, noted {Host.Time.At(item.At)}; all of it:", Ink.Muted).Gap().Text(item.Text, Ink.Code);

    protected override IReadOnlyList<ScreenAction> ActionsOf(NotedEvent? item) =>
        _status.ValueKind == JsonValueKind.Undefined ? [] : [new('e', _status.FlagOf("enabled") ? "switch off" : "switch on", Switch)];

    private void Switch() => Work.Begin("Switching telemetry", async cancellationToken =>
    {
        var isOn = !_status.FlagOf("enabled");
        _status = await Host.Core.SendAsync("PUT", "/api/v1/telemetry/config", $$"""{"enabled":{{(isOn ? "true" : "false")}}}""", ProtocolJson.Default.JsonElement, cancellationToken);
        Host.Say(_status.FlagOf("enabled") == isOn ? $"Telemetry is {(isOn ? "on" : "off")}." : $"Telemetry stays off: {_status.TextOf("disabled_by")} says so.");
        Read();
    });

    private static string Indented(JsonElement body)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            body.WriteTo(json);
        }
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }
}
