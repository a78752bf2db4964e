using Pryx.Core.Files;

namespace Pryx.Core.Checkpoints;

/// <summary>With what .NET gives everywhere. Links in the middle of a path are looked for before each step rather than ruled out in it.</summary>
internal sealed class PortableTree(BlobStore blobs, long maxFileBytes) : Tree(blobs, maxFileBytes)
{
    public override PathState See(string path, Look look)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is { } target)
        {
            return new(PathKind.Link, Target: target);
        }
        if (Directory.Exists(path))
        {
            return new(PathKind.Folder, ModeOf(path));
        }
        if (!file.Exists)
        {
            return PathState.Absent;
        }
        string? content = null;
        if (look != Look.Facts && file.Length > MaxFileBytes)
        {
            content = Mark(file.LastWriteTimeUtc.Ticks * 100);
        }
        else if (look != Look.Facts)
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            content = Blobs.Hash(handle, file.Length, look == Look.Keep);
        }
        return new(PathKind.File, ModeOf(path), file.Length, content);
    }

    public override void Remove(string path, PathKind kind)
    {
        Check(path);
        if (kind == PathKind.Folder)
        {
            Directory.Delete(path);
        }
        else
        {
            File.Delete(path);
        }
    }

    public override void MakeFolder(string path, PathState state)
    {
        Check(path);
        Directory.CreateDirectory(path);
        SetMode(path, state with { Mode = state.Mode | 0x1C0 });
    }

    public override void Put(string path, PathState state)
    {
        Check(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = Path.Combine(Path.GetDirectoryName(path)!, $".pryx-{Guid.NewGuid():N}.tmp");
        try
        {
            if (state.Kind == PathKind.Link)
            {
                File.CreateSymbolicLink(temporary, state.Target!);
            }
            else
            {
                using (var blob = Blobs.Open(state.Content!))
                using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
                {
                    blob.CopyTo(file);
                    file.Flush(flushToDisk: true);
                }
                SetMode(temporary, state);
            }
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public override void SetMode(string path, PathState state)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)state.Mode);
        }
    }

    private static int ModeOf(string path) => OperatingSystem.IsWindows() ? 0 : (int)File.GetUnixFileMode(path);

    private static void Check(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (WorkspacePath.Canonicalize(folder) != folder)
        {
            throw new IOException($"a part of {path} is a symbolic link now");
        }
    }
}
