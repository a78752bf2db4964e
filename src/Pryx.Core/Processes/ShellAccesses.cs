using System.Net;
using Pryx.Agent.Policy;
using Pryx.Agent.Shell;
using Pryx.Agent.Tools;
using Pryx.Core.Files;
using Pryx.Core.Network;

namespace Pryx.Core.Processes;

/// <summary>What a parsed command line touches, as policy sees it: each command by itself, and the paths it names with their links resolved.</summary>
internal static class ShellAccesses
{
    public static void Add(List<ToolAccess> accesses, ShellScript script, string folder, string workspace)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var paths = new HashSet<(AccessKind, string)>();
        var hosts = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        // A server that is tried in the same script is the script's own.
        var serves = script.Commands.Any(command => command.Context.HasFlag(CommandContext.Background));
        foreach (var command in script.Commands)
        {
            if (command.Words.Count > 0)
            {
                accesses.Add(new ToolAccess(AccessKind.Execute, command.Text) { Boundary = BoundaryOf(command.Facts, serves), NeedsNetwork = command.Facts is { NeedsNetwork: true, Hosts: [] } });
            }
            foreach (var path in command.Facts.Reads)
            {
                Add(AccessKind.Read, path, command);
            }
            foreach (var path in command.Facts.Writes)
            {
                Add(AccessKind.Write, path, command);
            }
            foreach (var host in command.Facts.Hosts)
            {
                if (hosts.Add(host))
                {
                    accesses.Add(new ToolAccess(AccessKind.Network, host) { IsInferred = true, Command = command.Text, IsOwnService = serves && IsLoopback(host) });
                }
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
            // What a repository that is only being made is told about itself is looked at when the command is gone.
            if (!isTarget && kind == AccessKind.Write && command.Program == "git" && canonical.EndsWith("/.git/config", StringComparison.Ordinal) && isInside && !File.Exists(canonical))
            {
                return;
            }
            // Inside, the command's own words are what is judged; no rule about a program speaks of a redirection.
            if ((isRedirected || !isInside || IsSensitive(canonical)) && paths.Add((kind, canonical)))
            {
                accesses.Add(new ToolAccess(kind, canonical) { IsInsideWorkspace = isInside, IsInferred = !isTarget, Command = isTarget ? null : command.Text });
            }
        }
    }

    // What a sandbox would only make fail: others see it, it needs other rights, or it is about this machine's own services.
    private static string? BoundaryOf(CommandFacts facts, bool serves) =>
        serves && !facts.EscalatesRights && facts.Hosts.Count > 0 && facts.Hosts.All(IsLoopback) ? null
        : facts.Publishes ? "It publishes: others see what it sends."
        : facts.EscalatesRights ? "It uses more rights than your own."
        : facts.Hosts.FirstOrDefault(IsLocal) is { } host ? $"It reaches {host}, a service of this machine or its network."
        : null;

    private static bool IsLocal(string host)
    {
        var name = NameOf(host);
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var address) && !PublicAddress.IsPublic(address));
    }

    private static string NameOf(string host) => host.StartsWith('[') ? host[1..].Split(']')[0] : host.Split(':')[0];

    // Of the machines nearby a sandbox has none.
    private static bool IsLoopback(string host) => IsLocal(host) && (!IPAddress.TryParse(NameOf(host), out var address) || IPAddress.IsLoopback(address));

    // What holds secrets, and what decides what runs later.
    private static bool IsSensitive(string path) => SecretFiles.IsSecretName(path)
        || path.Contains("/.git/", StringComparison.OrdinalIgnoreCase) || path.Contains("/.pryx", StringComparison.OrdinalIgnoreCase);
}
