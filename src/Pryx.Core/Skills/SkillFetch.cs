using Pryx.Agent.Tools;
using Pryx.Core.Configuration;
using Pryx.Core.Files;
using Pryx.Core.Network;
using Pryx.Core.Processes;
using Pryx.Core.Sandbox;
using Pryx.Core.Web;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Skills;

/// <summary>A skill that was fetched and not installed. Disposing it takes the copy away.</summary>
/// <param name="Source">Where it came from, in words.</param>
public sealed record FetchedSkill(Skill Skill, string Source, string? Temporary) : IDisposable
{
    public void Dispose()
    {
        if (Temporary is not null && Directory.Exists(Temporary))
        {
            Directory.Delete(Temporary, recursive: true);
        }
    }
}

/// <summary>Gets a skill from a folder, an archive, a repository or an address into a folder of ours, where it can be looked at.</summary>
/// <param name="environment">For git: what children may see.</param>
public sealed class SkillFetch(PryxPaths paths, BundledSkills bundled, ProcessSpawner spawner, CommandSandbox sandbox, GuardedHttp http, IReadOnlyDictionary<string, string> environment, TimeProvider time)
{
    private static readonly TimeSpan GitLimit = TimeSpan.FromMinutes(3);

    /// <param name="from">bundled/NAME, a path, an https address of an archive or SKILL.md, or a git address.</param>
    /// <param name="id">Which one, where there are several; null for the only one.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    /// <exception cref="PryxException">SKILL_SOURCE, SKILL_NOT_FOUND, SKILL_INVALID, SKILL_ARCHIVE, SKILL_FETCH.</exception>
    public async Task<FetchedSkill> FetchAsync(string from, string? id, string folder, CancellationToken cancellationToken)
    {
        if (from.StartsWith("bundled/", StringComparison.Ordinal))
        {
            var wanted = Path.Combine(bundled.Folder(), from["bundled/".Length..]);
            return SkillName.IdOf(Path.GetFileName(wanted)) is { } name && Path.Combine(bundled.Folder(), name) == wanted && Directory.Exists(wanted)
                ? new(Only(wanted, null), $"bundled/{name}", null)
                : throw new PryxException("SKILL_NOT_FOUND", $"skill not found: {HiddenText.Line(from, 80)}", "pryx skills list shows the bundled ones");
        }
        if (from.Contains("://", StringComparison.Ordinal) || from.StartsWith("git@", StringComparison.Ordinal))
        {
            return await FromAddressAsync(from, id, cancellationToken);
        }
        var path = Path.GetFullPath(PryxPaths.Expand(from, paths.Home), folder);
        if (Directory.Exists(path))
        {
            return new(Only(path, id), path, null);
        }
        if (!File.Exists(path))
        {
            throw new PryxException("SKILL_NOT_FOUND", $"There is no folder or archive {path}.", "name a folder with a SKILL.md, a .zip or .tar.gz, an https or git address, or bundled/NAME");
        }
        if (Path.GetFileName(path).Equals(SkillFile.Name, StringComparison.OrdinalIgnoreCase))
        {
            return new(Only(Path.GetDirectoryName(path)!, id), path, null);
        }
        return await IntoAsync(path, id, async target =>
        {
            await using var archive = new FileStream(path, FileMode.Open, FileAccess.Read);
            await SkillArchive.UnpackAsync(archive, path, target, cancellationToken);
        });
    }

    private async Task<FetchedSkill> FromAddressAsync(string from, string? id, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(from, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps || url.UserInfo.Length > 0)
        {
            throw new PryxException("SKILL_SOURCE", $"Skills are fetched over https only, and not from {HiddenText.Line(from, 120)}.", "clone or download it yourself, then: pryx skills install FOLDER");
        }
        var isFile = Path.GetFileName(url.AbsolutePath).Equals(SkillFile.Name, StringComparison.OrdinalIgnoreCase);
        if (!isFile && !SkillArchive.IsArchive(url.AbsolutePath))
        {
            return await IntoAsync(from, id, target => CloneAsync(url, target, cancellationToken));
        }
        return await IntoAsync(from, id, async target =>
        {
            GuardedResponse answer;
            try
            {
                answer = await http.SendAsync(new(url, HttpMethod.Get, [], null, isFile ? SkillFile.MaxLength : (int)SkillArchive.MaxBytes), time, cancellationToken);
            }
            catch (Exception e) when (e is HttpRequestException or TimeoutException or AddressRefusedException)
            {
                throw new PryxException("SKILL_FETCH", $"{from} can not be fetched: {e.Message}", "try again, or download it yourself and install from the file", e);
            }
            if (answer.IsCut || (int)answer.Status is < 200 or > 299 || answer.NotFollowed is not null)
            {
                throw new PryxException("SKILL_FETCH", $"{from} can not be fetched: {(answer.IsCut ? "it is too large" : answer.NotFollowed is { } next ? $"it leads to {next}" : $"HTTP {(int)answer.Status}")}.", "check the address, or download it yourself and install from the file");
            }
            if (isFile)
            {
                await File.WriteAllBytesAsync(Path.Combine(target, SkillFile.Name), answer.Body, cancellationToken);
                return;
            }
            using var archive = new MemoryStream(answer.Body);
            await SkillArchive.UnpackAsync(archive, url.AbsolutePath, target, cancellationToken);
        });
    }

