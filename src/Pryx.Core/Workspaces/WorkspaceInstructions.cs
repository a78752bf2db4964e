using System.Text;

namespace Pryx.Core.Workspaces;

/// <summary>What a trusted folder tells the model: its AGENTS.md and CLAUDE.md, the nearest last, and where further ones are.</summary>
/// <param name="Text">For the system prompt; empty when there is nothing.</param>
/// <param name="Sources">The files that are in it, full paths.</param>
/// <param name="Nested">Instruction files further down, relative: named in the text, not read.</param>
public sealed record WorkspaceInstructions(string Text, IReadOnlyList<string> Sources, IReadOnlyList<string> Nested)
{
    /// <summary>Characters in all, headings included. The far files give way first.</summary>
    public const int MaxCharacters = 20_000;

    public static WorkspaceInstructions None { get; } = new("", [], []);

    /// <param name="workspace">Canonical.</param>
    /// <param name="isTrusted">False: its files are data, and nothing is read.</param>
    public static async Task<WorkspaceInstructions> ReadAsync(string workspace, bool isTrusted, CancellationToken cancellationToken)
    {
        if (!isTrusted)
        {
            return None;
        }
        var parts = new List<(string Path, string Text)>();
        foreach (var path in InstructionFiles.OnPath(workspace))
        {
            var text = await ReadFileAsync(path, cancellationToken);
            // CLAUDE.md is often a link to AGENTS.md, a copy of it, or one line that imports it.
            var isRepeated = text.Length == 0 || text == "@AGENTS.md" || parts.Exists(part => part.Text == text);
            if (!isRepeated)
            {
                parts.Add((path, text));
            }
        }
        var nested = InstructionFiles.Below(workspace, cancellationToken);
        return parts.Count == 0 && nested.Count == 0 ? None : Compose(workspace, parts, nested);
    }

    private static WorkspaceInstructions Compose(string workspace, List<(string Path, string Text)> parts, IReadOnlyList<string> nested)
    {
        var footer = Footer(nested);
        var left = MaxCharacters - footer.Length;
        var sections = new List<string>();
        var sources = new List<string>();
        for (var i = parts.Count - 1; i >= 0; i--)
        {
            var (path, text) = parts[i];
            var heading = $"## {Path.GetRelativePath(workspace, path)}\n\n";
            const string Cut = "\n[cut: the rest of this file did not fit]\n";
            var room = left - heading.Length - Cut.Length - 2;
            if (room < 200)
            {
                break;
            }
            var section = heading + (text.Length <= room ? text : text[..SafeCut(text, room)] + Cut) + "\n\n";
            sections.Insert(0, section);
            sources.Insert(0, path);
            left -= section.Length;
        }
        return new(string.Concat(sections) + footer, sources, nested);
    }

    private static string Footer(IReadOnlyList<string> nested)
    {
        if (nested.Count == 0)
        {
            return "";
        }
        var footer = new StringBuilder("Folders below have instructions of their own; read them before working there:\n");
        foreach (var path in nested)
        {
            if (footer.Length + path.Length > MaxCharacters / 4)
            {
                break;
            }
            footer.Append("- ").Append(path).Append('\n');
        }
        return footer.ToString();
    }

    private static async Task<string> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        // One character more than fits, so that what is cut is known to be cut; the file may be any size.
        var buffer = new char[MaxCharacters + 1];
        using var reader = new StreamReader(path);
        var length = await reader.ReadBlockAsync(buffer.AsMemory(), cancellationToken);
        return new string(buffer, 0, length).Replace("\r\n", "\n", StringComparison.Ordinal).Trim();
    }

    private static int SafeCut(string text, int length) => char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;
}
