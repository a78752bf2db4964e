using Pryx.Agent.Policy;
using Pryx.Agent.Shell;
using Pryx.Agent.Tools;
using Pryx.Core.Files;

namespace Pryx.Core.Processes;

/// <summary>What a parsed command line touches, as policy sees it: each command by itself, and the paths it names with their links resolved.</summary>
internal static class ShellAccesses
{
    public static void Add(List<ToolAccess> accesses, ShellScript script, string folder, string workspace)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var paths = new HashSet<(AccessKind, string)>();
        foreach (var command in script.Commands)
        {
            if (command.Words.Count > 0)
            {
                accesses.Add(new ToolAccess(AccessKind.Execute, command.Text));
            }
            foreach (var path in command.Facts.Reads)
            {
                Add(AccessKind.Read, path, command);
            }
            foreach (var path in command.Facts.Writes)
            {
                Add(AccessKind.Write, path, command);
            }
        }

        void Add(AccessKind kind, string path, ShellCommand command)
        {
            var isRedirected = command.Redirects.Count > 0;
            var isTarget = command.Redirects.Any(redirect => redirect.Kind is RedirectKind.Reads or RedirectKind.Writes && (path == redirect.Target.Text || path.EndsWith($"/{redirect.Target.Text}", StringComparison.Ordinal)));
            // Joined, not normalised: "link/../x" is not "x" when link leads elsewhere.
            var absolute = path == "~" ? home : path.StartsWith("~/", StringComparison.Ordinal) ? Path.Join(home, path[1..]) : Path.IsPathRooted(path) ? path : Path.Join(folder, path);
            var canonical = WorkspacePath.Canonicalize(absolute);
            var isInside = WorkspacePath.IsWithin(canonical, workspace);
            // Inside, the command's own words are what is judged; no rule about a program speaks of a redirection.
            if ((isRedirected || !isInside || IsSensitive(canonical)) && paths.Add((kind, canonical)))
            {
                accesses.Add(new ToolAccess(kind, canonical) { IsInsideWorkspace = isInside, IsInferred = !isTarget });
            }
        }
    }

    // What holds secrets, and what decides what runs later.
    private static bool IsSensitive(string path) => SecretFiles.IsSecretName(path)
        || path.Contains("/.git/", StringComparison.OrdinalIgnoreCase) || path.Contains("/.pryx", StringComparison.OrdinalIgnoreCase);
}
