using Pryx.Tui.Input;

namespace Pryx.Tui.Screens.Lists;

/// <summary>Something that a letter does, small or capital.</summary>
internal sealed record ScreenAction(char Letter, string What, Action Run)
{
    public string Keys => char.ToUpperInvariant(Letter).ToString();

    public bool IsFor(Key key) => key.Is(char.ToLowerInvariant(Letter)) || key.Is(char.ToUpperInvariant(Letter));
}
