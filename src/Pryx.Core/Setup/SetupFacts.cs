namespace Pryx.Core.Setup;

/// <summary>What setup looks at in other parts of Core, so that a step is done whoever did it and however.</summary>
internal sealed record SetupFacts
{
    /// <summary>The cloud's tokens are in the vault.</summary>
    public required Func<CancellationToken, Task<bool>> IsSignedInAsync { get; init; }

    /// <summary>The cloud's address is set: with none there is nothing to sign in to.</summary>
    public required Func<bool> HasCloud { get; init; }

    /// <summary>Names of the user's MCP servers and of the skills that are on.</summary>
    public required Func<CancellationToken, Task<(IReadOnlyList<string> Servers, IReadOnlyList<string> Skills)>> ReadAbilitiesAsync { get; init; }

    /// <summary>Skills that could be switched on here: id and description.</summary>
    public required Func<CancellationToken, Task<IReadOnlyList<(string Id, string About)>>> ReadOfferedSkillsAsync { get; init; }

    /// <summary>The mode or policy of turns that name none.</summary>
    public required Func<string> Mode { get; init; }

    /// <summary>The policy a person calls by a name must exist.</summary>
    public required Action<string> CheckMode { get; init; }

    /// <summary>Whether the first allows nothing unasked that the second asks or denies.</summary>
    public required Func<string, string, bool> IsWithin { get; init; }

    public required Func<string, CancellationToken, Task<bool>> IsTrustedAsync { get; init; }

    /// <summary>Makes a folder known.</summary>
    public required Func<string, CancellationToken, Task> AddFolderAsync { get; init; }

    /// <summary>The home folder or a root: more than anybody means by a project.</summary>
    public required Func<string, bool> IsBroad { get; init; }

    /// <summary>Of those who name none: the server's working directory.</summary>
    public required string Folder { get; init; }
}
