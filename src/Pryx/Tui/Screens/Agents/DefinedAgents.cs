using Pryx.Commands.Agents;
using Pryx.Tui.Link;
using Pryx.Tui.Rendering;
using Pryx.Tui.Screens.Lists;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Agents;

/// <summary>Agents that can be called by name in this folder.</summary>
internal sealed class DefinedAgents(ScreenHost host) : BrowseScreen<DefinedAgent>(host)
{
    private AgentDefinitions? _read;

    public override string Name => "Can be called";
    protected override StyledLine Heading => new($"Agents of {Host.Folder}", Ink.Muted);

    protected override Facts Empty => new Facts().Title("No agent is defined here")
        .Gap().Text("A file of Markdown makes one: its name, what it is for, which tools it may use, and then its instructions.")
        .Gap().Text("  .pryx/agents/reviewer.md", Ink.Code).Text("  ---", Ink.Code).Text("  name: reviewer", Ink.Code).Text("  description: Reads a diff and says what is wrong with it", Ink.Code).Text("  tools: read, grep", Ink.Code).Text("  ---", Ink.Code);

    protected override async Task<IReadOnlyList<DefinedAgent>> ReadAsync(CancellationToken cancellationToken)
    {
        _read = await Host.Core.GetAsync($"/api/v1/agents/definitions?workspace={Uri.EscapeDataString(Host.Folder)}", AgentCommandJson.Default.AgentDefinitions, cancellationToken);
        return _read.Agents;
    }

    protected override string KeyOf(DefinedAgent item) => item.Name;

    protected override string WordsOf(DefinedAgent item) => $"{item.Name} {item.Description} {item.Source}";

    protected override StyledLine Row(DefinedAgent item, int width) =>
        StatusLine.Of(width, new([new(item.Name, Ink.Accent), new("  " + item.Description, Ink.Muted)]), new(item.Source, Ink.Faint));

    protected override Facts DetailsOf(DefinedAgent item)
    {
        var facts = new Facts().Title(item.Name, item.Source).Text(item.Description).Gap()
            .Say("tools", item.Tools is null ? "all that the session has" : item.Tools.Count == 0 ? "none" : string.Join(", ", item.Tools))
            .Say("but not", item.NotTools.Count > 0 ? string.Join(", ", item.NotTools) : null)
            .Say("model", item.Model ?? "the session's").Say("policy", item.Policy ?? "the session's")
            .Say("worktree", item.Worktree ? "works in one of its own" : null)
            .Say("file", item.File, Ink.Muted)
            .Say("hides", item.Shadows.Count > 0 ? string.Join("\n", item.Shadows) : null, Ink.Muted)
            .Gap().Text("Call it in the chat:", Ink.Muted).Text($"  have {item.Name} …", Ink.Accent);
        foreach (var note in item.Notes)
        {
            facts.Item("!", note, Ink.Warning);
        }
        foreach (var broken in _read?.Broken ?? [])
        {
            facts.Item("✗", $"{broken.File}:{broken.Line} {broken.Message}", Ink.Error);
        }
        return facts.Text(_read?.Warning, Ink.Warning);
    }
}
