using Pryx.Testing;

namespace Pryx.Web.Tests;

/// <summary>What takes longer than ten seconds.</summary>
public sealed class LongStepTests(WebWorld world)
{
    [Fact]
    [Requirement("FR4.7", "current step")]
    [Requirement("FR4.7", "progress")]
    [Requirement("FR4.7", "completion notice")]
    public async Task A_long_step_says_what_it_does_and_for_how_long_and_tells_at_its_end_wherever_one_looks()
    {
        await using var tab = await world.SignedInAsync();
        await ChatTests.SayAsync(tab, "Please take your time");
        await tab.UntilAsync("document.querySelector('[role=status][data-long]')?.innerText.includes('so far')", "what the step does, and for how long");
        await tab.UntilAsync("document.querySelector('[role=status][data-long] [role=progressbar]')", "that it goes on");
        Assert.Matches("Working.*step 1", (await tab.EvaluateAsync("document.querySelector('[role=status][data-long]').innerText.replaceAll('\\n', ' ')")).GetString());
        await tab.EvaluateAsync("history.pushState(null, '', '/ui/skills'); dispatchEvent(new PopStateEvent('popstate'))");
        await tab.UntilAsync("document.querySelector('[aria-label=Notifications][aria-live]')?.innerText.includes('A turn has finished')", "the word of its end");
        await tab.ClickAsync("Open the session");
        await tab.UntilTextAsync("It took a while.");
    }

    [Fact]
    [Requirement("FR4.7", "stop")]
    public async Task A_long_step_is_stopped_where_it_says_how_long_it_takes()
    {
        await using var tab = await world.SignedInAsync();
        await ChatTests.SayAsync(tab, "Please hang for long");
        // The clock of the page is put forward: what is shown depends on it alone.
        await tab.EvaluateAsync("(() => { const now = Date.now.bind(Date); Date.now = () => now() + 11000 })()");
        await tab.UntilAsync("document.querySelector('[role=status][data-long]')", "the long step");
        await tab.ClickAsync("Stop this turn");
        await tab.UntilAsync("document.querySelector('main [role=alert]')?.innerText.includes('Stopped')", "its end");
    }
}
