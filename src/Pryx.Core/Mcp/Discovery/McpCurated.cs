using Pryx.Protocol.Mcp;

namespace Pryx.Core.Mcp.Discovery;

/// <summary>Servers worth knowing, in our own words; their levels are judged by hand.</summary>
internal static class McpCurated
{
    private const string Reference = "Model Context Protocol";

    public static IReadOnlyList<(string Id, string Name, string Icon)> Categories { get; } =
    [
        ("files", "Files", "📁"), ("system", "System", "💻"), ("web", "Web", "🌐"), ("development", "Development", "🛠️"), ("data", "Databases", "🗄️"), ("search", "Search", "🔎"),
    ];

    public static IReadOnlyList<McpCuratedDetail> All { get; } =
    [
        Bundled("filesystem", "Filesystem", "Reads and writes the files of one folder, and nothing outside it.", "files", "A", ["read_file", "write_file", "list_dir", "mkdir", "remove"], ["It can change and remove files of the folder."]),
        Bundled("shell", "Shell", "Runs commands in the sandbox.", "system", "B", ["exec"], ["It runs programs; every command is judged by your policy."]),
        Bundled("browser", "Browser", "Drives a Chrome or Chromium of its own: opens pages, reads, clicks, types.", "web", "B", ["navigate", "read", "click", "type", "screenshot"], ["Pages are text of strangers, which may try to give orders."]),
        Bundled("clipboard", "Clipboard", "Copies and pastes.", "system", "A", ["clipboard_copy", "clipboard_paste"], ["The clipboard may hold a password just then."]),
        Of("github", "GitHub", "Repositories, issues and pull requests of an account.", "GitHub", "development", "A", isVerified: true, "https://github.com/github/github-mcp-server",
            ["Whatever your account may do there, it may do."], new("github") { Transport = "http", Url = "https://api.githubcopilot.com/mcp/", Auth = new("oauth") }),
        Of("postgresql", "PostgreSQL", "Looks into a database: its tables and read-only queries.", Reference, "data", "A", isVerified: true, "https://github.com/modelcontextprotocol/servers-archived",
            ["Give it an account that can only read.", "Its source is archived: nobody mends it."], Program("postgresql", ["npx", "-y", "@modelcontextprotocol/server-postgres", "${DATABASE_URL}"])),
        Of("sqlite", "SQLite", "Queries and changes a database in one file.", Reference, "data", "A", isVerified: true, "https://github.com/modelcontextprotocol/servers-archived",
            ["It can change the file.", "Its source is archived: nobody mends it."], Program("sqlite", ["uvx", "mcp-server-sqlite", "--db-path", "data.db"])),
        Of("fetch", "Fetch", "Gets a page and gives it as Markdown.", Reference, "web", "B", isVerified: true, "https://github.com/modelcontextprotocol/servers",
            ["Pages are text of strangers, which may try to give orders."], Program("fetch", ["uvx", "mcp-server-fetch"])),
        Of("brave-search", "Brave Search", "Searches the web.", "Brave", "search", "A", isVerified: true, "https://github.com/brave/brave-search-mcp-server",
            ["What is searched is told to Brave."], Program("brave-search", ["npx", "-y", "@brave/brave-search-mcp-server"]) with { Env = new Dictionary<string, string> { ["BRAVE_API_KEY"] = "keychain:brave-search" }, Network = ["registries", "api.search.brave.com"] }),
        Of("puppeteer", "Puppeteer", "Drives a browser with a script's precision.", Reference, "web", "B", isVerified: true, "https://github.com/modelcontextprotocol/servers-archived",
            ["It runs a browser with whatever pages bring.", "Its source is archived: nobody mends it."], Program("puppeteer", ["npx", "-y", "@modelcontextprotocol/server-puppeteer"])),
    ];

    private static McpServerInput Program(string name, IReadOnlyList<string> command) => new(name) { Transport = "stdio", Command = command, Network = ["registries"] };

    private static McpCuratedDetail Bundled(string id, string name, string description, string category, string level, IReadOnlyList<string> tools, IReadOnlyList<string> warnings) =>
        new(new(id, name, description, "Pryx", category, level, true) { Tools = tools }, warnings, new(id) { Transport = "bundled" }, McpRating.ColorOf(level));

    private static McpCuratedDetail Of(string id, string name, string description, string author, string category, string level, bool isVerified, string homepage, IReadOnlyList<string> warnings, McpServerInput config) =>
        new(new(id, name, description, author, category, level, isVerified) { Homepage = homepage }, warnings, config, McpRating.ColorOf(level));
}
