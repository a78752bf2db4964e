namespace Pryx.Core.Diagnostics;

/// <summary>A program that finds errors in files of a kind.</summary>
/// <param name="Name">Such as <c>python</c>.</param>
/// <param name="Extensions">With their dots: <c>.py</c>.</param>
/// <param name="Words">The command, <c>{file}</c> and <c>{project}</c> to be filled in; of a language server, how it is started.</param>
public sealed record Checker(string Name, IReadOnlyList<string> Extensions, IReadOnlyList<string> Words)
{
    /// <summary>It speaks the language server protocol and is kept running.</summary>
    public bool IsServer { get; init; }

    /// <summary>What names the folder of a project; the nearest above the file is where it runs. Empty: in the workspace, and it is about the one file.</summary>
    public IReadOnlyList<string> Markers { get; init; } = [];

    /// <summary>Over the ordinary ones.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public bool Takes(string file) => Extensions.Any(extension => file.EndsWith(extension, StringComparison.OrdinalIgnoreCase));
}

/// <summary>A checker for one file: where it runs and what about.</summary>
/// <param name="Folder">Canonical.</param>
/// <param name="Project">The file that marks the project; null for a checker of single files.</param>
internal sealed record CheckPlace(Checker Checker, string File, string Folder, string? Project)
{
    /// <summary>Two files of the same place have the same errors.</summary>
    public string Key => $"{Checker.Name}\n{Project ?? File}";

    public IReadOnlyList<string> Words => [.. Checker.Words.Select(word => word.Replace("{file}", File, StringComparison.Ordinal).Replace("{project}", Project ?? Folder, StringComparison.Ordinal))];
}
