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

    private string? WhyGuarded(ReadOnlySpan<char> path)
    {
        const StringComparison Ignore = StringComparison.OrdinalIgnoreCase;
        if (path.Contains("/.git/hooks/", Ignore) || path.EndsWith("/.git/config", Ignore))
        {
            return "decides what git runs later";
        }
        if (path.Contains("/.pryx/", Ignore))
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
