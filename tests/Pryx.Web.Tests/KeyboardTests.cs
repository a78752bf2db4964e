namespace Pryx.Web.Tests;

/// <summary>A whole journey without a pointer.</summary>
public sealed class KeyboardTests(WebWorld world)
{
    [Fact]
    public async Task A_message_an_approval_and_every_view_are_reached_by_keys_alone()
    {
        await using var tab = await world.SignedInAsync();
        await ChatTests.SayAsync(tab, "By keys: push it");
        await tab.UntilAsync("document.querySelector('[data-approval]')", "the approval card");
        await tab.PressAsync("Escape"); // leaves the message box
        await tab.UntilAsync("document.activeElement === document.body", "the box left");
        await tab.PressAsync("a");
        await tab.UntilTextAsync("It is answered now.");

        await tab.PressAsync("Control+k");
        await tab.UntilAsync("document.querySelector('[cmdk-input]') === document.activeElement", "the palette");
        await tab.TypeAsync("doctor");
        await tab.UntilAsync("document.querySelector('[cmdk-item][data-selected=true]')?.innerText.includes('Diagnostics')", "its hit");
        await tab.PressAsync("Enter");
        await tab.UntilAsync("location.pathname === '/ui/diagnostics'", "Diagnostics");

        foreach (var (key, path) in ((string, string)[])[("s", "sessions"), ("a", "approvals"), ("o", "observability"), ("m", "models"), ("p", "mcp"), ("r", "agents"), ("f", "memory"), ("w", "setup"), ("k", "skills"), ("y", "policies"), ("u", "audit"), ("e", "settings")])
        {
            await ReachAsync(tab, key, path);
        }

        await tab.PressAsync("?");
        await tab.UntilTextAsync("Keyboard shortcuts");
        await tab.PressAsync("Escape");
        await tab.UntilAsync("!document.querySelector('[role=dialog]')", "the sheet's going");
        Assert.True(tab.Errors.IsEmpty, string.Join("\n", tab.Errors));
    }

    [Theory]
    [InlineData("connect a provider", "Add a provider")]
    [InlineData("set a budget", "Budgets")]
    [InlineData("add an mcp server", "Add an MCP server")]
    [InlineData("remember something", "Remember something")]
    public async Task What_people_come_for_is_found_by_its_words_from_anywhere(string words, string dialog)
    {
        await using var tab = await world.SignedInAsync();
        await tab.PressAsync("Control+k");
        await tab.UntilAsync("document.querySelector('[cmdk-input]') === document.activeElement", "the palette");
        await tab.TypeAsync(words);
        await tab.UntilAsync($"document.querySelector('[cmdk-item][data-selected=true]')?.innerText.toLowerCase().includes('{words}')", "its hit");
        await tab.PressAsync("Enter");
        await tab.UntilAsync($"document.querySelector('[role=dialog] h2')?.innerText === '{dialog}' && location.search === ''", dialog);
        await tab.PressAsync("Escape");
        await tab.UntilAsync("!document.querySelector('[role=dialog]') || document.activeElement?.closest('[role=dialog]')", "the way back");
    }

    [Fact]
    public async Task Going_to_the_approvals_answers_none()
    {
        await using var tab = await world.SignedInAsync();
        await ChatTests.SayAsync(tab, "By chord: push it");
        await tab.UntilAsync("document.querySelector('[data-approval]')", "the approval card");
        await tab.PressAsync("Escape");
        await tab.UntilAsync("document.activeElement === document.body", "the box left");
        await ReachAsync(tab, "a", "approvals");
        await tab.UntilAsync("document.querySelector('main [data-approval]')", "the question, still open");
        await tab.ClickAsync("Deny");
        await tab.UntilAsync("!document.querySelector('main [data-approval]')", "the question's going");
    }

    private static async Task ReachAsync(BrowserTab tab, string key, string path)
    {
        await tab.ChordAsync("g", key);
        await tab.UntilAsync($"location.pathname === '/ui/{path}' && document.querySelector('main h1')", path);
    }
}
