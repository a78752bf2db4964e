using Pryx.Core.Files;

namespace Pryx.Core.Sandbox;

/// <summary>One guarded file as it was.</summary>
internal sealed record GuardedFile(byte[] Content, UnixFileMode Mode)
{
    /// <summary>What lies below the paths, links left out.</summary>
    /// <param name="limit">In bytes; what is beyond is not kept, and so not put back.</param>
    public static Dictionary<string, GuardedFile> ReadAll(IEnumerable<string> paths, long limit)
    {
        var files = new Dictionary<string, GuardedFile>(StringComparer.Ordinal);
        foreach (var file in Below(paths))
        {
            try
            {
                var info = new FileInfo(file);
                if ((limit -= info.Length) < 0)
                {
                    break;
                }
                files[file] = new(File.ReadAllBytes(file), ModeOf(file));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not ours to read; then not the command's to write either.
            }
        }
        return files;
    }

    /// <returns>What had to be put back or taken away.</returns>
    public static IReadOnlyList<string> Restore(IEnumerable<string> paths, Dictionary<string, GuardedFile> kept)
    {
        var changed = new List<string>();
        foreach (var file in Below(paths).Where(file => !kept.ContainsKey(file)).ToList())
        {
            Try(file, changed, () => File.Move(file, file + ".sandboxed", overwrite: true));
        }
        foreach (var (file, old) in kept)
        {
            if (!IsAsItWas(file, old))
            {
                Try(file, changed, () =>
                {
                    var folder = Path.GetDirectoryName(file)!;
                    if (WorkspacePath.Canonicalize(folder) != folder)
                    {
                        throw new IOException("a link has taken the place of its folder");
                    }
                    Directory.CreateDirectory(folder);
                    File.Delete(file); // A link in its place must not be written through.
                    File.WriteAllBytes(file, old.Content);
                    if (!OperatingSystem.IsWindows())
                    {
                        File.SetUnixFileMode(file, old.Mode);
                    }
                });
            }
        }
        return changed;
    }

    private static void Try(string file, List<string> changed, Action change)
    {
        try
        {
            change();
            changed.Add(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            changed.Add($"{file} (which could not be repaired: {e.Message})");
        }
    }

    private static bool IsAsItWas(string file, GuardedFile old)
    {
        try
        {
            return new FileInfo(file) is { Exists: true, LinkTarget: null } info && info.Length == old.Content.Length && ModeOf(file) == old.Mode && File.ReadAllBytes(file).AsSpan().SequenceEqual(old.Content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static UnixFileMode ModeOf(string file) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(file);

    private static IEnumerable<string> Below(IEnumerable<string> paths) => paths.SelectMany(path =>
        Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true, MaxRecursionDepth = 8 }).Where(file => !file.EndsWith(".sandboxed", StringComparison.Ordinal))
            : File.Exists(path) ? [path] : (IEnumerable<string>)[]);
}
