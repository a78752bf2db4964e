using System.Reflection;

namespace Pryx.Attacks.Cases;

/// <summary>Where the case files lie: <c>Attacks/category/name.yaml</c> and <c>Tasks/area/name.yaml</c> below the project.</summary>
public static class CaseFolder
{
    /// <summary>This project's.</summary>
    public static string Own => Metadata("CaseFolder");

    /// <summary>The executable under test.</summary>
    public static string Executable => Metadata("PryxExecutable");

    public static IEnumerable<string> Files(CaseKind kind, string folder) =>
        Directory.Exists(Of(kind, folder)) ? Directory.EnumerateFiles(Of(kind, folder), "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [];

    public static string NameOf(CaseKind kind, string folder, string path) =>
        Path.ChangeExtension(Path.GetRelativePath(Of(kind, folder), path), null).Replace(Path.DirectorySeparatorChar, '/');

    public static string PathOf(CaseKind kind, string folder, string name) => Path.Combine(Of(kind, folder), name + ".yaml");

    private static string Of(CaseKind kind, string folder) => Path.Combine(folder, kind == CaseKind.Attack ? "Attacks" : "Tasks");

    private static string Metadata(string key) => typeof(CaseFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(pair => pair.Key == key).Value!;
}