    private async Task<FetchedSkill> IntoAsync(string source, string? id, Func<string, Task> fillAsync)
    {
        var parent = Path.Combine(paths.Data, "fetched");
        PryxPaths.CreatePrivate(paths.Data);
        PryxPaths.CreatePrivate(parent);
        var target = Path.Combine(parent, Guid.NewGuid().ToString("N"));
        PryxPaths.CreatePrivate(target);
        try
        {
            await fillAsync(target);
            return new(Only(target, id, source), source, target);
        }
        catch
        {
            Directory.Delete(target, recursive: true);
            throw;
        }
    }

    // No hooks, no submodules, no filters, no credentials of the user's; the sandbox reaches the one host and writes the one folder.
    private async Task CloneAsync(Uri url, string target, CancellationToken cancellationToken)
    {
        var state = await spawner.SandboxStateAsync();
        if (state.Level == SandboxLevel.None || !state.HasProxy)
        {
            throw new PryxException("SKILL_FETCH", "A repository is cloned only inside the sandbox, and there is none here that lets a single host through.", "clone it yourself, then: pryx skills install FOLDER");
        }
        var work = Path.Combine(target, "repository");
        var context = new ToolContext
        {
            SessionId = default, TurnId = default, CallId = "skills-install", Workspace = WorkspacePath.Canonicalize(target), OutputDirectory = target, Time = time,
            Sandbox = SandboxMode.WithHosts([GuardedHttp.TargetOf(url)]),
            AskUserAsync = static (_, _) => throw new InvalidOperationException("A clone asks nobody."),
        };
        await using var run = sandbox.Open(context, state);
        var variables = new Dictionary<string, string>(ChildEnvironment.Build(environment, new Dictionary<string, string>(), null))
        {
            ["GIT_TERMINAL_PROMPT"] = "0", ["GIT_CONFIG_NOSYSTEM"] = "1", ["GIT_CONFIG_GLOBAL"] = "/dev/null", ["GIT_ALLOW_PROTOCOL"] = "https", ["GIT_LFS_SKIP_SMUDGE"] = "1",
        };
        string[] arguments =
        [
            "-c", "core.hooksPath=/dev/null", "-c", "core.symlinks=false", "-c", "credential.helper=", "-c", "protocol.file.allow=never", "-c", "submodule.recurse=false", "-c", "core.fsmonitor=false",
            "clone", "--depth", "1", "--no-tags", "--single-branch", "--no-recurse-submodules", "--template=", "--", url.AbsoluteUri, work,
        ];
        var (exit, output) = await SkillCommand.RunAsync(spawner, new("git", arguments) { WorkingDirectory = context.Workspace, Environment = variables, Sandbox = run.Profile }, GitLimit, time, cancellationToken);
        if (exit != 0)
        {
            throw new PryxException("SKILL_FETCH", $"git could not clone {url}: {HiddenText.Line(output, 300)}", "check the address; a private repository has to be cloned by you: pryx skills install FOLDER");
        }
        Directory.Delete(Path.Combine(work, ".git"), recursive: true);
    }

    // Of a folder on disk or of what was fetched: the one that is meant, and nothing that leads out of it.
    private static Skill Only(string folder, string? id, string? source = null)
    {
        var direct = Directory.EnumerateFiles(folder).FirstOrDefault(static file => Path.GetFileName(file).Equals(SkillFile.Name, StringComparison.OrdinalIgnoreCase));
        if (direct is not null)
        {
            var (skill, broken) = SkillFile.Open(direct, SkillOrigin.Managed);
            return skill is null ? throw new PryxException("SKILL_INVALID", broken!.ToString(), "correct its SKILL.md: name and description between two lines of ---")
                : id is not null && skill.Id != id ? throw new PryxException("SKILL_NOT_FOUND", $"skill not found: {id}. {source ?? folder} holds {skill.Id}.") : skill;
        }
        var found = new SkillRoot(folder, SkillOrigin.Managed, followsLinks: false).Read(CancellationToken.None);
        var candidates = found.Skills.Where(skill => id is null || skill.Id == id).ToList();
        return candidates switch
        {
            [var only] => only,
            [] when found.Skills.Count == 0 => throw new PryxException("SKILL_INVALID", found.Broken.Count > 0 ? found.Broken[0].ToString() : $"{source ?? folder} holds no SKILL.md.", "a skill is a folder with a SKILL.md"),
            [] => throw new PryxException("SKILL_NOT_FOUND", $"skill not found: {id}. There are: {string.Join(", ", found.Skills.Select(static skill => skill.Id).Take(20))}."),
            _ => throw new PryxException("SKILL_AMBIGUOUS", $"{source ?? folder} holds {candidates.Count} skills: {string.Join(", ", candidates.Select(static skill => skill.Id).Take(20))}.", "say which: pryx skills install NAME --from SOURCE"),
        };
    }
}
