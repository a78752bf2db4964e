using System.Text;

namespace Pryx.Core.Memory;

/// <summary>What a new session is told of what is remembered: the newest of it, and nothing that was taken from strangers' words.</summary>
public static class MemoryPrompt
{
    /// <summary>Characters, headings included.</summary>
    public const int MaxCharacters = 4_000;

    /// <summary>Null when there is nothing to tell.</summary>
    public static string? Of(IReadOnlyList<PlacedEntry> entries)
    {
        if (entries.Count == 0)
        {
            return null;
        }
        var told = entries.Where(static placed => placed.Entry.Untrusted is null).ToList();
        var strange = entries.Count - told.Count;
        var taken = new HashSet<PlacedEntry>(ReferenceEqualityComparer.Instance);
        var room = MaxCharacters - 300;
        // The newest of each: what was said last is most likely still true.
        foreach (var placed in told.AsEnumerable().Reverse())
        {
            if (placed.Entry.Text.Length + 4 <= room && taken.Add(placed))
            {
                room -= placed.Entry.Text.Length + 4;
            }
        }
        var text = new StringBuilder();
        Append("About the user:", MemoryScope.User);
        Append("About this folder:", MemoryScope.Workspace);
        var left = told.Count - taken.Count;
        if (left > 0)
        {
            text.Append($"({left} more; memory_search finds them)\n");
        }
        if (strange > 0)
        {
            text.Append($"({strange} noted from untrusted text are not told here; memory_search finds them)\n");
        }
        return text.ToString().TrimEnd('\n');

        void Append(string heading, MemoryScope scope)
        {
            var isFirst = true;
            foreach (var placed in told.Where(placed => placed.Scope == scope && taken.Contains(placed)))
            {
                text.Append(isFirst ? heading + "\n" : "").Append("- ").Append(placed.Entry.Text).Append('\n');
                isFirst = false;
            }
        }
    }
}
