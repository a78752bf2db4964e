using System.Collections.Frozen;
using Pryx.Agent.Tools;
using Pryx.Protocol.Approvals;

namespace Pryx.Agent.Policy;

/// <summary>How much harm a wrong yes could do, for the card. It follows the judgement and never takes part in it.</summary>
public static class ToolRisk
{
    private static readonly FrozenSet<string> Looking = FrozenSet.ToFrozenSet(
        ["ls", "cat", "pwd", "echo", "head", "tail", "wc", "grep", "rg", "which", "date", "whoami", "uname", "stat", "file", "du", "df", "true", "false", "sleep", "printf"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> Destroying = FrozenSet.ToFrozenSet(
    [
        "rm", "rmdir", "shred", "unlink", "truncate", "dd", "fdisk", "parted", "wipefs", "kill", "killall", "pkill", "chmod", "chown", "chgrp", "mount", "umount",
        "systemctl", "launchctl", "service", "iptables", "nft", "ufw", "useradd", "userdel", "usermod", "passwd", "shutdown", "reboot", "poweroff", "halt", "visudo", "crontab",
        "sudo", "doas", "su", "pkexec", "runuser", "eval", "exec", "source", ".", "ssh", "scp", "rsync", "nc", "netcat", "ncat", "socat", "ftp", "sftp", "telnet",
    ], StringComparer.Ordinal);

    // What others can see afterwards, or what can not be had back.
    private static readonly FrozenSet<string> Publishing = FrozenSet.ToFrozenSet(["push", "publish", "deploy", "release", "apply", "delete", "destroy", "login"], StringComparer.Ordinal);

    public static RiskLevel Of(string tool, ToolPlan plan, Judgement judgement)
    {
        if (plan.Unclear is not null || judgement.Rule.StartsWith("floor:", StringComparison.Ordinal) || judgement.Rule == "taint")
        {
            return RiskLevel.High;
        }
        if (plan.Accesses.Count == 0 || !PolicyTools.IsBuiltIn(PolicyTools.Canonical(tool)))
        {
            return PolicyTools.IsHarmless(tool) ? RiskLevel.Low : RiskLevel.Medium;
        }
        return plan.Accesses.Max(OfAccess);
    }

    private static RiskLevel OfAccess(ToolAccess access) => access.Kind switch
    {
        AccessKind.Read => SecretFiles.IsSecretName(access.Target) ? RiskLevel.High : access.IsInsideWorkspace ? RiskLevel.Low : RiskLevel.Medium,
        AccessKind.Write => SecretFiles.IsSecretName(access.Target) || !access.IsInsideWorkspace ? RiskLevel.High : RiskLevel.Medium,
        AccessKind.Network => access.Method is "GET" or "HEAD" ? RiskLevel.Medium : RiskLevel.High,
        _ => OfCommand(access.Target),
    };

    private static RiskLevel OfCommand(string command)
    {
        var words = new CommandWords(command);
        if (!words.Next(out var first))
        {
            return RiskLevel.Medium;
        }
        var program = CommandWords.ProgramName(first);
        if (Destroying.Contains(program) || program.StartsWith("mkfs", StringComparison.Ordinal))
        {
            return RiskLevel.High;
        }
        var isPublisher = Programs.WithSubcommands.Contains(program);
        var isBare = true;
        var isFirst = true;
        while (words.Next(out var word))
        {
            if (SecretFiles.IsSecretName(word) || (isPublisher && Publishing.Contains(word.ToString())))
            {
                return RiskLevel.High;
            }
            // What follows an option such as -c is its program, not a script.
            isBare = isFirst ? word.StartsWith("-") && word is not "-m" : isBare;
            isFirst = false;
        }
        // An interpreter without a script runs what it is given in an option, or what is piped into it.
        return Looking.Contains(program) ? RiskLevel.Low
            : isBare && Programs.Interpreters.Contains(program) ? RiskLevel.High
            : RiskLevel.Medium;
    }
}
