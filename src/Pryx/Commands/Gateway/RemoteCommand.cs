using System.CommandLine;
using System.Text.Json;
using Pryx.Host;
using Pryx.Protocol.Access;
using Pryx.Terminal;

namespace Pryx.Commands.Gateway;

/// <summary><c>pryx remote</c>: the one address under which other machines reach this Pryx through a proxy.</summary>
internal static class RemoteCommand
{
    public static Command Create(CommandIo io)
    {
        var url = new Option<string?>("--url") { HelpName = "https://HOST", Description = "Where a proxy on this machine shows Pryx to others" };
        var off = new Option<bool>("--off") { Description = "Nobody else reaches it any more" };
        var command = new Command("remote", "Reach Pryx from other machines, through a proxy with TLS on this one; shows a sign-in link as a QR code") { url, off };
        command.SetAction((parsed, cancellationToken) =>
        {
            if (parsed.GetValue(off) && parsed.GetValue(url) is not null)
            {
                throw UsageError.Of("--url and --off exclude each other.");
            }
            return ApiCall.RunAsync(io, async (api, token) =>
            {
                if (parsed.GetValue(off))
                {
                    await SetAsync(api, null, token);
                    io.Out.WriteLine("Pryx answers on this machine's own addresses only. Browsers that signed in stay signed in: pryx token list");
                    return ExitCodes.Ok;
                }
                var address = parsed.GetValue(url) is { } wanted ? await SetAsync(api, wanted, token) : await api.CallAsync("GET", "/api/v1/remote", null, AccessJson.Default.RemoteAddress, token);
                return await ShowAsync(io, api, address.Url, token);
            }, cancellationToken);
        });
        return command.WithExamples("pryx remote --url https://pryx.example.org\npryx remote\npryx remote --off");
    }

    private static Task<RemoteAddress> SetAsync(ApiConnection api, string? url, CancellationToken cancellationToken) =>
        api.CallAsync("PUT", "/api/v1/remote", JsonSerializer.Serialize(new RemoteAddress(url), AccessJson.Default.RemoteAddress), AccessJson.Default.RemoteAddress, cancellationToken);

    private static async Task<int> ShowAsync(CommandIo io, ApiConnection api, string? url, CancellationToken cancellationToken)
    {
        if (url is null)
        {
            io.Out.WriteLine("Other machines do not reach this Pryx.");
            io.Out.WriteLine("Next: pryx remote --url https://your.host");
            return ExitCodes.Ok;
        }
        io.Out.WriteLine($"Pryx answers at {SafeText.Line(url)} through a proxy on this machine, which passes on X-Forwarded-For.");
        if (api.Daemon is not { } daemon)
        {
            io.Out.WriteLine("It is not running. Next: pryx serve, then pryx remote for a sign-in link");
            return ExitCodes.Ok;
        }
        io.Out.WriteLine($"Proxy to {daemon.GetLeftPart(UriPartial.Authority)}, for example: caddy reverse-proxy --from {new Uri(url).Host} --to {daemon.Authority}");
        var link = await UiCommand.LinkAsync(api, isRemote: true, cancellationToken);
        io.Out.WriteLine("Sign in one browser, once, within two minutes:");
        io.Out.WriteLine(link.Url);
        var code = QrCode.Lines(link.Url, io.OutStyle.HasColor);
        if (io.IsOutTerminal && io.Size().Width >= code.Count * 2)
        {
            foreach (var line in code)
            {
                io.Out.WriteLine(line);
            }
        }
        return ExitCodes.Ok;
    }
}
