using System.Security.Cryptography;
using System.Text;
using Pryx.Core.Configuration;

namespace Pryx.Core.Skills;

/// <summary>The skills that come with the program: embedded, and put into the cache when somebody needs them on disk.</summary>
/// <param name="chosen">PRYX_BUNDLED_SKILLS_DIR: a folder that is used instead; null for none.</param>
public sealed class BundledSkills(PryxPaths paths, string? chosen)
{
    private const string Prefix = "skills/";
    private readonly Lock _lock = new();
    private string? _folder;

    /// <summary>The folder they are in; written at the first call.</summary>
    public string Folder()
    {
        if (chosen is not null)
        {
            return Path.GetFullPath(PryxPaths.Expand(chosen, paths.Home));
        }
        lock (_lock)
        {
            return _folder ??= Materialise();
        }
    }

    /// <summary>Their ids, without reading one.</summary>
    public IReadOnlyCollection<string> Names => field ??= chosen is null
        ? [.. Resources().Select(static name => name[Prefix.Length..].Split('/')[0]).Distinct(StringComparer.Ordinal)]
        : Directory.Exists(Folder()) ? [.. Directory.GetDirectories(Folder()).Select(static folder => Path.GetFileName(folder).ToLowerInvariant())] : [];

    private string Materialise()
    {
        var assembly = typeof(BundledSkills).Assembly;
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var name in Resources())
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            files[name[Prefix.Length..]] = bytes;
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, bytes) in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(bytes);
        }
        // Named by what is in it: two versions side by side never write into one folder.
        var folder = Path.Combine(paths.Cache, "skills", Convert.ToHexStringLower(hash.GetHashAndReset())[..16]);
        foreach (var (name, bytes) in files)
        {
            var path = Path.Combine(folder, name);
            if (File.Exists(path) && new FileInfo(path).Length == bytes.Length && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
            {
                continue;
            }
            PryxPaths.CreatePrivate(paths.Data);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Storage.PrivateFile.Replace(path, bytes);
        }
        return folder;
    }

    private static IEnumerable<string> Resources() =>
        typeof(BundledSkills).Assembly.GetManifestResourceNames().Select(static name => name.Replace('\\', '/')).Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal));
}
