using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pryx.Protocol;
using Pryx.Protocol.Client;
using Pryx.Protocol.Sessions;

namespace Pryx.Tui.Link;

/// <summary>Calls with typed bodies, and the few routes that every screen knows.</summary>
internal static class CoreCalls
{
    public static async Task<T> GetAsync<T>(this ICoreLink core, string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        JsonSerializer.Deserialize(await core.SendAsync("GET", path, null, cancellationToken), type)!;

    public static async Task<T> SendAsync<T>(this ICoreLink core, string method, string path, string? json, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        JsonSerializer.Deserialize(await core.SendAsync(method, path, json, cancellationToken), type)!;

    /// <summary>The end of a session, or what comes before a place in it.</summary>
    public static Task<ItemPage> ItemsAsync(this ICoreLink core, SessionId session, int last, long? before, CancellationToken cancellationToken) =>
        core.GetAsync(FormattableString.Invariant($"/api/v1/sessions/{session}/items?last={last}{(before is { } seq ? $"&before_seq={seq}" : "")}"), ProtocolJson.Default.ItemPage, cancellationToken);

    public static Task<Session> ChangeAsync(this ICoreLink core, SessionId session, ChangeSession change, CancellationToken cancellationToken) =>
        core.SendAsync("PATCH", $"/api/v1/sessions/{session}", JsonSerializer.Serialize(change, ProtocolJson.Default.ChangeSession), ProtocolJson.Default.Session, cancellationToken);

    public static Task SetModeAsync(this ICoreLink core, SessionId session, string mode, CancellationToken cancellationToken) =>
        core.SendAsync("PUT", $"/api/v1/sessions/{session}/mode", JsonSerializer.Serialize(new SessionMode(mode), ProtocolJson.Default.SessionMode), cancellationToken);
}
