using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Pryx.Agent.Tools;
using Pryx.Core.Configuration;
using Pryx.Core.Files;
using Pryx.Core.Network;
using Pryx.Core.Processes;
using Pryx.Core.Sandbox;
using Pryx.Core.Web;

namespace Pryx.Core.Skills;

/// <param name="Command">As a person would type it.</param>
/// <param name="WhyNot">Why Pryx does not run it, for a person who then does; null when it can.</param>
public sealed record InstallerPlan(SkillInstaller Installer, string Command, string? WhyNot);

/// <param name="HasRun">False: it was left to the person, and the output says why.</param>
public sealed record InstallerResult(bool HasRun, bool HasSucceeded, string Output);

/// <summary>
/// Gets what a skill needs. A package manager runs in the sandbox: it reaches the registries, writes to a folder of its own, and runs no
/// package's scripts where it can be told so. Only the programs that the skill names are then linked to <c>~/.local/bin</c>, over nothing that is there.
/// </summary>
public sealed partial class SkillInstallers(PryxPaths paths, ProcessSpawner spawner, CommandSandbox sandbox, GuardedHttp http, IReadOnlyDictionary<string, string> environment, TimeProvider time)
{
    private const int MaxDownload = 100 * 1024 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    public async Task<InstallerPlan> PlanAsync(Skill skill, SkillInstaller installer)
    {
        var command = string.Join(' ', CommandOf(installer, PrefixOf(skill)) ?? ["download", installer.Url ?? ""]);
        return new(installer, command, await WhyNotAsync(installer));
    }

    /// <summary>Runs it; the caller has shown the plan to a person, who has said yes.</summary>
    public async Task<InstallerResult> RunAsync(Skill skill, SkillInstaller installer, CancellationToken cancellationToken)
    {
        if (await WhyNotAsync(installer) is { } why)
        {
            return new(false, false, why);
        }
        return installer.Kind == "download" ? await DownloadAsync(skill, installer, cancellationToken) : await RunManagerAsync(skill, installer, cancellationToken);
    }

