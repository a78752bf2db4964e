namespace Pryx.Core.Hooks;

/// <summary>What a file of hooks would run, for the card on which a person decides whether it may.</summary>
public static class HookPreview
{
    private const int MaxLines = 30;

    /// <returns>Null for a file that sets none.</returns>
    public static string? Of(string path)
    {
        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
        var read = HookFile.Open(path, HookOrigin.Workspace, mayOpen: false);
        List<string> lines = [.. read.Hooks.Select(static hook => $"{hook.Event}{(HookDefinition.IsAll(hook.Matcher) ? "" : $" ({Skills.HiddenText.Line(hook.Matcher, 60)})")}: {Skills.HiddenText.Line(hook.Command, 200)}"), .. read.Broken.Select(static broken => $"can not be read: {broken.Message}")];
        return lines.Count == 0 ? null : string.Join('\n', lines.Count <= MaxLines ? lines : [.. lines.Take(MaxLines), $"and {lines.Count - MaxLines} more"]);
    }
}
