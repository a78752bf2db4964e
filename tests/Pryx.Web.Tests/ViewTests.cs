namespace Pryx.Web.Tests;

/// <summary>The main path of the views, each as a person walks it.</summary>
public sealed class ViewTests(WebWorld world)
{
    [Fact]
    public async Task A_fact_is_remembered_found_changed_and_forgotten_by_its_name()
    {
        await using var tab = await world.SignedInAsync();
        await tab.GoAsync(new Uri(world.Url, "/ui/memory").ToString());
        await tab.ClickAsync("Remember something");
        await tab.UntilAsync("document.activeElement?.tagName === 'TEXTAREA'", "the fact");
        await tab.TypeAsync("Tests need a quokka beside them");
        await tab.ClickAsync("Remember");
        await tab.UntilAsync("document.querySelector('main li')?.innerText.includes('quokka')", "the fact in the list");
        await tab.UntilTextAsync("your words");
        await tab.PressAsync("/");
        await tab.UntilAsync("document.activeElement?.type === 'search'", "the search box");
        await tab.TypeAsync("wombat");
        await tab.UntilTextAsync("Nothing is remembered with these words");
        await tab.ClickAsync("Show all");
        await tab.ClickAsync("Edit: Tests need");
        await tab.UntilAsync("document.querySelector('[role=dialog] textarea')?.value.includes('quokka')", "the fact");
        await tab.EvaluateAsync("document.querySelector('[role=dialog] textarea').select()");
        await tab.TypeAsync("Tests need two quokkas");
        await tab.ClickAsync("Save");
        await tab.UntilTextAsync("Tests need two quokkas");
        await tab.ClickAsync("Forget: Tests need");
        await tab.UntilTextAsync("Forget this?");
        Assert.True((await tab.EvaluateAsync("document.querySelector('[role=dialog] button[type=submit]').disabled")).GetBoolean());
        await tab.TypeAsync("Tests need two");
        await tab.PressAsync("Enter");
        await tab.UntilTextAsync("Nothing is remembered yet");
        Assert.True(tab.Errors.IsEmpty, string.Join("\n", tab.Errors));
    }

    [Fact]
    public async Task What_is_refused_says_why_where_it_was_typed()
    {
        await using var tab = await world.SignedInAsync();
        await tab.GoAsync(new Uri(world.Url, "/ui/memory").ToString());
        await tab.ClickAsync("Remember something");
        await tab.UntilAsync("document.activeElement?.tagName === 'TEXTAREA'", "the fact");
        await tab.TypeAsync("The key is ghp_" + new string('a', 18) + new string('7', 18));
        await tab.ClickAsync("Remember");
        await tab.UntilAsync("document.querySelector('[role=dialog] [role=alert]')?.innerText.length > 10", "the refusal");
        Assert.True((await tab.EvaluateAsync("document.querySelector('[role=dialog] textarea').value.startsWith('The key')")).GetBoolean());
    }

    [Fact]
    public async Task A_process_is_started_read_and_stopped()
    {
        await using var tab = await world.SignedInAsync();
        await tab.GoAsync(new Uri(world.Url, "/ui/agents/processes").ToString());
        await tab.ClickAsync("Start a process");
        await tab.UntilAsync("document.activeElement?.placeholder === 'npm run dev'", "the command");
        await tab.TypeAsync("echo it is up; sleep 600");
        await tab.ClickAtAsync("document.querySelector('[role=dialog] input[placeholder=web]')", "its name");
        await tab.TypeAsync("the-sleeper");
        await tab.ClickAsync("Start");
        await tab.UntilAsync("document.querySelector('[role=dialog] [data-approval]')?.innerText.includes('sleep 600')", "the question, where it came up");
        await tab.ClickAsync("Approve once");
        await tab.UntilAsync("document.querySelector('[role=log][aria-label=Output]')?.innerText.includes('it is up')", "its output");
        await tab.UntilAsync("location.pathname.startsWith('/ui/agents/processes/proc-')", "its own address");
        await tab.ClickAsync("Stop");
        await tab.UntilAsync("document.querySelector('ul[aria-label=Processes] li')?.innerText.includes('the-sleeper') && !document.querySelector('ul[aria-label=Processes] li').innerText.includes('running')", "its end");
        Assert.True(tab.Errors.IsEmpty, string.Join("\n", tab.Errors));
    }

