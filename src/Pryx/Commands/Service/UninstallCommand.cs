using System.CommandLine;
using System.Globalization;
using Pryx.Host.Service;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Service;

/// <summary><c>pryx uninstall</c>: the service, then the program; with --purge also everything it has ever stored.</summary>
internal static class UninstallCommand
{
    public static Command Create(CommandIo io)
    {
        var purge = new Option<bool>("--purge") { Description = "Also everything it has stored: sessions, settings, skills, backups, keys" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask" };
        var command = new Command("uninstall", "Take Pryx off this machine; what it has stored stays unless you say --purge") { purge, yes };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var installed = Installation.Find();
            var isPurge = parsed.GetValue(purge);
            if (!parsed.GetValue(yes) && !await Confirmation.AskAsync(io, Question(io, installed, isPurge), "--yes", cancellationToken))
            {
                return ExitCodes.Failed;
            }
            await EndAsync(io, cancellationToken);
            if (isPurge)
            {
                await PurgeAsync(io, cancellationToken);
            }
            if (installed is null)
            {
                io.Out.WriteLine($"{SafeText.Line(Installation.Executable, 400)} was not put there by Pryx's installer: take it away as it came.");
            }
            else if (installed.Remove() is { Count: > 0 } left)
            {
                throw new PryxException("UNINSTALL_INCOMPLETE", $"Not everything could be taken away: {string.Join("; ", left)}", "run it again with sudo");
            }
            else
            {
                io.Out.WriteLine($"{io.OutStyle.Green("✓")} The program is gone.");
            }
            if (!isPurge && Directory.Exists(io.Reach.Data))
            {
                io.Out.WriteLine($"What it has stored stays in {SafeText.Line(io.Reach.Data, 400)}. A new installation goes on with it.");
            }
            return ExitCodes.Ok;
        });
        return command.WithExamples("pryx uninstall\npryx uninstall --purge");
    }

    private static string Question(CommandIo io, Installation? installed, bool isPurge)
    {
        var program = installed is null ? "" : $" and {installed.Files.Count.ToString(CultureInfo.InvariantCulture)} files of the program";
        return isPurge
            ? $"Delete {io.Reach.Data} with every session, setting, skill, backup and key{program}? This can not be undone."
            : $"Take the service{program} away? {io.Reach.Data} stays.";
    }

    private static async Task EndAsync(CommandIo io, CancellationToken cancellationToken)
    {
        var outcome = await new ServiceInstaller(new ServicePlan(Installation.Executable, io.Reach.Home, io.Reach.Data, null), io.Reach.Variable).UninstallAsync(cancellationToken);
        if (outcome.File is not null)
        {
            ServiceCommands.Show(io, outcome);
        }
        await using var daemon = await io.Reach.OpenDaemonAsync(cancellationToken);
        if (daemon is not null)
        {
            throw new PryxException("ALREADY_RUNNING", $"Pryx is still running at {daemon.Daemon!.GetLeftPart(UriPartial.Authority)}, and was not started by the system.", "end it (Ctrl-C where it runs), then run this again");
        }
    }

    private static async Task PurgeAsync(CommandIo io, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(io.Reach.Data))
        {
            return;
        }
        var secrets = await io.Reach.ForgetSecretsAsync(warning => io.Error.WriteLine($"Warning: {SafeText.Of(warning)}"), cancellationToken);
        Directory.Delete(io.Reach.Data, recursive: true);
        io.Out.WriteLine($"{io.OutStyle.Green("✓")} {SafeText.Line(io.Reach.Data, 400)} is gone{(secrets > 0 ? $", and {secrets.ToString(CultureInfo.InvariantCulture)} keys and tokens out of the keychain" : "")}.");
    }
}
