using System.ComponentModel;
using System.Diagnostics;
using Pryx.Protocol.Errors;

namespace Pryx.Host.Service;

/// <summary>What was done, and what a person may still want to do.</summary>
/// <param name="File">The definition; null where the system keeps it itself.</param>
internal sealed record ServiceOutcome(string What, string? File, IReadOnlyList<string> Notes);

/// <summary>Has the system run Pryx, or no longer: systemd (the user's or the machine's), launchd, Windows.</summary>
internal sealed class ServiceInstaller(ServicePlan plan, Func<string, string?> variable)
{
    /// <summary>The user's unit, as systemd looks for it.</summary>
    public string SystemdFile => plan.User is null
        ? Path.Combine(variable("XDG_CONFIG_HOME") ?? Path.Combine(plan.Home, ".config"), "systemd", "user", ServiceUnit.SystemdName)
        : Path.Combine("/etc/systemd/system", ServiceUnit.SystemdName);

    private string LaunchdFile => Path.Combine(plan.Home, "Library", "LaunchAgents", $"{ServiceUnit.LaunchdLabel}.plist");

    /// <exception cref="PryxException">SERVICE_…: nothing was installed, or it was and does not run.</exception>
    public async Task<ServiceOutcome> InstallAsync(bool start, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsMacOS())
        {
            Directory.CreateDirectory(Path.Combine(plan.Data, "logs"));
            Write(LaunchdFile, ServiceUnit.Launchd(plan));
            if (start)
            {
                await TryRunAsync("launchctl", ["unload", LaunchdFile], cancellationToken);
                await RunAsync("launchctl", ["load", "-w", LaunchdFile], cancellationToken);
            }
            return new("launchd runs Pryx from now on, at every login.", LaunchdFile, []);
        }
        if (OperatingSystem.IsWindows())
        {
            // A task and no service of the machine: Pryx works with the folders and the keychain of the one who is signed in.
            await RunAsync("schtasks.exe", ["/Create", "/F", "/TN", ServiceUnit.WindowsTask, "/SC", "ONLOGON", "/RL", "LIMITED", "/TR", $"\"{plan.Executable}\" serve --headless"], cancellationToken);
            if (start)
            {
                await RunAsync("schtasks.exe", ["/Run", "/TN", ServiceUnit.WindowsTask], cancellationToken);
            }
            return new("Windows runs Pryx from now on, whenever you sign in.", null, ["See how it is: schtasks /Query /TN Pryx"]);
        }
        if (await TryRunAsync("systemctl", [.. Scope, "--version"], cancellationToken) is null)
        {
            throw new PryxException("SERVICE_UNAVAILABLE", "There is no systemctl on this machine, so there is nothing that could run Pryx as a service.", "start it yourself: pryx serve, or have your own supervisor run that");
        }
        Write(SystemdFile, ServiceUnit.Systemd(plan));
        await RunAsync("systemctl", [.. Scope, "daemon-reload"], cancellationToken);
        await RunAsync("systemctl", start ? [.. Scope, "enable", "--now", ServiceUnit.SystemdName] : [.. Scope, "enable", ServiceUnit.SystemdName], cancellationToken);
        List<string> notes = [$"See how it is: systemctl {string.Join(' ', [.. Scope, "status", "pryx"])}", $"See what it says: journalctl {(plan.User is null ? "--user " : "")}-u pryx"];
        if (plan.User is null)
        {
            notes.Add("To have it run while you are not signed in: loginctl enable-linger");
        }
        return new("systemd runs Pryx from now on.", SystemdFile, notes);
    }

    /// <exception cref="PryxException">SERVICE_FAILED.</exception>
    public async Task<ServiceOutcome> UninstallAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            await TryRunAsync("schtasks.exe", ["/End", "/TN", ServiceUnit.WindowsTask], cancellationToken);
            await RunAsync("schtasks.exe", ["/Delete", "/F", "/TN", ServiceUnit.WindowsTask], cancellationToken);
            return new("Windows does not run Pryx any more.", null, []);
        }
        var file = OperatingSystem.IsMacOS() ? LaunchdFile : SystemdFile;
        if (!File.Exists(file))
        {
            return new("Pryx is not installed as a service.", null, []);
        }
        if (OperatingSystem.IsMacOS())
        {
            await TryRunAsync("launchctl", ["unload", "-w", file], cancellationToken);
            File.Delete(file);
            return new("launchd does not run Pryx any more.", file, []);
        }
        await TryRunAsync("systemctl", [.. Scope, "disable", "--now", ServiceUnit.SystemdName], cancellationToken);
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PryxException("SERVICE_FAILED", $"{file} could not be deleted ({e.Message}).", plan.User is null ? null : "run it with sudo", e);
        }
        await TryRunAsync("systemctl", [.. Scope, "daemon-reload"], cancellationToken);
        return new("systemd does not run Pryx any more.", file, []);
    }

    private string[] Scope => plan.User is null ? ["--user"] : [];

    private void Write(string file, string text)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PryxException("SERVICE_FAILED", $"{file} could not be written ({e.Message}).", plan.User is null ? "make the folder writable" : "run it with sudo, or leave --system out for a service of your own", e);
        }
    }

    private static async Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var (code, said) = await TryRunAsync(program, arguments, cancellationToken) ?? throw new PryxException("SERVICE_FAILED", $"There is no {program}.");
        if (code != 0)
        {
            throw new PryxException("SERVICE_FAILED", $"{program} {string.Join(' ', arguments)} ended with {code}: {said.Trim()}", program == "systemctl" && said.Contains("bus", StringComparison.OrdinalIgnoreCase) ? "there is no session of yours that systemd knows; sign in directly, or use --system" : null);
        }
    }

    /// <returns>Null when there is no such program.</returns>
    private static async Task<(int Code, string Said)?> TryRunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true } };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return null;
        }
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output + await error);
    }
}
