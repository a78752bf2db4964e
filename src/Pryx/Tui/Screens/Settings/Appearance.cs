using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Settings;

/// <summary>The themes: the one under the cursor can be put on at once, and stays.</summary>
internal sealed class Appearance(ScreenHost host) : BrowseScreen<Theme>(host)
{
    public override string Name => "Appearance";
    protected override StyledLine Heading => new($"Theme: {Host.App.Theme.Name}", Ink.Muted);
    protected override Facts Empty => new Facts().Title("No themes");

    protected override Task<IReadOnlyList<Theme>> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(Themes.All);

    protected override string KeyOf(Theme item) => item.Name;

    protected override string WordsOf(Theme item) => item.Name;

    protected override StyledLine Row(Theme item, int width) =>
        StatusLine.Of(width, new([new(item.Name == Host.App.Theme.Name ? "● " : "○ ", item.Name == Host.App.Theme.Name ? Ink.Success : Ink.Faint), new(item.Name)]), new(item.IsLight ? "for a light terminal" : item.Name == "terminal" ? "the terminal's own colours" : "", Ink.Faint));

    protected override Facts DetailsOf(Theme item) => new Facts().Title(item.Name, item.Name == Host.App.Theme.Name ? "in use" : null, Ink.Success)
        .Gap().Text("This is how it reads now; E puts the selected theme on.", Ink.Muted).Gap()
        .Rows(_ =>
        [
            new([new("Accent ", Ink.Accent), new("Success ", Ink.Success), new("Warning ", Ink.Warning), new("Error ", Ink.Error), new("Muted ", Ink.Muted), new("Faint", Ink.Faint)]),
            new([new("public ", Ink.CodeKeyword), new("string ", Ink.CodeType), new("Greet", Ink.CodeFunction), new("() => "), new("\"hello\"", Ink.CodeString), new("; // why", Ink.CodeComment)]),
            new("+ a line that is new", new TextStyle(Ink.DiffAdded, Paper.DiffAdded)),
            new("- a line that is gone", new TextStyle(Ink.DiffRemoved, Paper.DiffRemoved)),
        ])
        .Gap().Text("A theme of your own: ~/.pryx/themes/NAME.yaml (docs/guides/tui.md)", Ink.Muted);

    protected override IReadOnlyList<ScreenAction> ActionsOf(Theme? item) => item is null ? [] : [new('e', "use it", () => Use(item))];

    private void Use(Theme theme)
    {
        Host.App.Theme = theme;
        Work.Begin("Keeping it", async cancellationToken =>
        {
            await Host.Core.SendAsync("PATCH", "/api/v1/config", $$"""{"ui_theme":"{{theme.Name}}"}""", cancellationToken);
            Renew();
        });
    }
}
