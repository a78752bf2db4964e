using Pryx.Testing;

namespace Pryx.Web.Tests;

/// <summary>The gateway goes away and comes back, and the page with it.</summary>
public sealed class ReconnectTests(WebWorld world)
{
    [Fact]
    public async Task A_page_says_that_it_is_alone_and_comes_back_with_what_it_missed()
    {
        await using var tab = await world.StrangerAsync();
        using var home = new TempHome();
        var (daemon, url) = await world.ServeAsync(home, 0);
        var isDown = false;
        try
        {
            var link = (await world.PryxAsync(home, "ui", "--print")).Lines.First(static line => line.Contains("http://", StringComparison.Ordinal)).Trim();
            await tab.GoAsync(link);
            await tab.UntilAsync("document.querySelector('nav[aria-label=Main]')", "the signed-in page");
            await ChatTests.SayAsync(tab, "Before it went away");
            await tab.UntilTextAsync("short answer");
            var session = (await tab.EvaluateAsync("location.pathname.split('/').pop()")).GetString()!;

            await daemon.DisposeAsync();
            isDown = true;
            await tab.UntilTextAsync("Connection lost");
            await tab.UntilTextAsync("Not reachable");
            await tab.TypeAsync("Said to nobody");
            await tab.PressAsync("Enter");
            await tab.UntilTextAsync("Pryx does not answer.");
            Assert.Equal("Said to nobody", (await tab.EvaluateAsync("document.getElementById('composer').value")).GetString());

            (daemon, _) = await world.ServeAsync(home, url.Port);
            isDown = false;
            var run = await world.PryxAsync(home, "run", "--session", session, "While the page was away: giraffes");
            Assert.True(run.ExitCode == 0, run.Stderr);
            await tab.UntilTextAsync("While the page was away: giraffes");
            await tab.UntilAsync("!document.body.innerText.includes('Connection lost')", "the connection");
            await tab.UntilAsync("document.querySelectorAll('[data-row=reply]').length === 2", "its answer");
            await tab.PressAsync("Enter");
            await tab.UntilAsync("document.querySelectorAll('[data-row=reply]').length === 3", "the answer to what was said to nobody");
        }
        finally
        {
            if (!isDown)
            {
                await daemon.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task An_address_that_is_opened_while_nothing_runs_comes_up_by_itself()
    {
        await using var tab = await world.StrangerAsync();
        using var home = new TempHome();
        var (daemon, url) = await world.ServeAsync(home, 0);
        try
        {
            var link = (await world.PryxAsync(home, "ui", "--print")).Lines.First(static line => line.Contains("http://", StringComparison.Ordinal)).Trim();
            await tab.GoAsync(link);
            await tab.UntilAsync("document.querySelector('nav[aria-label=Main]')", "the signed-in page");
            await tab.AnswerAsync("*/api/v1/policy/status", 502, "It is only just starting.");
            await tab.GoAsync(new Uri(url, "/ui/sessions").ToString());
            await tab.UntilTextAsync("Pryx does not answer");
            await tab.AnswerAsync(null);
            await tab.UntilAsync("document.querySelector('main h1')?.innerText === 'Sessions'", "the list, untouched");
        }
        finally
        {
            await daemon.DisposeAsync();
        }
    }
}
