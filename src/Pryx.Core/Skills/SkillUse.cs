using System.Text;
using Pryx.Core.Files;

namespace Pryx.Core.Skills;

/// <summary>What the model reads of a skill when it uses one.</summary>
internal static class SkillUse
{
    private const int MaxListed = 100;

    /// <summary>Of what is laid out for commands.</summary>
    private const int MaxFiles = 1_000;
    private const long MaxBytes = 50L * 1024 * 1024;

    /// <summary>The body as a person sees it, with the skill's own folder put in where it names it.</summary>
    /// <exception cref="IOException">It can not be read.</exception>
    public static async Task<string> BodyAsync(Skill skill, string folder, CancellationToken cancellationToken) =>
        HiddenText.Visible(await SkillFile.ReadBodyAsync(skill.File, cancellationToken)).Trim()
            .Replace("{baseDir}", folder, StringComparison.Ordinal).Replace("${CLAUDE_SKILL_DIR}", folder, StringComparison.Ordinal);

    /// <summary>The files beside SKILL.md, relative with forward slashes; links are left out.</summary>
    public static IReadOnlyList<string> Files(Skill skill) => !Directory.Exists(skill.Folder) ? [] :
    [
        .. new DirectoryInfo(skill.Folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true, MaxRecursionDepth = 8 })
            .Select(file => Path.GetRelativePath(skill.Folder, file.FullName).Replace('\\', '/'))
            .Where(static name => !name.Equals(SkillFile.Name, StringComparison.OrdinalIgnoreCase) && !name.StartsWith(".git/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Take(MaxFiles + 1),
    ];

    /// <summary>
    /// Where commands can read the skill's files. A workspace's lie in the workspace; installed ones lie where no command may look, so that
    /// they are copied to the turn's own folder, which the sandbox shows read-only.
    /// </summary>
    /// <returns>The folder, and why nothing was laid out there; null when all of it is.</returns>
    public static (string Folder, string? Trouble) LayOut(Skill skill, IReadOnlyList<string> files, string outputDirectory)
    {
        if (skill.Origin == SkillOrigin.Workspace || files.Count == 0)
        {
            return (skill.Folder, null);
        }
        var folder = Path.Combine(outputDirectory, "skills", skill.Id);
        if (files.Count > MaxFiles || files.Sum(file => new FileInfo(Path.Combine(skill.Folder, file)).Length) > MaxBytes)
        {
            return (folder, $"its files are more than {MaxFiles} or {MaxBytes >> 20} MB, so they are not laid out for commands; read single ones with 'file'");
        }
        foreach (var file in files)
        {
            var target = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (!File.Exists(target))
            {
                File.Copy(Path.Combine(skill.Folder, file), target);
            }
        }
        return (folder, null);
    }

    public static string Listing(IReadOnlyList<string> files, string folder, bool areLaidOut)
    {
        if (files.Count == 0)
        {
            return "";
        }
        var text = new StringBuilder("\n\nFiles of this skill");
        text.Append(areLaidOut ? $" (commands find them in {folder}; run scripts from there):" : ":");
        foreach (var file in files.Take(MaxListed))
        {
            text.Append("\n- ").Append(areLaidOut && file.StartsWith("scripts/", StringComparison.Ordinal) ? Path.Combine(folder, file) : file);
        }
        return files.Count > MaxListed ? text.Append($"\n- and {files.Count - MaxListed} more").ToString() : text.ToString();
    }

    /// <summary>A file of the skill by its relative path; null when there is none, or it is no file of this skill.</summary>
    public static string? Find(Skill skill, string file)
    {
        if (file.Length == 0 || file.Contains('\0', StringComparison.Ordinal) || Path.IsPathRooted(file) || file.Split('/', '\\').Contains(".."))
        {
            return null;
        }
        var root = WorkspacePath.Canonicalize(skill.Folder);
        var path = WorkspacePath.Canonicalize(Path.Combine(root, file));
        return WorkspacePath.IsWithin(path, root) && path.Length > root.Length && File.Exists(path) ? path : null;
    }
}
