using Pryx.Agent.Tools;
using Pryx.Core.Configuration;
using Pryx.Core.Files;

namespace Pryx.Core.Commands;

/// <summary>Where commands lie, strongest first: <c>.pryx/commands</c> and <c>.claude/commands</c> of a trusted folder, then the user's own two.</summary>
/// <param name="holdsSecrets">Of a canonical path: such a file is no command, wherever a link to it lies.</param>
public sealed class CommandPlaces(PryxPaths paths, Func<string, bool> holdsSecrets)
{
    private const int MaxFiles = 1_000;
    private const int MaxDepth = 5;

    /// <param name="workspace">Of a trusted folder, canonical; null for none.</param>
    public CommandListing List(string? workspace, CancellationToken cancellationToken)
    {
        var commands = new SortedDictionary<string, CustomCommand>(StringComparer.OrdinalIgnoreCase);
        List<CustomCommand> shadowed = [];
        List<BrokenCommand> broken = [];
        foreach (var (root, origin) in Roots(workspace))
        {
            foreach (var (path, name) in Files(root, cancellationToken))
            {
                if (Refused(path, origin, workspace) is { } why)
                {
                    broken.Add(new(name, origin, path, why));
                    continue;
                }
                var (command, trouble) = CommandFile.Read(name, origin, path);
                if (command is null)
                {
                    broken.Add(new(name, origin, path, trouble!));
                }
                else if (!commands.TryAdd(name, command))
                {
                    shadowed.Add(command);
                }
            }
        }
        return new([.. commands.Values], shadowed, broken);
    }

    private IEnumerable<(string Root, CommandOrigin Origin)> Roots(string? workspace)
    {
        string[] own = [Path.Combine(paths.Data, "commands"), Path.Combine(paths.Home, ".claude", "commands")];
        if (workspace is not null)
        {
            foreach (var place in (string[])[Path.Combine(workspace, ".pryx", "commands"), Path.Combine(workspace, ".claude", "commands")])
            {
                // Who works in the home folder has the user's own there: they stay the user's.
                if (!own.Contains(place, StringComparer.Ordinal))
                {
                    yield return (place, CommandOrigin.Workspace);
                }
            }
        }
        foreach (var place in own)
        {
            yield return (place, CommandOrigin.User);
        }
    }

    private static List<(string Path, string Name)> Files(string root, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(root))
        {
            return [];
        }
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = MaxDepth, AttributesToSkip = 0, IgnoreInaccessible = true, MatchCasing = MatchCasing.CaseInsensitive };
        return [.. Directory.EnumerateFiles(root, "*.md", options).Take(MaxFiles).TakeWhile(_ => !cancellationToken.IsCancellationRequested)
            .Select(path => (path, Name: Path.GetRelativePath(root, path)[..^3].Replace(Path.DirectorySeparatorChar, ':')))
            .Where(static file => file.Name.All(static c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or ':'))
            .OrderBy(static file => file.Name, StringComparer.Ordinal)];
    }

    // A link in a folder that somebody else may have written would bring whatever it points to.
    private string? Refused(string path, CommandOrigin origin, string? workspace)
    {
        try
        {
            var canonical = WorkspacePath.Canonicalize(path);
            return origin == CommandOrigin.Workspace && !WorkspacePath.IsWithin(canonical, workspace!) ? "it is a link that leads out of the folder, and is left out"
                : holdsSecrets(canonical) && origin == CommandOrigin.Workspace ? "what it links to probably holds secrets"
                : null;
        }
        catch (ToolArgumentException e)
        {
            return e.Message;
        }
    }
}
