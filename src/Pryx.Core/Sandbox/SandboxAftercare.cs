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
        if (_kept is not null)
        {
            foreach (var path in GuardedFile.Restore(_profile.Protected, _kept))
            {
                notes.Add($"{path} may not be changed by commands in the sandbox; it was put back as it was.");
            }
        }
        foreach (var repository in _profile.Writable.SelectMany(folder => WorkspaceGuards.Walk(folder).Repositories).Except(_profile.Repositories))
        {
            foreach (var path in NewRepository.RunsCode(repository))
            {
                notes.Add(MoveAway(path));
            }
        }
        return notes;
    }

    // A dangling link is there too.
    private static bool IsThere(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

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
