namespace Pryx.Core.Hosting;

/// <summary>Who is at this machine, for the audit log.</summary>
internal static class LocalUser
{
    /// <summary>"user" where the system knows no names: a container made of one program has no /etc/passwd.</summary>
    public static string Name { get; } = Read();

    private static string Read()
    {
        try
        {
            return Environment.UserName is { Length: > 0 } name ? name : "user";
        }
        catch (IOException)
        {
            return "user";
        }
    }
}
