using Pryx.Core.Files;

namespace Pryx.Core.Sandbox;

/// <summary>Builds the profile of a command from where it works.</summary>
/// <param name="home">The user's home folder.</param>
/// <param name="dataDirectory">Pryx's own folder; hidden.</param>
/// <param name="executable">This program's own folder, which stays readable: parts of it run inside.</param>
public sealed class SandboxProfiles(string home, string dataDirectory, string executable)
{
    private readonly string _home = WorkspacePath.Canonicalize(home);
    private readonly string _data = WorkspacePath.Canonicalize(dataDirectory);
    private readonly string _executable = WorkspacePath.Canonicalize(executable);

    /// <param name="workspace">Canonical; a workspace of <c>/</c> stays read-only.</param>
    /// <param name="outputFolder">Where long output is kept: read-only.</param>
    /// <param name="temporaryFolder">See <see cref="SandboxProfile.TemporaryFolder"/>.</param>
    public SandboxProfile For(string workspace, string? outputFolder, string? temporaryFolder, NetworkAccess network)
    {
        var guards = WorkspaceGuards.Find(workspace, _home);
        List<string> visible = [_executable];
        visible.AddRange(((string?[])[_home, outputFolder, "/run/current-system", "/run/opengl-driver", network == NetworkAccess.Full ? "/run/systemd/resolve" : null]).OfType<string>());
        return new SandboxProfile
        {
            Writable = guards.MainRepository is { } main ? [workspace, main] : [workspace],
            TemporaryFolder = temporaryFolder,
            // A socket in the workspace belongs to what is being worked on.
            Hidden = [.. HiddenPlaces.Find(_home, _data), .. HiddenPlaces.ListeningSockets().Where(path => !Mount.IsBelow(path, workspace)), .. guards.Secrets],
            Visible = [.. visible.Where(path => path != "/" && Path.Exists(path)).Select(WorkspacePath.Canonicalize).Distinct()],
            Protected = guards.Protected,
            Forbidden = guards.Forbidden,
            Repositories = guards.Repositories,
            OtherRepositories = guards.Others,
            Links = guards.Links,
            WasWalked = guards.IsComplete,
            Network = network,
        };
    }
}
