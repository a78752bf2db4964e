using System.CommandLine;
using Pryx.Host.Service;
using Pryx.Terminal;

namespace Pryx.Commands.Service;

/// <summary><c>pryx install-service</c> and <c>uninstall-service</c>: the system starts Pryx, and starts it again.</summary>
internal static class ServiceCommands
{
    public static Command Install(CommandIo io)
    {
        var system = new Option<bool>("--system") { Description = "For the whole machine instead of your account (Linux, as root); it runs under the name of --user" };
        var user = new Option<string?>("--user") { HelpName = "NAME", Description = "With --system: whose folders and keys it works with (default: who called sudo)" };
        var noStart = new Option<bool>("--no-start") { Description = "Only from the next start of the machine or the next login on" };
        var print = new Option<bool>("--print") { Description = "Print the definition and install nothing" };
        var command = new Command("install-service", "Have the system run Pryx: systemd, launchd, or the task scheduler of Windows") { system, user, noStart, print };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var plan = PlanOf(io, parsed.GetValue(system), parsed.GetValue(user));
            if (parsed.GetValue(print))
            {
                io.Out.Write(OperatingSystem.IsMacOS() ? ServiceUnit.Launchd(plan) : ServiceUnit.Systemd(plan));
                return ExitCodes.Ok;
            }
            Show(io, await new ServiceInstaller(plan, io.Reach.Variable).InstallAsync(!parsed.GetValue(noStart), cancellationToken));
            return ExitCodes.Ok;
        });
        return command.WithExamples("pryx install-service\npryx install-service --print\nsudo pryx install-service --system");
    }

    public static Command Uninstall(CommandIo io)
    {
        var system = new Option<bool>("--system") { Description = "The one of the whole machine" };
        var command = new Command("uninstall-service", "Have the system no longer run Pryx; everything it has stored stays") { system };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Show(io, await new ServiceInstaller(PlanOf(io, parsed.GetValue(system), null), io.Reach.Variable).UninstallAsync(cancellationToken));
            return ExitCodes.Ok;
        });
        return command.WithExamples("pryx uninstall-service");
    }

    private static ServicePlan PlanOf(CommandIo io, bool isSystem, string? user)
    {
        if (user is not null && !isSystem)
        {
            throw UsageError.Of("--user goes with --system.");
        }
        if (!isSystem)
        {
            return new(Installation.Executable, io.Reach.Home, io.Reach.Data, null);
        }
        var name = user ?? io.Reach.Variable("SUDO_USER") ?? throw UsageError.Of("Nobody says under whose name it is to run.", "pryx install-service --system --user NAME");
        var home = Installation.HomeOf(name) ?? throw UsageError.Of($"There is no user {SafeText.Line(name, 60)} on this machine.");
        return new(Installation.Executable, home, Path.Combine(home, ".pryx"), name);
    }

    internal static void Show(CommandIo io, ServiceOutcome outcome)
    {
        io.Out.WriteLine($"{io.OutStyle.Green("✓")} {outcome.What}{(outcome.File is { } file ? $" ({SafeText.Line(file, 400)})" : "")}");
        foreach (var note in outcome.Notes)
        {
            io.Out.WriteLine($"  {SafeText.Line(note, 400)}");
        }
    }
}
