using Pryx.Agent.Tools;
using Pryx.Core.Tools;

namespace Pryx.Core.Turns;

/// <summary>The tools of a turn that has not all of them. The same lists of the same set give the same set: what was weighed of it need not be weighed again.</summary>
internal sealed class ToolNarrowing
{
    private const int Kept = 16;
    private readonly Lock _lock = new();
    private readonly List<(ToolSet From, string Lists, ToolSet Narrowed)> _made = [];

    /// <param name="only">Each list has to name it, by any name it has here or in other agents; null for all.</param>
    /// <param name="without">Taken away from those.</param>
    public ToolSet Of(ToolSet tools, IReadOnlyList<IReadOnlyList<string>>? only, IReadOnlyList<string>? without)
    {
        if (only is null or { Count: 0 } && without is null or { Count: 0 })
        {
            return tools;
        }
        var lists = $"{string.Join('&', (only ?? []).Select(static list => string.Join(',', list)))}\n{string.Join(',', without ?? [])}";
        lock (_lock)
        {
            foreach (var (from, known, narrowed) in _made)
            {
                if (ReferenceEquals(from, tools) && known == lists)
                {
                    return narrowed;
                }
            }
            var made = tools.Where(definition => (only ?? []).All(list => list.Any(name => FamiliarTools.Means(name, definition))) && !(without?.Any(name => FamiliarTools.Means(name, definition)) ?? false));
            if (_made.Count >= Kept)
            {
                _made.RemoveAt(0);
            }
            _made.Add((tools, lists, made));
            return made;
        }
    }
}
