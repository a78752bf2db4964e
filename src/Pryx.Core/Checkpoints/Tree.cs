using System.Globalization;
using Pryx.Core.Files;

namespace Pryx.Core.Checkpoints;

/// <summary>How closely a path is looked at.</summary>
internal enum Look
{
    /// <summary>Kind, mode and size.</summary>
    Facts,

    /// <summary>The hash of its bytes too.</summary>
    Content,

    /// <summary>Its bytes are kept besides.</summary>
    Keep,
}

/// <summary>Paths of a workspace with everything that undo needs of them. No call follows a link, wherever it is in a path.</summary>
/// <param name="maxFileBytes">Larger files are told apart by size and time, and not kept.</param>
internal abstract class Tree(BlobStore blobs, long maxFileBytes)
{
    protected BlobStore Blobs => blobs;
    protected long MaxFileBytes => maxFileBytes;

    public static Tree Local(BlobStore blobs, long maxFileBytes) => Disk.Local is LinuxDisk ? new LinuxTree(blobs, maxFileBytes) : new PortableTree(blobs, maxFileBytes);

    /// <exception cref="IOException">It can not be looked at, or its bytes not be kept.</exception>
    /// <exception cref="UnauthorizedAccessException">It can not be looked at.</exception>
    public abstract PathState See(string path, Look look);

    /// <summary>The names in a folder; none where there is no such folder.</summary>
    public static IReadOnlyList<string> Names(string path)
    {
        try
        {
            return [.. Disk.Local.List(path).Select(static entry => entry.Name)];
        }
        catch (Exception e) when (e is FileNotFoundException or FileRefusedException)
        {
            return [];
        }
    }

    /// <summary>A file, a link or an empty folder goes away.</summary>
    public abstract void Remove(string path, PathKind kind);

    /// <summary>Made with the folders above it, which get usual modes; changed where it is there already.</summary>
    public abstract void MakeFolder(string path, PathState state);

    /// <summary>Replaces what is there, if it is no folder, in one step.</summary>
    public abstract void Put(string path, PathState state);

    public abstract void SetMode(string path, PathState state);

    protected static string Mark(long nanoseconds) => "~" + nanoseconds.ToString(CultureInfo.InvariantCulture);
}
