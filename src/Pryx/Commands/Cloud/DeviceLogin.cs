using System.Text.Json;
using Pryx.Commands.Gateway;
using Pryx.Host;
using Pryx.Protocol.Cloud;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Cloud;

/// <summary>Signing in to the cloud by a code that is entered in any browser.</summary>
/// <param name="words">Where it is told: stdout of a command, stderr where stdout is a program's.</param>
/// <param name="opensBrowser">False: the address is only printed.</param>
internal sealed class DeviceLogin(CommandIo io, TextWriter words, Style style, bool opensBrowser)
{
    /// <summary>Returns when the tokens are in the keychain.</summary>
    /// <exception cref="PryxException">CLOUD_…, TIMEOUT, CODE_EXPIRED, LOGIN_DENIED, VAULT_…, KEYCHAIN_…</exception>
    public async Task SignInAsync(ApiConnection api, CancellationToken cancellationToken)
    {
        words.WriteLine("Attempting to log in to Pryx Cloud...");
        var code = await api.CallAsync("POST", "/api/v1/cloud/login/start", null, CloudBodiesJson.Default.DeviceCode, cancellationToken);
        Show(code);
        var poll = JsonSerializer.Serialize(new LoginPoll(code.Code, code.Interval, code.ExpiresIn), CloudBodiesJson.Default.LoginPoll);
        await api.CallAsync("POST", "/api/v1/cloud/login/poll", poll, CloudBodiesJson.Default.LoggedIn, cancellationToken);
        words.WriteLine($"{style.Green("✓")} Successfully logged in!");
    }

    private void Show(DeviceCode code)
    {
        words.WriteLine($"Verification URL: {SafeText.Line(code.VerificationUri, 2000)}");
        words.WriteLine($"User Code: {style.Bold(SafeText.Line(code.UserCode, 60))}");
        var url = code.VerificationUriComplete ?? code.VerificationUri;
        // What another machine says is opened only where it is an address of the web.
        var isAddress = Uri.TryCreate(url, UriKind.Absolute, out var address) && (address.Scheme == "https" || (address.Scheme == "http" && address.IsLoopback));
        var isOpened = opensBrowser && isAddress && io.OpenBrowser(address!);
        if (!isOpened && isAddress)
        {
            ShowQrCode(url);
        }
        words.WriteLine(style.Dim($"{(isOpened ? "Your browser was opened; enter the code there" : "Enter the code there, on any device")}. It holds for {code.ExpiresIn / 60.0:0.#} minutes (Ctrl-C gives up) …"));
    }

    private void ShowQrCode(string url)
    {
        var lines = QrCode.Lines(url, style.HasColor);
        if (io.IsOutTerminal && io.Size().Width >= lines.Count * 2)
        {
            foreach (var line in lines)
            {
                words.WriteLine(line);
            }
        }
    }
}