    [Fact]
    public async Task An_archived_session_says_so_and_comes_back_whole()
    {
        await using var tab = await world.SignedInAsync();
        await ChatTests.SayAsync(tab, "Something for the archive");
        await tab.UntilTextAsync("short answer");
        await tab.UntilAsync("!document.querySelector('[aria-label=Stop]')", "the end of the turn");
        await tab.ClickAtAsync("document.querySelector('main button[aria-label=Session]')", "the session's menu");
        await tab.ClickAsync("Archive");
        await tab.UntilTextAsync("Take it out of the archive");
        var address = (await tab.EvaluateAsync("location.href")).GetString()!;
        await tab.GoAsync(new Uri(world.Url, "/ui/sessions?status=archived").ToString());
        await tab.UntilAsync("document.querySelector('ul[aria-label=Sessions]')?.innerText.includes('Something for the archive')", "it in the archive");
        await tab.GoAsync(address);
        await tab.ClickAsync("Take it out of the archive");
        await tab.UntilTextAsync("short answer");
        // What lies in a file is refused with a 409, which the console calls an error.
        Assert.All(tab.Errors, static error => Assert.Contains("409", error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Commands_that_a_message_may_begin_with_are_listed_and_hooks_can_be_tried()
    {
        await using var tab = await world.SignedInAsync();
        await tab.GoAsync(new Uri(world.Url, "/ui/agents/hooks").ToString());
        await tab.UntilAsync("document.querySelector('ul[aria-label=Commands]')?.innerText.includes('/plan')", "the commands");
        await tab.ClickAsync("Try them");
        await tab.ClickAsync("Run them");
        await tab.UntilTextAsync("No hook is asked for this.");
        Assert.True(tab.Errors.IsEmpty, string.Join("\n", tab.Errors));
    }

    [Fact]
    public async Task A_budget_is_set_in_three_steps_and_holds()
    {
        await using var tab = await world.SignedInAsync();
        await tab.GoAsync(new Uri(world.Url, "/ui/observability/costs").ToString());
        await tab.ClickAsync("Set budgets");
        await tab.UntilAsync("document.querySelector('[role=dialog] input')", "the fields");
        await tab.ClickAtAsync("document.querySelector('[role=dialog] input')", "the first field");
        await tab.EvaluateAsync("document.querySelector('[role=dialog] input').select()");
        await tab.TypeAsync("7.5");
        await tab.PressAsync("Enter");
        await tab.UntilAsync("!document.querySelector('[role=dialog]')", "the dialog's going");
        await tab.UntilTextAsync("7.50");
        Assert.Contains("7.5", (await world.PryxAsync("cost", "budget", "--json")).Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_turn_of_a_while_ago_says_what_happened_at_what_cost_and_who_approved_it()
    {
        await using var tab = await world.SignedInAsync();
        await ChatTests.SayAsync(tab, "For the record: push it");
        await tab.UntilAsync("document.querySelector('[data-approval]')", "the approval card");
        await tab.ClickAsync("Approve once");
        await tab.UntilTextAsync("It is answered now.");
        await tab.GoAsync(new Uri(world.Url, "/ui/observability").ToString());
        await tab.ClickAtAsync("[...document.querySelectorAll('main li button, main li a, main tr')].find(e => e.innerText.includes('For the record'))", "the turn");
        await tab.UntilAsync("location.pathname.split('/').length === 4", "its address");
        await tab.UntilAsync("document.querySelector('[aria-label=Timeline]')", "what happened");
        await tab.UntilAsync("/approved/i.test(document.querySelector('main').innerText) && /web:/.test(document.querySelector('main').innerText)", "who approved it");
        Assert.Matches("\\$0\\.\\d+", await tab.TextAsync());
    }
}
