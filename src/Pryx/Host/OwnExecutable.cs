namespace Pryx.Host;

/// <summary>This executable, to be started again.</summary>
internal static class OwnExecutable
{
    /// <summary>Program, then what comes before its own arguments: started as <c>dotnet pryx.dll</c>, the executable is not ours and the first argument is.</summary>
    public static IReadOnlyList<string> Command =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? [Environment.ProcessPath!, Path.GetFullPath(Environment.GetCommandLineArgs()[0])] : [Environment.ProcessPath!];
}
