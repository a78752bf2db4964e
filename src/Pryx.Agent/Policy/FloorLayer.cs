using Pryx.Agent.Tools;

namespace Pryx.Agent.Policy;

/// <summary>What no mode, rule or grant opens: secrets are denied; what would outlive the session or leave the user's own rights is asked, also in <c>full</c>.</summary>
public sealed class FloorLayer(PolicyScope scope) : IPolicyLayer
{
    private readonly SecretFiles _secrets = new(scope);
    private readonly FloorCommands _commands = new(scope);

    /// <summary>Files below the home folder that run or decide something later, unasked.</summary>
    private static readonly string[] StartFiles =
    [
        ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".profile", ".zshrc", ".zprofile", ".zshenv", ".zlogin", ".gitconfig", ".config/git/config",
        ".config/fish/config.fish", ".config/autostart/", ".config/systemd/", "Library/LaunchAgents/", ".claude/", ".codex/",
    ];

    /// <summary>In any folder of a project.</summary>
    private static readonly string[] RunFolders = ["/.claude/", "/.cursor/", "/.codex/", "/.gemini/", "/.agents/", "/.husky/", "/.githooks/"];

    private static readonly string[] RunFiles = ["/.mcp.json", "/.envrc", "/.vscode/tasks.json", "/.vscode/settings.json", "/.vscode/launch.json", "/.vscode/mcp.json"];

    private static readonly string[] SystemFolders = ["/etc", "/boot", "/dev", "/var/spool/cron", "/usr/lib/systemd", "/lib/systemd", "/Library/LaunchDaemons"];

    public string Name => "floor";
    public bool HoldsAgainstGrants => true;

    public Judgement? Judge(PolicyRequest request, ToolAccess? access, GrantSet grants) => access?.Kind switch
    {
        AccessKind.Read => JudgePath(access.Target, isWrite: false),
        AccessKind.Write => JudgePath(access.Target, isWrite: true),
        AccessKind.Execute => JudgeCommand(access.Target, request.Workspace),
        AccessKind.Network => JudgeHost(access.Target),
        _ => null,
    };

    private Judgement? JudgePath(string path, bool isWrite)
    {
        if (!PathText.IsCanonical(path))
        {
            return new(Decision.Deny, "floor:path", $"'{path}' is not a resolved path, so nobody can say what it is.");
        }
        if (_secrets.Why(path, isWrite) is { } what)
        {
            return new(Decision.Deny, "floor:secrets", $"{path} holds {what}; no policy opens it.");
        }
        return isWrite && WhyGuarded(path) is { } why ? new(Decision.Ask, "floor:guarded", $"{path} {why}.") : null;
    }

    private Judgement? JudgeCommand(string command, string workspace)
    {
        foreach (var path in _commands.PathsIn(command, workspace))
        {
            if (_secrets.Why(path, isWrite: false) is { } what)
            {
                return new(Decision.Deny, "floor:secrets", $"The command names {path}, which holds {what}; no policy opens it.");
            }
        }
        return _commands.WhyGuarded(command, workspace) is { } why ? new(Decision.Ask, "floor:guarded", why) : null;
    }

    private static Judgement? JudgeHost(string host)
    {
        var name = host.AsSpan();
        name = name.StartsWith("[") ? name : name.IndexOf(':') is var colon and >= 0 ? name[..colon] : name;
        return name.TrimEnd('.') is "169.254.169.254" or "100.100.100.200" or "metadata.google.internal" or "[fd00:ec2::254]"
            ? new(Decision.Deny, "floor:metadata", $"{host} hands out the machine's own credentials; no policy opens it.")
            : null;
    }

    private static bool DecidesForGit(ReadOnlySpan<char> path)
    {
        const StringComparison Ignore = StringComparison.OrdinalIgnoreCase;
        var git = path.LastIndexOf("/.git/", Ignore);
        if (git < 0)
        {
            // A file in place of the folder says where the repository is.
            return path.EndsWith("/.git", Ignore);
        }
        var below = path[(git + "/.git/".Length)..];
        return below.StartsWith("hooks/", Ignore) || below.StartsWith("modules/", Ignore) || below.StartsWith("info/attributes", Ignore)
            || below.EndsWith("config", Ignore) || below.EndsWith("config.worktree", Ignore) || below.EndsWith("commondir", Ignore) || below.EndsWith("gitdir", Ignore);
    }

    private static bool RunsInFolder(ReadOnlySpan<char> path)
    {
        const StringComparison Ignore = StringComparison.OrdinalIgnoreCase;
        foreach (var folder in RunFolders)
        {
            if (path.Contains(folder, Ignore))
            {
                return true;
            }
        }
        foreach (var file in RunFiles)
        {
            if (path.EndsWith(file, Ignore))
            {
                return true;
            }
        }
        return false;
    }

    // An agent's working tree is a project's files like any other; what decides for Pryx in it has a .pryx of its own in its path.
    private static bool IsWorktree(ReadOnlySpan<char> below) => below.StartsWith("worktrees/", StringComparison.Ordinal) && below.Length > "worktrees/".Length;

    private string? WhyGuarded(ReadOnlySpan<char> path)
    {
        const StringComparison Ignore = StringComparison.OrdinalIgnoreCase;
        if (DecidesForGit(path))
        {
            return "decides what git runs later";
        }
        if (RunsInFolder(path))
        {
            return "is read by an editor, a shell or another agent, which then runs what it says";
        }
        if (path.LastIndexOf("/.pryx/", Ignore) is >= 0 and var own && !IsWorktree(path[(own + "/.pryx/".Length)..]))
        {
            return "decides what Pryx itself may do in this folder";
        }
        if (path is "/dev/null")
        {
            return null;
        }
        foreach (var folder in SystemFolders)
        {
            if (PathText.IsWithin(path, folder, Ignore))
            {
                return "belongs to the system";
            }
        }
        if (PathText.IsWithin(path, scope.Home, Ignore) && path.Length > scope.Home.Length)
        {
            var below = path[scope.Home.Length..].TrimStart('/');
            foreach (var file in StartFiles)
            {
                if (file.EndsWith('/') ? below.StartsWith(file, Ignore) : below.Equals(file, Ignore))
                {
                    return "runs or decides something later, outside this session";
                }
            }
        }
        return null;
    }
}
