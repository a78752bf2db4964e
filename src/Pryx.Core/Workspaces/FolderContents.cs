using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pryx.Core.Workspaces;

/// <param name="Kind">instructions, policies, agents, commands, memory, skills, mcp, claude, hooks or env.</param>
/// <param name="Path">Relative to the workspace.</param>
public sealed record BroughtFile(string Kind, string Path, long Bytes);

/// <summary>
/// What a folder brings that would steer Pryx or run something: shown on a card once before any of it counts. A folder that brings nothing needs none;
/// whatever is added, removed or changed later changes the hash, and the card is shown again.
/// </summary>
/// <param name="Hash">SHA-256 over names and contents, hexadecimal; of nothing when it brings nothing.</param>
public sealed record FolderContents(string Workspace, IReadOnlyList<BroughtFile> Files, string Hash)
{
    /// <summary>SHA-256 of each file, by its relative path.</summary>
    private IReadOnlyDictionary<string, string> Hashes { get; init; } = new Dictionary<string, string>();

    /// <summary>True when it brings nothing that the other does not bring, byte for byte, at the same place.</summary>
    public bool IsPartOf(FolderContents other) => Hashes.All(file => other.Hashes.GetValueOrDefault(file.Key) == file.Value);

    private static readonly (string Kind, string Path)[] Places =
    [
        ("policies", ".pryx/policies"), ("agents", ".pryx/agents"), ("commands", ".pryx/commands"), ("memory", ".pryx/MEMORY.md"), ("skills", ".pryx/skills"), ("skills", ".agents/skills"), ("mcp", ".pryx/mcp"), ("mcp", "mcp.json"), ("mcp", ".mcp.json"), ("claude", ".claude"),
        ("hooks", ".pryx/hooks"), ("hooks", ".pryx/hooks.json"), ("hooks", ".claude/settings.json"), ("hooks", ".claude/settings.local.json"), ("hooks", ".githooks"), ("hooks", ".husky"), ("hooks", ".git/hooks"), ("env", ".env"),
    ];

    /// <summary>The same without the folder's MEMORY.md, which Pryx itself writes.</summary>
    public string HashOfOthers { get; private init; } = "";

    public bool IsEmpty => Files.Count == 0;

    /// <summary>True when nothing needs to be asked: it brings nothing, or exactly this was trusted.</summary>
    /// <param name="trustedHash">What is stored of the folder; null when it was never trusted.</param>
    public bool IsTrusted(string? trustedHash) => IsEmpty || string.Equals(Hash, trustedHash, StringComparison.Ordinal);

    /// <param name="workspace">Canonical.</param>
    public static async Task<FolderContents> InspectAsync(string workspace, CancellationToken cancellationToken)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in InstructionFiles.OnPath(workspace))
        {
            found[path] = "instructions";
        }
        foreach (var (kind, place) in Places)
        {
            // In the home folder these are the user's own, and what Pryx itself writes.
            if (kind is "commands" or "memory" && workspace == Environment.GetFolderPath(Environment.SpecialFolder.UserProfile))
            {
                continue;
            }
            AddFiles(Path.Combine(workspace, place), kind, found, cancellationToken);
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var others = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = new List<BroughtFile>(found.Count);
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, kind) in found)
        {
            var relative = Path.GetRelativePath(workspace, path).Replace(Path.DirectorySeparatorChar, '/');
            var info = new FileInfo(path);
            files.Add(new(kind, relative, info.Exists ? info.Length : 0));
            var own = await HashFileAsync(path, cancellationToken);
            hashes[relative] = Convert.ToHexStringLower(own);
            byte[] one = [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{kind}\0{relative}\0{info.LinkTarget}\0")), .. own];
            hash.AppendData(one);
            if (kind != "memory")
            {
                others.AppendData(one);
            }
        }
        return new(workspace, files, Convert.ToHexStringLower(hash.GetHashAndReset())) { Hashes = hashes, HashOfOthers = Convert.ToHexStringLower(others.GetHashAndReset()) };
    }

    /// <summary>For the card: "instructions: AGENTS.md, CLAUDE.md" and so on, one kind a line.</summary>
    public string Describe() => string.Join('\n', Files.GroupBy(file => file.Kind).Select(kind =>
        $"{kind.Key}: {string.Join(", ", kind.Take(5).Select(file => file.Path))}{(kind.Count() > 5 ? $" and {kind.Count() - 5} more" : "")}"));

    private static void AddFiles(string path, string kind, SortedDictionary<string, string> found, CancellationToken cancellationToken)
    {
        if (File.Exists(path))
        {
            found[path] = kind;
            return;
        }
        var folder = new DirectoryInfo(path);
        if (!folder.Exists)
        {
            return;
        }
        // A folder that is itself a link brings what it points to now; what it points to later is another hash.
        foreach (var file in folder.EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = true }))
        {
            // Git's own examples do nothing until they are renamed.
            if (kind == "hooks" && file.Name.EndsWith(".sample", StringComparison.Ordinal))
            {
                continue;
            }
            // However many there are: one that were not hashed could change unseen.
            cancellationToken.ThrowIfCancellationRequested();
            found[file.FullName] = kind;
        }
    }

    private static async Task<byte[]> HashFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return await SHA256.HashDataAsync(stream, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Unreadable now, readable later is a change.
            return SHA256.HashData("unreadable"u8);
        }
    }
}
