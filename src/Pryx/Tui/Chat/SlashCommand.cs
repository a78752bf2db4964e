namespace Pryx.Tui.Chat;

/// <summary>A word behind a slash.</summary>
/// <param name="Name">Without the slash.</param>
/// <param name="Hint">What may follow it; empty for nothing.</param>
/// <param name="Run">Null: Core knows what it means, the message is sent as it is.</param>
internal sealed record SlashCommand(string Name, string Hint, string Description, Action<string>? Run)
{
    /// <summary>Other names that mean the same and are not listed.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    public bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase) || Aliases.Contains(name, StringComparer.OrdinalIgnoreCase);
}
