using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Pryx.Core.Configuration;

namespace Pryx.Core.Checkpoints;

/// <summary>The bytes of files by their SHA-256, each once: <c>~/.pryx/checkpoints/blobs/ab/cdef…</c>, private to the user.</summary>
internal sealed class BlobStore(string folder)
{
    private const int Chunk = 128 * 1024;
    private readonly HashSet<string> _prefixes = [];

    /// <summary>Reads a file to its end, and keeps it when asked.</summary>
    /// <returns>Its hash.</returns>
    /// <exception cref="IOException">It can not be read, or not be kept.</exception>
    public string Hash(SafeFileHandle file, long size, bool keep)
    {
        if (size <= Chunk)
        {
            var bytes = new byte[size + 1];
            var length = ReadFully(file, bytes, 0);
            if (length <= size)
            {
                var small = Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(0, length)));
                if (keep)
                {
                    Keep(small, bytes.AsSpan(0, length));
                }
                return small;
            }
        }
        return keep ? HashAndKeep(file) : HashOnly(file);
    }

    public bool Has(string hash) => File.Exists(PathOf(hash));

    /// <exception cref="FileNotFoundException">It is gone: too old, or over the limit of what is kept.</exception>
    public FileStream Open(string hash) => new(PathOf(hash), FileMode.Open, FileAccess.Read, FileShare.Read, 0);

    /// <summary>All there are, with their size in bytes and when they were last needed (UTC).</summary>
    public IEnumerable<(string Hash, long Size, DateTime At)> All() => Directory.Exists(folder)
        ? new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(static file => file.Name.Length == 62).Select(static file => (file.Directory!.Name + file.Name, file.Length, file.LastWriteTimeUtc))
        : [];

    public void Remove(string hash) => File.Delete(PathOf(hash));

    private void Keep(string hash, ReadOnlySpan<byte> bytes)
    {
        var path = Prepare(hash);
        if (IsThere(path, bytes.Length))
        {
            return;
        }
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        RandomAccess.Write(file, bytes, 0);
    }

    private static string HashOnly(SafeFileHandle file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Chunk];
        long at = 0;
        for (int read; (read = RandomAccess.Read(file, buffer, at)) > 0; at += read)
        {
            hash.AppendData(buffer, 0, read);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private string HashAndKeep(SafeFileHandle file)
    {
        PryxPaths.CreatePrivate(folder);
        var temporary = Path.Combine(folder, $"{Guid.NewGuid():N}.tmp");
        try
        {
            long at = 0;
            string name;
            using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
            using (var copy = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                var buffer = new byte[Chunk];
                for (int read; (read = RandomAccess.Read(file, buffer, at)) > 0; at += read)
                {
                    hash.AppendData(buffer, 0, read);
                    RandomAccess.Write(copy, buffer.AsSpan(0, read), at);
                }
                name = Convert.ToHexStringLower(hash.GetHashAndReset());
            }
            var path = Prepare(name);
            if (!IsThere(path, at))
            {
                File.Move(temporary, path, overwrite: true);
            }
            return name;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // One of another length was cut off by a crash. Needed again now: cleaning up leaves it alone.
    private static bool IsThere(string path, long size)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length != size)
        {
            return false;
        }
        file.LastWriteTimeUtc = TimeProvider.System.GetUtcNow().UtcDateTime; // As the file system counts, for it is compared with what that says.
        return true;
    }

    private string Prepare(string hash)
    {
        lock (_prefixes)
        {
            if (_prefixes.Add(hash[..2]))
            {
                PryxPaths.CreatePrivate(folder);
                PryxPaths.CreatePrivate(Path.Combine(folder, hash[..2]));
            }
        }
        return PathOf(hash);
    }

    private string PathOf(string hash) => Path.Combine(folder, hash[..2], hash[2..]);

    private static int ReadFully(SafeFileHandle file, byte[] bytes, int length)
    {
        for (int read; length < bytes.Length && (read = RandomAccess.Read(file, bytes.AsSpan(length), length)) > 0;)
        {
            length += read;
        }
        return length;
    }
}
