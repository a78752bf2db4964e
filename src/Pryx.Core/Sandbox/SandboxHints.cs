using System.Text.RegularExpressions;

namespace Pryx.Core.Sandbox;

/// <summary>One line for the model when a command failed in a way that the sandbox may have caused: what the sandbox does, never a claim that it was the reason.</summary>
internal static partial class SandboxHints
{
    /// <param name="output">What the command wrote, both streams.</param>
    /// <param name="refused">Hosts that the proxy refused during the command.</param>
    /// <returns>Null when nothing points to the sandbox.</returns>
    public static string? Of(string output, SandboxProfile profile, SandboxLevel level, IReadOnlyList<string> refused)
    {
        if (SetupFailed().IsMatch(output))
        {
            return "the sandbox could not be set up, so the command was not run in it.";
        }
        if (refused.Count > 0)
        {
            return $"this command runs in a sandbox whose proxy refused {string.Join(", ", refused.Distinct().Take(5))}.";
        }
        if (profile.Network != NetworkAccess.Full && NetworkTrouble().IsMatch(output))
        {
            return profile.Network == NetworkAccess.Proxy
                ? "this command runs in a sandbox: only allowed hosts are reached, and only through the proxy in HTTP_PROXY and HTTPS_PROXY."
                : "this command runs in a sandbox without network"
                    + (level == SandboxLevel.Landlock ? " and without sockets of any kind" : "") + "; what needs a host has to ask for it.";
        }
        if (MemoryTrouble().IsMatch(output) && profile.Limits.Memory is { } memory)
        {
            return $"this command runs in a sandbox where each process may use {memory >> 30} GB of memory of its own; what has to reserve more, as the sanitizers of compilers do, needs 'outside_sandbox'.";
        }
        if (WriteTrouble().IsMatch(output))
        {
            var own = level == SandboxLevel.Landlock ? "$TMPDIR" : "/tmp";
            return $"this command runs in a sandbox: only the workspace and {own} may be written, and in the workspace git's hooks and configuration and the folders of agents (.pryx, .claude, .agents) may not.";
        }
        return HiddenTrouble().IsMatch(output) && profile.Hidden.Any(path => output.Contains(Path.GetFileName(path), StringComparison.Ordinal))
            ? "this command runs in a sandbox where secrets, other programs' sockets and Pryx's own data are empty or missing."
            : null;
    }

    [GeneratedRegex(@"^(bwrap|pryx-sandbox): ", RegexOptions.Multiline)]
    private static partial Regex SetupFailed();

    [GeneratedRegex(@"Could not resolve|Temporary failure in name resolution|Name or service not known|Network is unreachable|No route to host|ENOTFOUND|EAI_AGAIN|ENETUNREACH|ECONNREFUSED|Connection refused|nodename nor servname|failed to lookup address|no such host|network error|unable to access 'http|Cannot assign requested address|Unable to load the service index|Could not connect to", RegexOptions.IgnoreCase)]
    private static partial Regex NetworkTrouble();

    [GeneratedRegex(@"Read-only file system|EROFS|Permission denied|EACCES|Operation not permitted|EPERM|Device or resource busy|EBUSY|could not lock config file|could not write config file|Invalid cross-device link", RegexOptions.IgnoreCase)]
    private static partial Regex WriteTrouble();

    [GeneratedRegex("Sanitizer failed to allocate|ReserveShadowMemoryRange failed|Cannot allocate memory|std::bad_alloc|MemoryError|ENOMEM")]
    private static partial Regex MemoryTrouble();

    [GeneratedRegex(@"No such file or directory|ENOENT|Permission denied|EACCES|not found", RegexOptions.IgnoreCase)]
    private static partial Regex HiddenTrouble();
}
