using Pryx.Testing;

namespace Pryx.Core.Tests.Mcp;

/// <summary>The servers from npm, installed once for all tests with the machine's own npm cache.</summary>
public sealed class NpmPackages : IAsyncLifetime
{
    private static readonly string[] Folders = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"];
    private static readonly string[] Packages = ["@modelcontextprotocol/server-everything", "@modelcontextprotocol/server-memory", "@modelcontextprotocol/server-filesystem", "@playwright/mcp"];
    private readonly TempHome _home = new();
    private string? _whyNot;

    /// <summary>Holds node_modules.</summary>
    public string Folder { get; private set; } = "";
    public string Node { get; private set; } = "";

    public static string? Chromium => ProgramOf("chromium");

    public async ValueTask InitializeAsync()
    {
        var (node, npm) = (ProgramOf("node"), ProgramOf("npm"));
        if (node is null || npm is null)
        {
            _whyNot = "Needs node and npm: apt install nodejs npm";
            return;
        }
        (Node, Folder) = (node, Path.Combine(_home.Root, "npm"));
        Directory.CreateDirectory(Folder);
        try
        {
            // Their own browsers are not wanted, and no script of a package is run.
            var installed = await RunProcess.RunAsync(npm, ["install", "--prefix", Folder, "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", .. Packages], new() { Timeout = TimeSpan.FromMinutes(4) }, CancellationToken.None);
            _whyNot = installed.ExitCode == 0 ? null : $"Needs npm's registry or a filled npm cache (npm install {string.Join(' ', Packages)}): {installed.Stderr}";
        }
        catch (TimeoutException)
        {
            _whyNot = "Needs npm's registry or a filled npm cache: npm install did not end within four minutes";
        }
    }

    /// <summary>Skips the test where they are not there.</summary>
    public void Require() => Assert.SkipWhen(_whyNot is not null, _whyNot ?? "");

    /// <summary>A program of one of them.</summary>
    /// <param name="path">Below node_modules.</param>
    public string Script(string path) => Path.Combine(Folder, "node_modules", path);

    public ValueTask DisposeAsync()
    {
        _home.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string? ProgramOf(string name) => Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
