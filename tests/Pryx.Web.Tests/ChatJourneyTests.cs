using Pryx.Testing;

namespace Pryx.Web.Tests;

/// <summary>What goes on around a conversation: taking back, planning, branching, finding, waiting, helping.</summary>
public sealed class ChatJourneyTests(WebWorld world)
{
    [Fact]
    public async Task What_a_turn_wrote_is_undone_after_a_look_brought_back_and_a_file_of_the_user_is_left_alone()
    {
        await using var tab = await world.SignedInAsync();
        var file = Path.Combine(world.Workspace, "undo-notes.txt");
        await ChatTests.SayAsync(tab, "Please write it to undo-notes.txt");
        await tab.UntilAsync("document.querySelector('[data-approval]')", "the approval card");
        await tab.ClickAsync("Approve once");
        await tab.UntilTextAsync("It is written now.");
        Assert.Equal("by the agent\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));

        await tab.PressAsync("Escape");
        await tab.UntilAsync("document.activeElement === document.body", "the box left");
        await tab.PressAsync("u");
        await tab.UntilTextAsync("undo-notes.txt");
        await tab.ClickAsync("Undo turn 1");
        await tab.UntilAsync("document.querySelector('[aria-label=\"What is put back\"]')?.innerText.includes('is removed')", "what would be done");
        Assert.True(File.Exists(file));
        await tab.ClickAsync("Undo it");
        await tab.UntilAsync("!document.querySelector('[role=dialog]')", "the dialog's going");
        Assert.False(File.Exists(file));
        await tab.UntilTextAsync("took back what you changed in turn 1");

        await tab.ClickAsync("Redo");
        await tab.UntilTextAsync("Brought back");
        Assert.Equal("by the agent\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));

        await File.WriteAllTextAsync(file, "mine\n", TestContext.Current.CancellationToken);
        await tab.ClickAsync("Undo and rewind");
        await tab.ClickAsync("Undo turn 1");
        await tab.UntilTextAsync("changed since, by you or another program");
        await tab.UntilAsync("document.querySelector('[role=dialog] fieldset').innerText.includes('undo-notes.txt')", "the file of the user");
        await tab.ClickAtAsync("document.querySelector('[role=dialog] fieldset input')", "the choice to overwrite it");
        await tab.ClickAsync("Undo it, and overwrite 1");
        await tab.UntilAsync("!document.querySelector('[role=dialog]')", "the dialog's going");
        Assert.False(File.Exists(file));
        Assert.True(tab.Errors.IsEmpty, string.Join("\n", tab.Errors));
    }

    [Fact]
    public async Task A_conversation_is_rewound_to_before_a_message_and_comes_back()
    {
        await using var tab = await world.SignedInAsync();
        await ChatTests.SayAsync(tab, "The first thing");
        await tab.UntilTextAsync("short answer");
        await AgainAsync(tab, "The second thing", 2);
        await tab.ClickAtAsync("[...document.querySelectorAll('[aria-label=\"Rewind to before this\"]')].at(-1)", "its rewind");
        await tab.UntilTextAsync("Back to how it was after turn 1?");
        await tab.ClickAsync("Only the conversation");
        await tab.UntilTextAsync("1 turn leaves the conversation");
        await tab.ClickAsync("Go back");
        await tab.UntilTextAsync("2 entries rewound");
        Assert.Equal(1, (await tab.EvaluateAsync("document.querySelectorAll('[data-row=user]').length")).GetInt32());
        await tab.ClickAsync("Redo");
        await tab.UntilAsync("document.querySelectorAll('[data-row=user]').length === 2 && !document.querySelector('[data-row=hidden]')", "the second thing");
    }

    [Fact]
    public async Task A_plan_is_narrowed_shown_again_and_grants_exactly_what_it_lists()
    {
        await using var tab = await world.SignedInAsync();
        await tab.UntilAsync("document.activeElement?.id === 'composer'", "the message box with the focus");
        await tab.ClickAsync("Plan");
        await tab.UntilTextAsync("Nothing is changed before you approve a plan");
        await tab.ClickAtAsync("document.getElementById('composer')", "the message box");
        await ChatTests.SayAsync(tab, "Please plan it");
        await tab.UntilTextAsync("Approving allows exactly this, unasked, in this session");
        await tab.UntilTextAsync("Still asked when it comes to it");
        await tab.UntilTextAsync("plan mode");
        Assert.Equal(["filesystem.write:src/settings/**", "shell.exec:dotnet test*"], (await tab.EvaluateAsync("[...document.querySelectorAll('[data-approval] label')].map(e => e.innerText.trim())")).EnumerateArray().Select(static line => line.GetString()));

        await tab.ClickAtAsync("document.querySelectorAll('[data-approval] label input')[1]", "the second action");
        await tab.ClickAsync("Show it again with 1 of 2");
        await tab.UntilAsync("document.querySelectorAll('[data-approval] label').length === 1", "the plan with one action");
        await tab.ClickAsync("Approve the plan");
        await tab.UntilTextAsync("The plan is carried out now.");
        await tab.UntilAsync("document.querySelector('form button[aria-pressed]')?.getAttribute('aria-pressed') === 'false'", "the end of plan mode");
        var grants = (await world.PryxAsync("grant", "list", "--json")).Stdout;
        Assert.Contains("filesystem.write:src/settings/**", grants, StringComparison.Ordinal);
        Assert.DoesNotContain("dotnet test", grants, StringComparison.Ordinal);
        Assert.True(tab.Errors.IsEmpty, string.Join("\n", tab.Errors));
    }

    [Fact]
    public async Task A_branch_begins_before_a_message_and_stands_beside_what_it_left()
    {
        await using var tab = await world.SignedInAsync();
        await ChatTests.SayAsync(tab, "What both have said");
        await tab.UntilTextAsync("short answer");
        await AgainAsync(tab, "One way to go", 2);
        await tab.ClickAtAsync("[...document.querySelectorAll('[aria-label^=\"Fork from here\"]')].at(-1)", "its fork");
        await tab.UntilAsync("document.getElementById('composer')?.value === 'One way to go'", "the message in the box of the copy");
        await tab.UntilAsync("document.querySelectorAll('[data-row=user]').length === 1", "the copy, which ends before it");
        await tab.EvaluateAsync("document.getElementById('composer').select()");
        await tab.TypeAsync("Another way to go");
        await tab.PressAsync("Enter");
        await tab.UntilAsync("document.querySelectorAll('[data-row=reply]').length === 2", "its own answer");

        await tab.ClickAtAsync("document.querySelector('main button[aria-label=Session]')", "the session's menu");
        await tab.ClickAsync("Compare with a branch");
        await tab.ClickAsync("What both have said");
        await tab.UntilTextAsync("They share their first 2 entries");
        await tab.UntilAsync("document.querySelectorAll('section section, [aria-label=Comparison] section').length === 2", "both sides");
        var sides = (await tab.EvaluateAsync("[...document.querySelectorAll('[aria-label=Comparison] section')].map(e => e.innerText)")).EnumerateArray().Select(static side => side.GetString()!).ToList();
        Assert.Contains(sides, static side => side.Contains("One way to go", StringComparison.Ordinal) && !side.Contains("Another way", StringComparison.Ordinal));
        Assert.Contains(sides, static side => side.Contains("Another way to go", StringComparison.Ordinal));
        Assert.True(tab.Errors.IsEmpty, string.Join("\n", tab.Errors));
    }

    [Fact]
    public async Task Words_are_found_in_a_session_one_after_the_other()
    {
        await using var tab = await world.SignedInAsync();
        await ChatTests.SayAsync(tab, "A pelican first");
        await tab.UntilTextAsync("short answer");
        await AgainAsync(tab, "No bird here", 2);
        await AgainAsync(tab, "Another Pelican", 3);
        await tab.PressAsync("Escape");
        await tab.UntilAsync("document.activeElement === document.body", "the box left");
        await tab.PressAsync("f");
        await tab.UntilAsync("document.activeElement?.getAttribute('aria-label') === 'Find in this session'", "the search field");
        await tab.TypeAsync("pelican");
        await tab.UntilTextAsync("2 of 2");
        await tab.UntilAsync("document.querySelector('[data-found]')?.innerText.includes('Another Pelican')", "the last hit");
        await tab.PressAsync("Enter");
        await tab.UntilTextAsync("1 of 2");
        await tab.UntilAsync("document.querySelector('[data-found]')?.innerText.includes('A pelican first')", "the one before");
        await tab.PressAsync("Escape");
        await tab.UntilAsync("!document.querySelector('[role=search]') && !document.querySelector('[data-found]')", "its going");
    }

    [Fact]
    [Requirement("FR4.7", "stop")]
    public async Task What_waits_is_shown_and_can_be_withdrawn_before_it_begins()
    {
        await using var tab = await world.SignedInAsync();
        await ChatTests.SayAsync(tab, "Please hang");
        await tab.UntilAsync("document.querySelector('[aria-label=Stop]')", "the running turn");
        await tab.TypeAsync("And then this");
        await tab.PressAsync("Alt+Enter");
        await tab.UntilAsync("document.querySelector('[data-waiting=queue]')?.innerText.includes('And then this')", "what waits");
        await tab.TypeAsync("Mind that");
        await tab.PressAsync("Enter");
        await tab.UntilAsync("document.querySelector('[data-waiting=steer]')?.innerText.includes('Mind that')", "what steers");
        await tab.ClickAsync("Withdraw");
        await tab.UntilAsync("!document.querySelector('[data-waiting=queue]') && document.getElementById('composer').value === 'And then this'", "the message back in the box");
        await tab.ClickAsync("Stop");
        await tab.UntilTextAsync("Stopped");
    }

    [Fact]
    public async Task An_agent_that_helps_shows_below_its_call_with_its_session()
    {
        await using var tab = await world.SignedInAsync();
        await ChatTests.SayAsync(tab, "Please have it looked at");
        await tab.UntilTextAsync("The agent has counted.");
        await tab.UntilAsync("document.querySelector('[data-agent=completed]')?.innerText.includes('step')", "the agent with its steps");
        await tab.ClickAtAsync("document.querySelector('[data-agent] a')", "its session");
        await tab.UntilTextAsync("Count the files");
        await tab.GoAsync(new Uri(world.Url, "/ui/agents").ToString());
        await tab.UntilAsync("document.querySelector('ul[aria-label=Agents] [data-agent=completed]')?.innerText.includes('Count the files')", "it in the list");
        Assert.True(tab.Errors.IsEmpty, string.Join("\n", tab.Errors));
    }

    private static async Task AgainAsync(BrowserTab tab, string text, int replies)
    {
        await tab.UntilAsync("document.activeElement?.id === 'composer' && !document.querySelector('[aria-label=Stop]')", "the message box with the focus");
        await tab.TypeAsync(text);
        await tab.PressAsync("Enter");
        await tab.UntilAsync($"document.querySelectorAll('[data-row=reply]').length === {replies} && !document.querySelector('[aria-label=Stop]')", "the answer");
    }
}
