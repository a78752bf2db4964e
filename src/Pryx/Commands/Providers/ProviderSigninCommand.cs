using System.CommandLine;
using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Host;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Providers;
using Pryx.Terminal;

namespace Pryx.Commands.Providers;

/// <summary><c>pryx provider oauth</c>: signs in with an account. The answer comes back to this machine; without a daemon this process waits for it.</summary>
internal static class ProviderSigninCommand
{
    private const int WaitSeconds = 20;

    public static Command Create(CommandIo io)
    {
        var name = new Argument<string>("NAME") { Description = "google, or one of yours with an oauth block in config.yaml" };
        var noBrowser = new Option<bool>("--no-browser") { Description = "Print the address instead of opening it" };
        var device = new Option<bool>("--device") { Description = "Sign in by a code that you type on another device, where the provider offers it" };
        var client = new Option<string?>("--client") { HelpName = "FILE", Description = "The JSON of your own OAuth application, as Google's console gives it; kept in the vault" };
        var clientId = new Option<string?>("--client-id") { HelpName = "ID", Description = "Your own OAuth application; its secret, if it has one, is typed without echo or read from stdin" };
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("oauth", "Sign in to a provider with your account instead of a key") { name, noBrowser, device, client, clientId, json };
        command.SetAction((parsed, cancellationToken) => ProviderCall.RunAsync(io, async (api, token) =>
        {
            var id = parsed.GetValue(name)!.Trim().ToLowerInvariant();
            var (application, secret) = parsed.GetValue(client) is { } file ? ReadClient(Path.GetFullPath(file, io.WorkingDirectory))
                : parsed.GetValue(clientId) is { } given ? (given, await KeyPrompt.ReadAsync(io, "Client secret (not shown; Enter for none): ", token))
                : ((string?)null, (string?)null);
            var body = JsonSerializer.Serialize(new StartSignin(parsed.GetValue(device), application, secret), ProvidersJson.Default.StartSignin);
            var started = await api.CallAsync("POST", ProviderCall.PathOf(id, "/oauth"), body, ProvidersJson.Default.SigninStarted, token);
            Show(io, started, opens: !parsed.GetValue(noBrowser));
            var state = await WaitAsync(api, id, token);
            if (parsed.GetValue(json))
            {
                io.WriteJson(state, ProvidersJson.Default.SigninState);
                return state.State == SigninStates.SignedIn ? ExitCodes.Ok : ExitCodes.Failed;
            }
            if (state.State != SigninStates.SignedIn)
            {
                throw new PryxException("SIGNIN_FAILED", state.Reason ?? "The sign-in failed.", $"try again: pryx provider oauth {id}");
            }
            io.Out.WriteLine($"{io.OutStyle.Green("✓")} Signed in to {SafeText.Line(id)}; the tokens are kept in the keychain and renewed by themselves.");
            await WarnOfKeyAsync(io, api, id, token);
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx provider oauth google --client ~/Downloads/client_secret_1234.json\npryx provider oauth google\npryx provider oauth google --no-browser");
    }

    // On stderr: what --json prints is for a program.
    private static void Show(CommandIo io, SigninStarted started, bool opens)
    {
        var url = SafeText.Line(started.Url, 8000);
        if (started.UserCode is { } code)
        {
            io.Error.WriteLine($"Open {url} on any device and enter the code {io.ErrorStyle.Bold(SafeText.Line(code, 60))}");
        }
        else if (opens && Uri.TryCreate(started.Url, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" && io.OpenBrowser(address))
        {
            io.Error.WriteLine("Your browser was opened to sign in. If it does not show the page, open this address yourself:");
            io.Error.WriteLine(url);
        }
        else
        {
            io.Error.WriteLine("Open this address in a browser on this machine:");
            io.Error.WriteLine(url);
        }
        io.Error.WriteLine(io.ErrorStyle.Dim($"Waiting for at most {started.ExpiresIn / 60} minutes (Ctrl-C gives up) …"));
    }

    private static async Task<SigninState> WaitAsync(ApiConnection api, string id, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var state = await api.CallAsync("GET", ProviderCall.PathOf(id, $"/oauth?wait={WaitSeconds}"), null, ProvidersJson.Default.SigninState, cancellationToken);
                if (state.State != SigninStates.Pending)
                {
                    return state;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // A daemon would go on listening for the rest of the five minutes.
            await api.CallAsync("DELETE", ProviderCall.PathOf(id, "/oauth"), CancellationToken.None);
            throw;
        }
    }

    private static async Task WarnOfKeyAsync(CommandIo io, ApiConnection api, string id, CancellationToken cancellationToken)
    {
        var list = await api.CallAsync("GET", "/api/v1/providers", null, ProvidersJson.Default.ProviderList, cancellationToken);
        switch (list.Providers.FirstOrDefault(provider => provider.Id == id))
        {
            case { KeySource: "env", KeyVariable: { } variable }:
                io.Warn($"{variable} is set in the environment and comes before the account.");
                break;
            case { KeySource: "keychain" }:
                io.Warn($"The stored API key comes before the account. Without it: pryx provider remove {id}, then sign in again.");
                break;
            default:
                break;
        }
    }

    /// <exception cref="PryxException">It is not such a file.</exception>
    private static (string Id, string? Secret) ReadClient(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            var application = root.TryGetProperty("installed", out var installed) ? installed : root.TryGetProperty("web", out var web) ? web : root;
            return (application.GetProperty("client_id").GetString()!, application.TryGetProperty("client_secret", out var secret) ? secret.GetString() : null);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new PryxException("CLIENT_INVALID", $"{SafeText.Line(path)} is not the JSON of an OAuth application: it has no client_id.", "download it from the provider's console; Google's type is 'Desktop app'");
        }
    }
}
