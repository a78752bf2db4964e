using System.Text.Json;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Setup;
using Pryx.Tui.Link;
using Pryx.Tui.Screens.Sessions;
using Pryx.Tui.Shell;

namespace Pryx.Tui.Screens.Setup;

/// <summary>What the setup has Core do; each answer says how things stand then.</summary>
internal sealed class SetupCalls(TuiContext ui, SetupState state)
{
    public async Task ReadAsync(CancellationToken cancellationToken) =>
        state.Body = await ui.Core.GetAsync($"/api/v1/setup?workspace={Uri.EscapeDataString(ui.Folder)}", SetupJson.Default.SetupBody, cancellationToken);

    public async Task<SetupAnswer> StepAsync(string step, SetupInput input, CancellationToken cancellationToken)
    {
        var answer = await ui.Core.SendAsync("POST", $"/api/v1/setup/steps/{step}", JsonSerializer.Serialize(input, SetupJson.Default.SetupInput), SetupJson.Default.SetupAnswer, cancellationToken);
        state.Body = answer.Setup;
        return answer;
    }

    public Task<ProviderTried> TryAsync(string provider, string? key, string? endpoint, CancellationToken cancellationToken) =>
        ui.Core.SendAsync("POST", "/api/v1/setup/try", JsonSerializer.Serialize(new TryProvider(provider, key, endpoint), SetupJson.Default.TryProvider), SetupJson.Default.ProviderTried, cancellationToken);

    public async Task<CloudCode> BeginLoginAsync(CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await ui.Core.SendAsync("POST", "/api/v1/cloud/login/start", "{}", cancellationToken));
        var root = document.RootElement;
        var link = root.Text("verification_uri_complete") is { Length: > 0 } whole ? whole : root.Text("verification_uri");
        return new(root.Text("device_code"), root.Text("user_code"), link, (int)root.Number("interval"), (int)root.Number("expires_in"));
    }

    /// <summary>Waits until the code was entered.</summary>
    /// <exception cref="PryxException">TIMEOUT: may be asked again; CODE_EXPIRED: begin anew; LOGIN_DENIED and others.</exception>
    public async Task PollLoginAsync(CloudCode code, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("device_code", code.Device);
            writer.WriteNumber("interval", code.Interval);
            writer.WriteNumber("expires_in", code.ExpiresIn);
            writer.WriteEndObject();
        }
        await ui.Core.SendAsync("POST", "/api/v1/cloud/login/poll", System.Text.Encoding.UTF8.GetString(stream.ToArray()), cancellationToken);
    }
}
