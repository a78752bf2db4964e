namespace Pryx.Core.Sandbox;

/// <summary>How a person gets bubblewrap to work: the narrowest change that does it, never a switch for the whole system.</summary>
internal static class BubblewrapAdvice
{
    /// <summary>Ubuntu 23.10 and newer: programs without a profile get no user namespaces.</summary>
    private const string AppArmorSwitch = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";

    /// <summary>Lets this one program make user namespaces, and nothing else.</summary>
    public static string AppArmorProfile(string bwrap) =>
        $$"""
        abi <abi/4.0>,
        include <tunables/global>

        profile pryx-bwrap {{bwrap}} flags=(unconfined) {
          userns,
        }
        """;

    /// <param name="bwrap">Its path; null when it is not installed.</param>
    public static string For(string? bwrap)
    {
        if (bwrap is null)
        {
            return "install bubblewrap (apt install bubblewrap, dnf install bubblewrap, pacman -S bubblewrap, apk add bubblewrap)";
        }
        if (ReadNumber(AppArmorSwitch) == 1)
        {
            return $"write this AppArmor profile to /etc/apparmor.d/pryx-bwrap and load it with 'sudo apparmor_parser -r /etc/apparmor.d/pryx-bwrap':\n{AppArmorProfile(bwrap)}";
        }
        if (ReadNumber("/proc/sys/user/max_user_namespaces") == 0 || ReadNumber("/proc/sys/kernel/unprivileged_userns_clone") == 0)
        {
            return $"user namespaces are switched off here; a bwrap that is set-user-id root does without them (chmod u+s {bwrap}), or run Pryx where they are on";
        }
        return "in a container, start it so that bwrap may make namespaces (with Docker a seccomp profile that allows clone, unshare, mount and pivot_root), or let the container itself be the boundary";
    }

    private static int? ReadNumber(string path)
    {
        try
        {
            return int.TryParse(File.ReadAllText(path).Trim(), out var number) ? number : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
