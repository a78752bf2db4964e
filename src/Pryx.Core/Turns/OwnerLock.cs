using Pryx.Core.Storage;

namespace Pryx.Core.Turns;

/// <summary>
/// This process's name as an owner of turns: a file in <c>run/</c> that it keeps locked. The system frees the lock when the process
/// dies, however it dies, so a turn whose owner's lock is free may be continued by another.
/// </summary>
public sealed class OwnerLock : IDisposable
{
    private readonly string _directory;
    private readonly FileStream _file;

    private OwnerLock(string directory, string name, FileStream file)
    {
        _directory = directory;
        Name = name;
        _file = file;
    }

    public string Name { get; }

    /// <param name="dataDirectory">The folder of the database.</param>
    public static OwnerLock Take(string dataDirectory)
    {
        var directory = Path.Combine(dataDirectory, "run");
        DatabaseFile.CreatePrivateDirectory(directory);
        while (true)
        {
            var name = Guid.NewGuid().ToString("N");
            var path = PathOf(directory, name);
            try
            {
                var file = new FileStream(path, DatabaseFile.OptionsFor(FileMode.CreateNew, FileAccess.Write, FileShare.None));
                if (File.Exists(path))
                {
                    return new(directory, name, file);
                }
                file.Dispose();
            }
            catch (IOException) when (File.Exists(path))
            {
                // Somebody who cleans up looked at it before it was locked; the next name is free.
            }
        }
    }

    /// <summary>Whether the process of this name still runs; our own does. A dead one's file is removed.</summary>
    public bool IsAlive(string? owner)
    {
        if (owner == Name)
        {
            return true;
        }
        // A name is a file name in our own folder and nothing else.
        return Guid.TryParseExact(owner, "N", out _) && IsHeld(PathOf(_directory, owner));
    }

    /// <summary>Removes the files that dead processes have left.</summary>
    public void CleanUp()
    {
        foreach (var path in Directory.EnumerateFiles(_directory, "*.lock"))
        {
            if (path != _file.Name)
            {
                IsHeld(path);
            }
        }
    }

    public void Dispose()
    {
        // While it is still locked: nobody can mistake the name for a living one's.
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(_file.Name);
        }
        _file.Dispose();
        if (OperatingSystem.IsWindows())
        {
            File.Delete(_file.Name);
        }
    }

    private static bool IsHeld(string path)
    {
        try
        {
            // Shared, so that two who look at the same time do not take each other for the owner; deleted before it is let go.
            using var free = new FileStream(path, DatabaseFile.OptionsFor(FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete));
            File.Delete(path);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static string PathOf(string directory, string name) => Path.Combine(directory, name + ".lock");
}
