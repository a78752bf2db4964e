using Pryx.Core.Storage;

namespace Pryx.Core.Configuration;

/// <summary>Where Pryx keeps its own files: PRYX_DATA_DIR, else <c>.pryx</c> below HOME.</summary>
/// <param name="Home">The user's home folder, resolved.</param>
/// <param name="Data">Pryx's own folder (0700), resolved.</param>
public sealed record PryxPaths(string Home, string Data)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Config => Path.Combine(Data, "config.yaml");

    /// <summary>The older format; read, never written.</summary>
    public string ConfigJson => Path.Combine(Data, "config.json");
    public string Database => Path.Combine(Data, "pryx.db");
    public string RuntimePort => Path.Combine(Data, "runtime.port");
    public string CoreToken => Path.Combine(Data, "core.token");
    public string Metadata => Path.Combine(Data, "metadata.json");
    public string SecretReferences => Path.Combine(Data, "keychain.json");
    public string Vault => Path.Combine(Data, "vault.json");
    public string VaultKey => Path.Combine(Data, "vault.key");
    public string Skills => Path.Combine(Data, "skills");
    public string SkillsState => Path.Combine(Data, "skills.yaml");
    public string McpServers => Path.Combine(Data, "mcp", "servers.json");
    public string Policies => Path.Combine(Data, "policies");
    public string Exports => Path.Combine(Data, "exports");
    public string Cache => Path.Combine(Data, "cache");
    public string Logs => Path.Combine(Data, "logs");

    /// <summary>Long tool output; the only part of the data directory that tools may read.</summary>
    public string ToolOutput => Path.Combine(Data, "tool-output");

    public static PryxPaths From(Settings settings)
    {
        var home = settings.FromEnvironment("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var data = settings.FromEnvironment("PRYX_DATA_DIR") is { } chosen ? Expand(chosen, home) : Path.Combine(home, ".pryx");
        return new(Path.GetFullPath(home), Path.GetFullPath(data));
    }

    /// <summary><c>~</c> and <c>~/x</c> are below the home folder.</summary>
    public static string Expand(string path, string home) => path == "~" ? home
        : path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(home, path[2..])
        : path;

    /// <summary>Makes the folders every start needs; others are made when something is put there.</summary>
    /// <exception cref="Protocol.Errors.PryxException">STORAGE_…: they can not be made.</exception>
    public PryxPaths Create()
    {
        try
        {
            foreach (var folder in (ReadOnlySpan<string>)[Data, Skills, Cache])
            {
                CreatePrivate(folder);
            }
            return this;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageErrors.Translate(e, Data);
        }
    }

    /// <summary>0700, also when it existed with wider rights.</summary>
    public static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }
        Directory.CreateDirectory(folder, OwnerOnly);
        if (File.GetUnixFileMode(folder) != OwnerOnly)
        {
            File.SetUnixFileMode(folder, OwnerOnly);
        }
    }
}
