using System.Security.Cryptography;
using System.Text;
using Pryx.Agent.Tools;
using Pryx.Core.Configuration;
using Pryx.Core.Files;

namespace Pryx.Core.Memory;

/// <summary>
/// Where facts lie: the user's in <c>MEMORY.md</c> of the data directory; a folder's in the data directory too, or in the folder's own
/// <c>.pryx/MEMORY.md</c> where the user has put one there and trusts the folder.
/// </summary>
public sealed class MemoryPlaces(PryxPaths paths)
{
    public string User => Path.Combine(paths.Data, "MEMORY.md");

    /// <param name="workspace">Canonical.</param>
    /// <param name="isTrusted">False: what the folder brings is data, and is not looked at.</param>
    public string Of(string workspace, bool isTrusted) => isTrusted && InFolder(workspace) is { } own ? own
        : Path.Combine(paths.Data, "memory", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(workspace)))[..16], "MEMORY.md");

    public static string PathInFolder(string workspace) => Path.Combine(workspace, ".pryx", "MEMORY.md");

    public string Locks => Path.Combine(paths.Data, "memory", "locks");

    // A link there would have us read, and write, what it points to.
    private string? InFolder(string workspace)
    {
        var path = PathInFolder(workspace);
        try
        {
            // Who works in the home folder has the user's own there.
            return File.Exists(path) && WorkspacePath.Canonicalize(path) == path && path != User ? path : null;
        }
        catch (ToolArgumentException)
        {
            return null;
        }
    }
}
