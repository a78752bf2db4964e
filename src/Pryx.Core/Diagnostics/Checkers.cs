using System.Text.Json;

namespace Pryx.Core.Diagnostics;

/// <summary>The checkers there are: the user's own first, then those that come with Pryx, where their program is on this machine.</summary>
/// <param name="find">A program's path by its name; null where there is none.</param>
/// <param name="own">The map <c>diagnostics_tools</c> as JSON; empty for none.</param>
/// <param name="use">The key <c>diagnostics_use</c>.</param>
internal sealed class Checkers(Func<string, string?> find, string own, string use)
{
    private static readonly string[] Names = ["python", "typescript", "go", "rust", "dotnet"];

    // Reads and compiles in memory: nothing of the project is run, and no file is written.
    private const string PythonCheck =
        "import sys\ntry:\n    compile(open(sys.argv[1], 'rb').read(), sys.argv[1], 'exec')\nexcept SyntaxError as e:\n    print(f'{e.filename}:{e.lineno or 1}:{e.offset or 1}: error: {type(e).__name__}: {e.msg}')\nexcept ValueError as e:\n    print(f'{sys.argv[1]}:1:1: error: {e}')";

    public IReadOnlyList<Checker> All { get; } = [.. Read(own), .. Presets(find, use)];

    /// <summary>What is known of the names in <c>diagnostics_use</c>; null where all is well.</summary>
    public static string? Problem(string use) => Wanted(use).FirstOrDefault(static name => !Names.Contains(name)) is { } unknown
        ? $"diagnostics_use: '{unknown}' is unknown. Use auto, always, off, or some of {string.Join(", ", Names)}."
        : null;

    /// <summary>The first that takes the file, and where it runs; null for none.</summary>
    /// <param name="file">Canonical, in the workspace.</param>
    public CheckPlace? For(string file, string workspace)
    {
        foreach (var checker in All.Where(checker => checker.Takes(file)))
        {
            if (checker.Markers.Count == 0)
            {
                return new(checker, file, workspace, null);
            }
            for (var folder = Path.GetDirectoryName(file); folder is not null && (folder == workspace || folder.StartsWith(workspace + Path.DirectorySeparatorChar, StringComparison.Ordinal)); folder = Path.GetDirectoryName(folder))
            {
                if (checker.Markers.SelectMany(marker => Directory.EnumerateFiles(folder, marker)).FirstOrDefault() is not { } project)
                {
                    continue;
                }
                // TypeScript's compiler is the project's own.
                var words = checker.Name == "typescript" ? Compiler(folder, workspace) is { } compiler ? [compiler, .. checker.Words.Skip(1)] : null : checker.Words;
                return words is null ? null : new(checker with { Words = words }, file, folder, project);
            }
        }
        return null;
    }

    private static string? Compiler(string folder, string workspace)
    {
        for (var at = folder; at is not null && at.StartsWith(workspace, StringComparison.Ordinal); at = Path.GetDirectoryName(at))
        {
            if (Path.Combine(at, "node_modules", ".bin", "tsc") is var compiler && File.Exists(compiler))
            {
                return compiler;
            }
        }
        return null;
    }

    private static string[] Wanted(string use) => use.Trim().ToLowerInvariant() is "" or "auto" or "always" or "off" ? [] : use.ToLowerInvariant().Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static IEnumerable<Checker> Presets(Func<string, string?> find, string use)
    {
        var wanted = Wanted(use);
        foreach (var checker in Known(find))
        {
            if (wanted.Length == 0 || wanted.Contains(checker.Name))
            {
                yield return checker;
            }
        }
    }

    private static IEnumerable<Checker> Known(Func<string, string?> find)
    {
        if (find("ruff") is { } ruff)
        {
            yield return new("python", [".py", ".pyi"], [ruff, "check", "--no-cache", "--quiet", "--output-format", "concise", "--select", "E9,F63,F7,F82", "{file}"]);
        }
        else if (find("python3") is { } python)
        {
            yield return new("python", [".py", ".pyi"], [python, "-I", "-c", PythonCheck, "{file}"]);
        }
        if (find("node") is not null)
        {
            yield return new("typescript", [".ts", ".tsx", ".mts", ".cts"], ["tsc", "--noEmit", "--pretty", "false", "-p", "{project}"]) { Markers = ["tsconfig.json"] };
        }
        if (find("go") is { } go)
        {
            yield return new("go", [".go"], [go, "vet", "./..."]) { Markers = ["go.mod"], Environment = new Dictionary<string, string> { ["GOCACHE"] = "/tmp/go-build", ["GOFLAGS"] = "-mod=mod" } };
        }
        if (find("cargo") is { } cargo)
        {
            yield return new("rust", [".rs"], [cargo, "check", "--offline", "--quiet", "--message-format", "short"]) { Markers = ["Cargo.toml"] };
        }
        if (find("dotnet") is { } dotnet)
        {
            yield return new("dotnet", [".cs", ".fs", ".vb"], [dotnet, "build", "--no-restore", "--nologo", "-v", "quiet", "-nodeReuse:false", "-clp:NoSummary;ErrorsOnly", "{project}"])
            {
                Markers = ["*.csproj", "*.fsproj", "*.vbproj"],
                Environment = new Dictionary<string, string> { ["DOTNET_CLI_HOME"] = "/tmp", ["DOTNET_NOLOGO"] = "1", ["MSBUILDDISABLENODEREUSE"] = "1", ["UseSharedCompilation"] = "false" },
            };
        }
    }

    // { name: { files: [".py"], command: "mypy {file}", lsp: "pylsp", project: ["pyproject.toml"] } }
    private static IEnumerable<Checker> Read(string json)
    {
        if (json.Length == 0)
        {
            yield break;
        }
        using var document = JsonDocument.Parse(json);
        foreach (var entry in document.RootElement.EnumerateObject())
        {
            var (command, server) = (Texts(entry.Value, "command"), Texts(entry.Value, "lsp"));
            var files = Texts(entry.Value, "files");
            if ((command.Length > 0 || server.Length > 0) && files.Length > 0)
            {
                yield return new(entry.Name, [.. files.Select(static file => file.TrimStart('*'))], server.Length > 0 ? server : command) { IsServer = server.Length > 0, Markers = Texts(entry.Value, "project") };
            }
        }
    }

    // Words of one text are split at spaces: a path with one in it is written as a list.
    private static string[] Texts(JsonElement entry, string name) => entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty(name, out var value) ? []
        : value.ValueKind == JsonValueKind.String ? value.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(static word => word.ToString())]
        : [];
}
