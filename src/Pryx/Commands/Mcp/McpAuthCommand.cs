using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Commands.Providers;
using Pryx.Host;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Mcp;
using Pryx.Terminal;

namespace Pryx.Commands.Mcp;

/// <summary><c>pryx mcp auth</c>: signs in to a server. The answer comes back to this machine; without a daemon this process waits for it.</summary>
internal static class McpAuthCommand
{
    private const int WaitSeconds = 20;

    public static Command Create(CommandIo io)
    {
        var (name, json) = (McpClientCommands.Name(), McpClientCommands.Json());
        var noBrowser = new Option<bool>("--no-browser") { Description = "Print the address instead of opening it" };
        var isToken = new Option<bool>("--token") { Description = "Keep a token of your own instead: typed without echo, or from stdin" };
        var isSecret = new Option<bool>("--client-secret") { Description = "Keep the secret of your registered client: typed without echo, or it or its private key (PEM) from stdin" };
        var signOut = new Option<bool>("--sign-out") { Description = "Forget the account" };
        var command = new Command("auth", "Sign in to a server over HTTP with your account; the tokens are kept in the keychain") { name, noBrowser, isToken, isSecret, signOut, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var path = McpClientCommands.PathOf(parsed.GetValue(name)!, "/auth");
            if (parsed.GetValue(signOut))
            {
                await api.CallAsync("DELETE", path, token);
                return await SayAsync($"Signed out of {parsed.GetValue(name)}");
            }
            if (parsed.GetValue(isSecret))
            {
                await api.CallAsync("GET", path, null, McpSigninJson.Default.McpSigninState, token);
                var given = await KeyPrompt.ReadAsync(io, "Client secret (not shown): ", token, isWhole: true);
                await StartAsync(api, path, new(ClientSecret: given), token);
                return await SayAsync($"The secret of {parsed.GetValue(name)}'s client is kept in the keychain");
            }
            if (parsed.GetValue(isToken))
            {
                // Asked for a server that is there, and not before.
                await api.CallAsync("GET", path, null, McpSigninJson.Default.McpSigninState, token);
                var given = await KeyPrompt.ReadAsync(io, "Token (not shown): ", token);
                await StartAsync(api, path, new(given), token);
                return await SayAsync($"The token of {parsed.GetValue(name)} is kept in the keychain");
            }
            var started = await StartAsync(api, path, new(), token);
            if (!started.IsNeeded)
            {
                return await SayAsync($"{started.Server} lets Pryx in without a sign-in");
            }
            var state = await WaitAsync(io, api, path, started, opens: !parsed.GetValue(noBrowser), token);
            if (parsed.GetValue(json))
            {
                io.WriteJson(state, McpSigninJson.Default.McpSigninState);
                return state.State == McpSigninStates.SignedIn ? ExitCodes.Ok : ExitCodes.Failed;
            }
            return state.State == McpSigninStates.SignedIn
                ? await SayAsync($"Signed in to {started.Server}; the tokens are kept in the keychain and renewed by themselves")
                : throw new PryxException("SIGNIN_FAILED", state.Reason ?? "The sign-in failed.");

            async Task<int> SayAsync(string what)
            {
                if (parsed.GetValue(json))
                {
                    io.WriteJson(await api.CallAsync("GET", path, null, McpSigninJson.Default.McpSigninState, token), McpSigninJson.Default.McpSigninState);
                }
                else
                {
                    io.Out.WriteLine($"{io.OutStyle.Green("✓")} {SafeText.Line(what, 300)}.");
                }
                return ExitCodes.Ok;
            }
        }, cancellationToken));
        return command.WithExamples("pryx mcp auth linear\npryx mcp auth linear --no-browser\npryx mcp auth team --token < token.txt\npryx mcp auth team --client-secret < key.pem\npryx mcp auth linear --sign-out");
    }

    private static Task<McpSigninStarted> StartAsync(ApiConnection api, string path, McpSigninInput input, CancellationToken cancellationToken) =>
        api.CallAsync("POST", path, JsonSerializer.Serialize(input, McpSigninJson.Default.McpSigninInput), McpSigninJson.Default.McpSigninStarted, cancellationToken);

    private static async Task<McpSigninState> WaitAsync(CommandIo io, ApiConnection api, string path, McpSigninStarted started, bool opens, CancellationToken cancellationToken)
    {
        var url = started.Url;
        Show(io, url, started.ExpiresIn, opens);
        try
        {
            while (true)
            {
                var state = await api.CallAsync("GET", $"{path}?wait={WaitSeconds}", null, McpSigninJson.Default.McpSigninState, cancellationToken);
                if (state.State != McpSigninStates.Pending)
                {
                    return state;
                }
                if (state.Url is { } next && next != url)
                {
                    // The server wants more than it asked for at first.
                    url = next;
                    Show(io, url, started.ExpiresIn, opens);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // A daemon would go on listening for the rest of the five minutes.
            await api.CallAsync("DELETE", $"{path}?keep=true", CancellationToken.None);
            throw;
        }
    }

    // On stderr: what --json prints is for a program.
    private static void Show(CommandIo io, string? url, int expiresIn, bool opens)
    {
        var isOpen = opens && Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" && io.OpenBrowser(address);
        io.Error.WriteLine(isOpen ? "Your browser was opened to sign in. If it does not show the page, open this address yourself:" : "Open this address in a browser on this machine:");
        io.Error.WriteLine(SafeText.Line(url ?? "", 8000));
        io.Error.WriteLine(io.ErrorStyle.Dim($"Waiting for at most {expiresIn / 60} minutes (Ctrl-C gives up) …"));
    }
}
