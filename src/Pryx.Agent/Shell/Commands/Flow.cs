namespace Pryx.Agent.Shell.Commands;

/// <summary>Where the shell may be after a command that succeeded, and after one that failed.</summary>
internal readonly record struct Flow(IReadOnlyList<string>? Success, IReadOnlyList<string>? Failure)
{
    public static Flow Same(IReadOnlyList<string>? folders) => new(folders, folders);

    public IReadOnlyList<string>? Either => Folders.Union(Success, Failure);
}
