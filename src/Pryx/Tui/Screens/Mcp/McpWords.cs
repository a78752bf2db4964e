using Pryx.Protocol.Mcp;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;

namespace Pryx.Tui.Screens.Mcp;

/// <summary>States of servers as people say them.</summary>
internal static class McpWords
{
    public static (string Sign, string Word, Ink Ink) StateOf(McpServerBody server) => server.State switch
    {
        _ when !server.Enabled => ("○", "off", Ink.Muted),
        McpStates.Disabled => ("○", "off", Ink.Muted),
        McpStates.Connected => ("●", "connected", Ink.Success),
        McpStates.Connecting => ("◐", "connecting", Ink.Info),
        McpStates.NeedsAuth => ("!", "sign-in needed", Ink.Warning),
        McpStates.Failed => ("✗", "failed", Ink.Error),
        _ => ("·", "not used yet", Ink.Muted),
    };

    public static (string Word, Ink Ink) SigninOf(McpSigninState state, TimeProvider time) => state.State switch
    {
        McpSigninStates.SignedIn => ($"signed in{(state.ExpiresAt is { } end ? $" until {time.At(end)}" : "")}", Ink.Success),
        McpSigninStates.Pending => ("waits for the browser", Ink.Info),
        McpSigninStates.Failed => ($"failed: {state.Reason}", Ink.Error),
        _ => ("not signed in", Ink.Muted),
    };
}