    private async Task<string?> WhyNotAsync(SkillInstaller installer)
    {
        if (installer.Os.Count > 0 && !installer.Os.Contains(SkillFit.System))
        {
            return $"it is for {string.Join(", ", installer.Os)}, and this is {SkillFit.System}";
        }
        if (installer.Kind == "download")
        {
            return installer.Sha256 is not { Length: 64 } ? "it names no sha256, and nothing is downloaded without one"
                : !Uri.TryCreate(installer.Url, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps ? "its address is not https" : null;
        }
        if (installer.Package is not { } package || !PackageName().IsMatch(package))
        {
            return "its package has no name that can be passed on";
        }
        if (installer.Kind == "brew")
        {
            return "Homebrew writes to system folders, which the sandbox does not allow; run it yourself";
        }
        var state = await spawner.SandboxStateAsync();
        return state.Level == SandboxLevel.None || !state.HasProxy ? "there is no sandbox here that lets only the registries through; run it yourself"
            : ExecutablePath.Find(installer.Kind, paths.Home, environment) is null ? $"{installer.Kind} is not installed" : null;
    }

    private async Task<InstallerResult> RunManagerAsync(Skill skill, SkillInstaller installer, CancellationToken cancellationToken)
    {
        var prefix = PrefixOf(skill);
        Directory.CreateDirectory(Path.Combine(prefix, "bin"));
        var context = new ToolContext
        {
            SessionId = default, TurnId = default, CallId = "skills-install", Workspace = WorkspacePath.Canonicalize(prefix), OutputDirectory = prefix, Time = time,
            Sandbox = SandboxMode.WithHosts(["registries"]),
            AskUserAsync = static (_, _) => throw new InvalidOperationException("An installer asks nobody."),
        };
        await using var run = sandbox.Open(context, await spawner.SandboxStateAsync());
        var variables = new Dictionary<string, string>(ChildEnvironment.Build(environment, new Dictionary<string, string>(), null))
        {
            ["npm_config_cache"] = Path.Combine(prefix, "cache"), ["npm_config_update_notifier"] = "false",
            ["GOBIN"] = Path.Combine(prefix, "bin"), ["GOPATH"] = Path.Combine(prefix, "go"), ["GOCACHE"] = Path.Combine(prefix, "cache"), ["GOFLAGS"] = "-modcacherw",
            ["UV_TOOL_DIR"] = Path.Combine(prefix, "tools"), ["UV_TOOL_BIN_DIR"] = Path.Combine(prefix, "bin"), ["UV_CACHE_DIR"] = Path.Combine(prefix, "cache"), ["UV_NO_CONFIG"] = "1",
        };
        var command = CommandOf(installer, prefix)!;
        var (exit, output) = await SkillCommand.RunAsync(
            spawner, new(command[0], command[1..]) { WorkingDirectory = context.Workspace, Environment = variables, Sandbox = run.Profile }, Limit, time, cancellationToken);
        return exit == 0 ? new(true, true, $"{output}\n{Link(installer, Path.Combine(prefix, "bin"))}".Trim()) : new(true, false, $"exit code {exit}\n{output}");
    }

    private async Task<InstallerResult> DownloadAsync(Skill skill, SkillInstaller installer, CancellationToken cancellationToken)
    {
        var url = new Uri(installer.Url!);
        var name = Path.GetFileName(url.AbsolutePath);
        var folder = WorkspacePath.Canonicalize(Path.Combine(skill.Folder, installer.Directory ?? "bin"));
        if (name.Length == 0 || !WorkspacePath.IsWithin(folder, WorkspacePath.Canonicalize(skill.Folder)))
        {
            return new(false, false, "it would be written outside of the skill's folder");
        }
        try
        {
            var answer = await http.SendAsync(new(url, HttpMethod.Get, [], null, MaxDownload), time, cancellationToken);
            if ((int)answer.Status is < 200 or > 299 || answer.IsCut || answer.NotFollowed is not null)
            {
                return new(true, false, answer.NotFollowed is { } next ? $"it leads to {next}" : answer.IsCut ? $"it is larger than {MaxDownload >> 20} MB" : $"HTTP {(int)answer.Status}");
            }
            if (Convert.ToHexStringLower(SHA256.HashData(answer.Body)) is var hash && hash != installer.Sha256)
            {
                return new(true, false, $"the checksum is {hash} and not {installer.Sha256}: nothing was kept");
            }
            Directory.CreateDirectory(folder);
            if (SkillArchive.IsArchive(name))
            {
                using var archive = new MemoryStream(answer.Body);
                await SkillArchive.UnpackAsync(archive, name, folder, cancellationToken);
            }
            else
            {
                var path = Path.Combine(folder, name);
                await File.WriteAllBytesAsync(path, answer.Body, cancellationToken);
                if (!OperatingSystem.IsWindows() && installer.Bins.Contains(name))
                {
                    File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                }
            }
            return new(true, true, $"{Path.Combine(folder, name)}, checksum as promised\n{Link(installer, folder)}".Trim());
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException or AddressRefusedException or Pryx.Protocol.Errors.PryxException)
        {
            return new(true, false, e.Message);
        }
    }

    // Only what the skill says it needs, and over nothing: a package that brings its own "git" does not get to be git.
    private string Link(SkillInstaller installer, string folder)
    {
        var bin = Path.Combine(paths.Home, ".local", "bin");
        List<string> notes = [];
        foreach (var name in installer.Bins.Where(static name => name.Length > 0 && Path.GetFileName(name) == name))
        {
            var program = Path.Combine(folder, name);
            var link = Path.Combine(bin, name);
            if (!Path.Exists(program))
            {
                continue;
            }
            if (Path.Exists(link) || ExecutablePath.Find(name, paths.Home, environment) is not null)
            {
                notes.Add($"{name} was there before and stays; the new one is {program}");
                continue;
            }
            Directory.CreateDirectory(bin);
            File.CreateSymbolicLink(link, program);
            notes.Add($"{link} → {program}{((environment.GetValueOrDefault("PATH") ?? "").Split(Path.PathSeparator).Contains(bin) ? "" : $" (add {bin} to PATH)")}");
        }
        return string.Join('\n', notes);
    }

    private string PrefixOf(Skill skill) => Path.Combine(paths.Home, ".local", "share", "pryx-tools", skill.Id);

    private static string[]? CommandOf(SkillInstaller installer, string prefix) => installer.Kind switch
    {
        "brew" => ["brew", "install", installer.Package ?? "?"],
        "npm" => ["npm", "install", "--global", "--prefix", prefix, "--ignore-scripts", "--no-audit", "--no-fund", installer.Package ?? "?"],
        "go" => ["go", "install", installer.Package is { } module && !module.Contains('@', StringComparison.Ordinal) ? module + "@latest" : installer.Package ?? "?"],
        "uv" => ["uv", "tool", "install", installer.Package ?? "?"],
        _ => null,
    };

    [GeneratedRegex(@"\A[@A-Za-z0-9][A-Za-z0-9@._/+~^=\[\]-]{0,200}\z")]
    private static partial Regex PackageName();
}
