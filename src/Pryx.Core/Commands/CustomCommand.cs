namespace Pryx.Core.Commands;

/// <summary>Who wrote a command: the user, or the folder.</summary>
public enum CommandOrigin { Workspace, User }

/// <summary>A file that a <c>/name</c> stands for.</summary>
/// <param name="Name">Its path below the commands' folder without .md, with colons: <c>git:commit</c>.</param>
/// <param name="Path">Absolute.</param>
/// <param name="Body">What stands behind the frontmatter.</param>
public sealed record CustomCommand(string Name, CommandOrigin Origin, string Path, string Body)
{
    public string? Description { get; init; }
    public string? ArgumentHint { get; init; }

    /// <summary>As they are written; null: nothing is said, and all tools are there.</summary>
    public IReadOnlyList<string>? AllowedTools { get; init; }
    public string? Model { get; init; }
    public string? Agent { get; init; }
}

/// <summary>A file that can not be a command, and why.</summary>
public sealed record BrokenCommand(string Name, CommandOrigin Origin, string Path, string Message);

/// <param name="Commands">One for each name, in their order.</param>
/// <param name="Shadowed">Those that another one with their name stands before.</param>
public sealed record CommandListing(IReadOnlyList<CustomCommand> Commands, IReadOnlyList<CustomCommand> Shadowed, IReadOnlyList<BrokenCommand> Broken)
{
    public CustomCommand? Find(string name) => Commands.FirstOrDefault(command => command.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
