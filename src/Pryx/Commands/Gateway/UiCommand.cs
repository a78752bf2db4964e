using System.CommandLine;
using System.Text.Json;
using Pryx.Host;
using Pryx.Protocol.Access;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Gateway;

/// <summary><c>pryx ui</c>: signs a browser in.</summary>
internal static class UiCommand
{
    public static Command Create(CommandIo io)
    {
        var print = new Option<bool>("--print") { Description = "Print the sign-in link instead of opening it; it works once, for two minutes" };
        var command = new Command("ui", "Open Pryx in your browser, signed in") { print };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var link = await LinkAsync(api, isRemote: false, token);
            if (parsed.GetValue(print))
            {
                io.Out.WriteLine(link.Url);
            }
            else if (io.OpenBrowser(new Uri(link.Url)))
            {
                io.Out.WriteLine($"Opened {new Uri(link.Url).GetLeftPart(UriPartial.Authority)} in your browser.");
            }
            else
            {
                io.Out.WriteLine("No browser can be opened from here. Open this link yourself; it works once, for two minutes:");
                io.Out.WriteLine(link.Url);
            }
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx ui\npryx ui --print");
    }

    /// <exception cref="PryxException">NOT_RUNNING, or what Core says.</exception>
    public static Task<SigninLink> LinkAsync(ApiConnection api, bool isRemote, CancellationToken cancellationToken) => api.Daemon is null
        ? throw new PryxException("NOT_RUNNING", "No Pryx is running that a browser could reach.", "pryx serve")
        : api.CallAsync(
            "POST", "/api/v1/signin/links", JsonSerializer.Serialize(new MakeSigninLink { Remote = isRemote }, AccessJson.Default.MakeSigninLink), AccessJson.Default.SigninLink, cancellationToken);
}
