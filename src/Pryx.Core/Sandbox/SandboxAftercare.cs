namespace Pryx.Core.Sandbox;

/// <summary>
/// What no sandbox can prevent, put right when the command is gone: guarded files that did not exist before (a mount needs something to
/// lie on), and with Landlock changes to those that did. What was made is moved away, not deleted: it may be somebody's work.
/// </summary>
internal sealed class SandboxAftercare
{
    /// <summary>Bytes of all guarded files together; more than any hook or policy needs.</summary>
    private const long MaxKept = 8 << 20;

    private readonly SandboxProfile _profile;
    private readonly Dictionary<string, GuardedFile>? _kept;
    private bool _isDone;

    private SandboxAftercare(SandboxProfile profile, Dictionary<string, GuardedFile>? kept) => (_profile, _kept) = (profile, kept);

    public static SandboxAftercare Before(SandboxProfile profile, SandboxLevel level) =>
        new(profile, level == SandboxLevel.Landlock ? GuardedFile.ReadAll(profile.Protected, MaxKept) : null);

    /// <returns>What was done, for the model. The second call does nothing.</returns>
    public IReadOnlyList<string> PutRight()
    {
        if (_isDone)
        {
            return [];
        }
        _isDone = true;
        var notes = new List<string>();
        foreach (var path in _profile.Forbidden.Where(IsThere))
        {
            notes.Add(MoveAway(path));
        }
        foreach (var (path, target) in _profile.Links.Where(link => new FileInfo(link.Key).LinkTarget != link.Value))
        {
            notes.Add(PutBack(path, target));
        }
        if (_kept is not null)
        {
            foreach (var path in GuardedFile.Restore(_profile.Protected, _kept))
            {
                notes.Add($"{path} may not be changed by commands in the sandbox; it was put back as it was.");
            }
        }
        // The first is the workspace; another one is the repository it belongs to, which is known.
        var walk = WorkspaceWalk.Through(_profile.Writable[0], _profile.WasWalked);
        foreach (var repository in walk.Repositories.Concat(walk.Others).Except(_profile.Repositories).Where(IsNew))
        {
            foreach (var path in NewRepository.RunsCode(repository))
            {
                notes.Add(MoveAway(path));
            }
        }
        foreach (var list in _profile.Repositories.Where(Directory.Exists).SelectMany(NewRepository.RunsWhenContinued).Where(IsNew))
        {
            notes.Add(MoveAway(list));
        }
        return notes;
    }

    private bool IsNew(string repository) => !_profile.OtherRepositories.TryGetValue(repository, out var before) || NewRepository.Fingerprint(repository) != before;

    // A dangling link is there too.
    private static bool IsThere(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

    private static string PutBack(string path, string target)
    {
        var note = IsThere(path) ? MoveAway(path) + " " : "";
        try
        {
            File.CreateSymbolicLink(path, target);
            return $"{note}{path} leads to {target} again, as it did before the command.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{note}{path} was a link to {target} and could not be put back ({e.Message}); tell the user.";
        }
    }

    private static string MoveAway(string path)
    {
        var aside = $"{path}.sandboxed-{Guid.NewGuid().ToString("N")[..8]}";
        try
        {
            if (new FileInfo(path).LinkTarget is { } target)
            {
                File.Delete(path);
                return $"{path} may not be made by commands in the sandbox (it would run or guide something outside of it); the link, which led to {target}, was removed.";
            }
            if (Directory.Exists(path))
            {
                Directory.Move(path, aside);
            }
            else
            {
                File.Move(path, aside);
            }
            return $"{path} may not be made by commands in the sandbox (it would run or guide something outside of it); it was moved to {aside}.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{path} was made by a command in the sandbox and could not be moved away ({e.Message}); tell the user to remove it.";
        }
    }
}
