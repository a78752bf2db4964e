using System.Text.Json;
using Pryx.Protocol.Errors;
using Pryx.Tui.Shell;

namespace Pryx.Tui.Chat;

/// <summary>What would answer here, and what may run unasked.</summary>
internal sealed record ChatFacts(string? Model, string? Mode, bool IsReady, string? Why)
{
    public static async Task<ChatFacts> ReadAsync(TuiContext ui, CancellationToken cancellationToken)
    {
        using var status = JsonDocument.Parse(await ui.Core.SendAsync("GET", "/api/v1/policy/status", null, cancellationToken));
        var mode = Text(status.RootElement, "mode");
        try
        {
            using var ready = JsonDocument.Parse(await ui.Core.SendAsync("GET", $"/api/v1/setup/ready?workspace={Uri.EscapeDataString(ui.Folder)}", null, cancellationToken));
            return new(Text(ready.RootElement, "model"), mode, ready.RootElement.TryGetProperty("ready", out var isReady) && isReady.ValueKind == JsonValueKind.True, Text(ready.RootElement, "why"));
        }
        catch (PryxException e) when (e.Code == "NOT_FOUND" || e.Code.StartsWith("HTTP_", StringComparison.Ordinal))
        {
            return new(null, mode, true, null);
        }
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
