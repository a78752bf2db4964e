namespace Pryx.Agent.Shell.Programs;

/// <summary>Programs about the machine: rights, processes, containers, disks.</summary>
internal static class SystemPrograms
{
    public static (string Name, Action<FactsBuilder> Reader)[] All { get; } =
    [
        ("sudo", Rights), ("doas", Rights), ("su", Rights), ("pkexec", Rights), ("runuser", Rights), ("visudo", Rights), ("passwd", Rights), ("useradd", Rights), ("userdel", Rights), ("usermod", Rights), ("mount", Rights), ("umount", Rights),
        ("insmod", Rights), ("modprobe", Rights), ("systemctl", Rights), ("service", Rights), ("iptables", Rights), ("nft", Rights), ("ufw", Rights), ("sysctl", Rights), ("chroot", Rights), ("nsenter", Rights), ("setcap", Rights),
        ("shutdown", Rights), ("reboot", Rights), ("poweroff", Rights), ("halt", Rights), ("mkfs", Disk), ("fdisk", Disk), ("parted", Disk), ("wipefs", Disk), ("mkswap", Disk), ("kill", End), ("killall", End), ("pkill", End),
        ("docker", Container), ("podman", Container), ("nerdctl", Container), ("time", Timed), ("strace", Timed), ("flock", facts => facts.Write(facts.Words.Skip(1).SkipWhile(word => word.Text.StartsWith('-')).Take(1))), ("xargs", Arguments), ("logger", facts => facts.Publishes = false),
    ];

    private static void Rights(FactsBuilder facts) => facts.EscalatesRights = true;

    private static void Disk(FactsBuilder facts)
    {
        facts.EscalatesRights = true;
        facts.Destroys = true;
        facts.Write(facts.Options("").Rest);
    }

    private static void End(FactsBuilder facts) => facts.Destroys = true;

    // Whoever may talk to the container engine may do anything on the machine.
    private static void Container(FactsBuilder facts)
    {
        var words = facts.Words.Skip(1).SkipWhile(word => word.Text.StartsWith('-')).ToList();
        facts.Subcommand = words.Count > 0 && words[0].IsLiteral ? words[0].Text : null;
        facts.RunsText = facts.Subcommand is "run" or "exec" or "compose" or "build" or "create" or "start" or "buildx";
        facts.EscalatesRights = facts.RunsText || facts.Subcommand is null or "cp" or "load" or "import" or "plugin" or "swarm" or "context";
        facts.NeedsNetwork = facts.Subcommand is "run" or "pull" or "push" or "build" or "login" or "search" or "compose" or "create" or "buildx";
        facts.Publishes = facts.Subcommand is "push";
        facts.Destroys = facts.Subcommand is "rm" or "rmi" or "kill" || words.Exists(word => word.Text is "prune" or "rm");
        if (facts.Words.Any(word => word.Text is "-H" or "--host" or "--config" or "-c" or "--context") && words.Count != facts.Words.Count - 1)
        {
            facts.Note($"gives '{facts.Program}' another engine to talk to");
        }
    }

    private static void Timed(FactsBuilder facts)
    {
        var words = facts.Words;
        for (var i = 1; i + 1 < words.Count && words[i].Text.StartsWith('-'); i++)
        {
            if (words[i].Text is "-o" or "--output")
            {
                facts.Write(words[i + 1]);
                i++;
            }
            else if (words[i].Text.StartsWith("--output=", StringComparison.Ordinal) || (words[i].Text.StartsWith("-o", StringComparison.Ordinal) && words[i].Text.Length > 2))
            {
                facts.Write(FilePrograms.Behind(words[i], words[i].Text[1] == '-' ? 9 : 2));
            }
        }
    }

    private static void Arguments(FactsBuilder facts)
    {
        for (var i = 1; i + 1 < facts.Words.Count && facts.Words[i].Text.StartsWith('-'); i++)
        {
            if (facts.Words[i].Text is "-a" or "--arg-file")
            {
                facts.Read(facts.Words[i + 1]);
            }
        }
    }
}
