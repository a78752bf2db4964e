namespace Pryx.Web.Tests;

/// <summary>Who may see the pages' data, and how a browser comes in.</summary>
public sealed class SigninTests(WebWorld world)
{
    [Fact]
    public async Task A_browser_that_nobody_signed_in_is_told_how_and_sees_nothing_else()
    {
        await using var tab = await world.StrangerAsync();
        await tab.GoAsync(new Uri(world.Url, "/ui/sessions").ToString());
        await tab.UntilTextAsync("Sign in to Pryx");
        await tab.UntilTextAsync("pryx ui");
        Assert.False((await tab.EvaluateAsync("Boolean(document.querySelector('nav'))")).GetBoolean());
    }

    [Fact]
    public async Task The_link_of_pryx_ui_signs_in_once_and_the_page_goes_on_by_itself()
    {
        await using var tab = await world.StrangerAsync();
        var link = await world.LinkAsync();
        await tab.GoAsync(link);
        await tab.UntilAsync("document.querySelector('nav[aria-label=Main]')", "the signed-in page");
        await tab.UntilTextAsync("What shall be done?");
        Assert.True(tab.Errors.IsEmpty, string.Join("\n", tab.Errors));
        await tab.GoAsync(link);
        await tab.UntilTextAsync("This sign-in link is over");
    }

    [Fact]
    public async Task Signing_out_leads_back_to_the_sign_in_page()
    {
        await using var tab = await world.SignedInAsync();
        await tab.GoAsync(new Uri(world.Url, "/ui/settings").ToString());
        await tab.ClickAsync("Sign out");
        await tab.UntilTextAsync("Sign in to Pryx");
    }

    [Fact]
    public async Task The_first_view_takes_less_than_350_KB_and_asks_nobody_else()
    {
        await using var tab = await world.SignedInAsync();
        await tab.UntilTextAsync("What shall be done?");
        await tab.UntilAsync("document.fonts.status === 'loaded'", "the fonts");
        Assert.InRange(tab.Received, 50_000, 350_000);
        Assert.All(tab.Requests, request => Assert.True(request.StartsWith(world.Url.ToString(), StringComparison.Ordinal) || request.StartsWith("data:", StringComparison.Ordinal), request));
    }
}
