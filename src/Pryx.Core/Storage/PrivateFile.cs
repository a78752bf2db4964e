namespace Pryx.Core.Storage;

/// <summary>Files only their owner can read, replaced as a whole or not at all.</summary>
public static class PrivateFile
{
    /// <summary>Writes beside the target, flushes to the disk, then renames: a crash leaves the old file or the new one.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = Create(temporary))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Makes the file with its final rights: there is no moment in which others could open it.</summary>
    /// <exception cref="IOException">It exists already.</exception>
    public static FileStream Create(string path) => new(path, DatabaseFile.OptionsFor(FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));

    /// <summary>An exclusive lock that ends with the process, however it ends. Waits for at most <paramref name="patience"/>.</summary>
    /// <exception cref="TimeoutException">Another process kept it.</exception>
    public static async Task<FileStream> LockAsync(string path, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, DatabaseFile.OptionsFor(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (Directory.Exists(Path.GetDirectoryName(path)))
            {
                if (time.GetElapsedTime(started) > patience)
                {
                    throw new TimeoutException($"Another process has kept {path} locked for {patience.TotalSeconds:0} seconds.");
                }
                await Task.Delay(TimeSpan.FromMilliseconds(5), time, cancellationToken);
            }
        }
    }
}
