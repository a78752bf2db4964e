namespace Pryx.Testing;

/// <summary>A home, a data directory and a workspace of one test, gone when it ends.</summary>
public sealed class TempHome : IDisposable
{
    public TempHome()
    {
        // Resolved, because policy compares real paths and /tmp is a symlink on some systems.
        Root = Path.GetFullPath(Directory.CreateTempSubdirectory("pryx-test-").FullName);
        Home = Directory.CreateDirectory(Path.Combine(Root, "home")).FullName;
        Data = Path.Combine(Home, ".pryx");
        Workspace = Directory.CreateDirectory(Path.Combine(Root, "workspace")).FullName;
    }

    public string Root { get; }
    public string Home { get; }

    /// <summary>Not created: the program under test does that. A test may put it elsewhere, and then takes it away itself.</summary>
    public string Data { get; set; }
    public string Workspace { get; }

    /// <summary>For a child process: this home, and nothing of the developer's own keys.</summary>
    public Dictionary<string, string?> Environment => new(StringComparer.Ordinal)
    {
        ["HOME"] = Home,
        ["USERPROFILE"] = Home,
        ["PRYX_DATA_DIR"] = Data,
        ["XDG_CONFIG_HOME"] = null,
        ["XDG_DATA_HOME"] = null,
        // The developer's own keychain is not a test's to write into.
        ["DBUS_SESSION_BUS_ADDRESS"] = null,
        ["XDG_RUNTIME_DIR"] = null,
        ["OPENAI_API_KEY"] = null,
        ["OPENAI_BASE_URL"] = null,
        ["ANTHROPIC_API_KEY"] = null,
        ["ANTHROPIC_BASE_URL"] = null,
        ["OPENROUTER_API_KEY"] = null,
        ["OLLAMA_HOST"] = null,
        ["OLLAMA_BASE_URL"] = null,
        // Nobody asks the real one.
        ["PRYX_CATALOG_URL"] = "off",
    };

    /// <param name="path">Relative to the workspace, or absolute.</param>
    public string PathOf(string path) => Path.Combine(Workspace, path);

    /// <summary>Makes the folders on the way; returns the full path.</summary>
    public string Write(string path, string text)
    {
        var full = PathOf(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }

    public string Read(string path) => File.ReadAllText(PathOf(path));

    public bool Exists(string path) => Path.Exists(PathOf(path));

    /// <summary>A symbolic link in the workspace.</summary>
    public string Link(string path, string target)
    {
        var full = PathOf(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.CreateSymbolicLink(full, target);
        return full;
    }

    public void Dispose()
    {
        // A child that was just killed may still be writing; the folder is temporary, a leftover harms nobody.
        for (var attempt = 0; attempt < 3 && Directory.Exists(Root); attempt++)
        {
            try
            {
                Directory.Delete(Root, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                MakeWritable();
            }
        }
    }

    private void MakeWritable()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        try
        {
            foreach (var folder in Directory.EnumerateDirectories(Root, "*", SearchOption.AllDirectories))
            {
                File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Next attempt, or a leftover.
        }
    }
}
