using Pryx.Agent.Tools;

namespace Pryx.Core.Files;

/// <summary>The tools on files, for composition.</summary>
public static class FileTools
{
    /// <param name="holdsSecrets">See <see cref="GrepTool"/>; null for none.</param>
    public static IReadOnlyList<ITool> All(Disk? disk = null, Func<string, bool>? holdsSecrets = null)
    {
        disk ??= Disk.Local;
        return [new ReadFileTool(disk), new WriteFileTool(disk), new EditFileTool(disk), new ApplyPatchTool(disk), new ListDirTool(disk), new GlobTool(disk), new GrepTool(disk, holdsSecrets ?? (static _ => false))];
    }

    /// <summary>What ordinary turns do with a command, and the bundled server offers by itself.</summary>
    public static IReadOnlyList<ITool> Folders(Disk? disk = null) => [new MakeFolderTool(disk ?? Disk.Local), new RemoveTool(disk ?? Disk.Local)];
}
