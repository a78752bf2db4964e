using System.Runtime.CompilerServices;

namespace Pryx.Testing;

/// <summary>The repository that the running tests were built from.</summary>
public static class SourceTree
{
    /// <summary>What builds of CI write in place of the repository's own path.</summary>
    private const string Mapped = "/_/";

    /// <summary>Its root; absolute.</summary>
    public static string Root
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Pryx.slnx")))
            {
                folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
            }
            return folder;
        }
    }

    /// <summary>A source file as it lies on this disk.</summary>
    /// <param name="source">As the compiler gave it for <see cref="CallerFilePathAttribute"/>.</param>
    public static string PathOf(string source) => source.StartsWith(Mapped, StringComparison.Ordinal) ? Path.Combine(Root, source[Mapped.Length..]) : source;

    /// <summary>The folder of the file that asks.</summary>
    public static string Here([CallerFilePath] string source = "") => Path.GetDirectoryName(PathOf(source))!;
}
