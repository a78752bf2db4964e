using System.CommandLine;
using Pryx.Commands.Gateway;
using Pryx.Commands.Providers;
using Pryx.Host;
using Pryx.Protocol.Cloud;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Cloud;

/// <summary><c>pryx login</c> and <c>pryx logout</c>: the account at Pryx Cloud, which nothing else needs.</summary>
internal static class LoginCommand
{
    private const string StatusPath = "/api/v1/cloud/status?check=true";

    public static Command Create(CommandIo io)
    {
        var noBrowser = new Option<bool>("--no-browser") { Description = "Print the address and a QR code instead of opening a browser" };
        var status = new Option<bool>("--status") { Description = "Only say whether this Pryx is signed in; exit code 1 when it is not" };
        var json = new Option<bool>("--json", "-j") { Description = "JSON on stdout" };
        var command = new Command("login", "Sign in to Pryx Cloud with a code; optional, Pryx works without it") { noBrowser, status, json };
        command.SetAction((parsed, cancellationToken) => ApiCall.RunAsync(io, (api, token) => parsed.GetValue(status)
            ? StatusAsync(io, api, parsed.GetValue(json), token)
            : LoginAsync(io, api, !parsed.GetValue(noBrowser), parsed.GetValue(json), token), cancellationToken));
        return command.WithExamples("pryx login\npryx login --no-browser\npryx login --status");
    }

    public static Command CreateLogout(CommandIo io)
    {
        var command = new Command("logout", "Sign out of Pryx Cloud: its tokens are forgotten here");
        command.SetAction((_, cancellationToken) => ApiCall.RunAsync(io, async (api, token) =>
        {
            var wasSignedIn = (await api.CallAsync("GET", "/api/v1/cloud/status", null, CloudBodiesJson.Default.CloudStatus, token)).LoggedIn;
            await api.CallAsync("POST", "/api/v1/cloud/logout", token);
            io.Out.WriteLine(wasSignedIn ? "Signed out of Pryx Cloud." : "Nobody was signed in.");
            return ExitCodes.Ok;
        }, cancellationToken));
        return command.WithExamples("pryx logout");
    }

    private static async Task<int> LoginAsync(CommandIo io, ApiConnection api, bool opensBrowser, bool isJson, CancellationToken cancellationToken)
    {
        var (words, style) = isJson ? (io.Error, io.ErrorStyle) : (io.Out, io.OutStyle);
        try
        {
            await new DeviceLogin(io, words, style, opensBrowser).SignInAsync(api, cancellationToken);
        }
        catch (PryxException e)
        {
            io.Error.WriteLine($"{io.ErrorStyle.Red("Login failed:")} {SafeText.Of(e.Message)}");
            io.Error.WriteLine($"{io.ErrorStyle.Bold("Next:")} {SafeText.Of(e.Next ?? "try again: pryx login")}");
            return ExitCodes.Failed;
        }
        return isJson ? await StatusAsync(io, api, isJson: true, cancellationToken) : ExitCodes.Ok;
    }

    private static async Task<int> StatusAsync(CommandIo io, ApiConnection api, bool isJson, CancellationToken cancellationToken)
    {
        var status = await api.CallAsync("GET", StatusPath, null, CloudBodiesJson.Default.CloudStatus, cancellationToken);
        if (isJson)
        {
            io.WriteJson(status, CloudBodiesJson.Default.CloudStatus);
        }
        else
        {
            io.Out.WriteLine(status.LoggedIn ? $"Signed in to Pryx Cloud ({SafeText.Line(status.Url ?? "-")}); the sign-in is renewed by itself." : "Not signed in. Everything but the cloud works without it.");
            if (status.Trouble is { } trouble)
            {
                io.Warn(trouble);
            }
            if (!status.LoggedIn)
            {
                io.Out.WriteLine("Next: pryx login");
            }
        }
        return status.LoggedIn ? ExitCodes.Ok : ExitCodes.Failed;
    }
}
