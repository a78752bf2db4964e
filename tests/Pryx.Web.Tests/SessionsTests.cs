namespace Pryx.Web.Tests;

/// <summary>Found, renamed, deleted by name.</summary>
public sealed class SessionsTests(WebWorld world)
{
    [Fact]
    public async Task A_session_is_found_by_what_was_said_renamed_and_deleted_by_its_name()
    {
        await using var tab = await world.SignedInAsync();
        await ChatTests.SayAsync(tab, "Tell me of the okapi");
        await tab.UntilTextAsync("short answer");
        await tab.GoAsync(new Uri(world.Url, "/ui/sessions").ToString());
        await tab.UntilAsync("document.querySelector('ul[aria-label=Sessions] li')", "the list");
        await tab.PressAsync("/");
        await tab.UntilAsync("document.activeElement?.type === 'search'", "the search box");
        await tab.TypeAsync("okapi");
        await tab.UntilAsync("document.querySelectorAll('ul[aria-label=Sessions] li').length === 1 && document.querySelector('mark')?.innerText.toLowerCase() === 'okapi'", "the one session, with its hit");
        await tab.ClickAsync("More for");
        await tab.ClickAsync("Rename");
        await tab.UntilAsync("document.activeElement?.getAttribute('aria-label') === 'Title'", "the title");
        await tab.TypeAsync("An okapi's tale");
        await tab.PressAsync("Enter");
        await tab.UntilTextAsync("An okapi's tale");
        await tab.ClickAsync("More for");
        await tab.ClickAsync("Delete");
        await tab.UntilTextAsync("Delete this session?");
        Assert.True((await tab.EvaluateAsync("document.querySelector('[role=dialog] button[type=submit]').disabled")).GetBoolean());
        await tab.TypeAsync("An okapi's tale");
        await tab.PressAsync("Enter");
        await tab.UntilTextAsync("Nothing was said with these words");
        Assert.True(tab.Errors.IsEmpty, string.Join("\n", tab.Errors));
    }
}
