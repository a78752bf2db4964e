using Pryx.Testing;

namespace Pryx.Web.Tests;

/// <summary>The conversation: sent, streamed, asked, answered, stopped.</summary>
public sealed class ChatTests(WebWorld world)
{
    [Fact]
    [Requirement("FR4.5", "tokens")]
    [Requirement("FR4.5", "in the web UI")]
    public async Task A_call_that_needs_an_answer_is_asked_on_a_card_and_goes_on_when_it_is_approved()
    {
        await using var tab = await world.SignedInAsync();
        await SayAsync(tab, "Please push it");
        await tab.UntilTextAsync("git push origin main");
        await tab.UntilAsync("document.querySelector('[data-approval]')", "the approval card");
        await tab.ClickAsync("Approve once");
        await tab.UntilAsync("[...document.querySelectorAll('.prose strong')].some(e => e.textContent === 'answered')", "the reply, as Markdown");
        await tab.UntilAsync("!document.querySelector('[data-approval]')", "the card's going");
        await tab.ClickAsync("shell_exec");
        await tab.UntilTextAsync("Arguments");
        await tab.UntilAsync("document.querySelector('aside[aria-label=Details]')?.innerText.includes('Tokens')", "the figures beside it");
        Assert.True(tab.Errors.IsEmpty, string.Join("\n", tab.Errors));
    }

    [Fact]
    public async Task A_denied_call_is_answered_too()
    {
        await using var tab = await world.SignedInAsync();
        await SayAsync(tab, "Now push it again");
        await tab.UntilAsync("document.querySelector('[data-approval]')", "the approval card");
        await tab.ClickAsync("Deny");
        await tab.UntilAsync("document.querySelector('[aria-label=denied]')", "the sign that it was denied");
        await tab.UntilTextAsync("It is answered now.");
    }

    [Fact]
    [Requirement("FR4.7", "stop")]
    public async Task What_streams_is_shown_while_it_comes_and_ends_with_Stop()
    {
        await using var tab = await world.SignedInAsync();
        await SayAsync(tab, "Answer slowly");
        await tab.UntilAsync("document.querySelector('[data-streaming]')?.innerText.includes('word20')", "the first words");
        await tab.ClickAsync("Stop");
        await tab.UntilTextAsync("Stopped");
        await tab.UntilAsync("!document.querySelector('[aria-label=Stop]')", "the end of the turn");
        Assert.True(tab.Errors.IsEmpty, string.Join("\n", tab.Errors));
    }

    [Fact]
    public async Task All_deltas_of_a_fast_stream_arrive_complete_and_in_order()
    {
        await using var tab = await world.SignedInAsync();
        await SayAsync(tab, "Answer slowly, all of it");
        await tab.UntilTextAsync("word399");
        await tab.UntilAsync("!document.querySelector('[data-streaming],[aria-label=Stop]')", "the end of the turn");
        var said = (await tab.EvaluateAsync("[...document.querySelectorAll('[data-row=reply] .prose')].at(-1).innerText.trim()")).GetString();
        Assert.Equal(string.Join(' ', Enumerable.Range(0, 400).Select(static i => $"word{i}")), said);
    }

    [Fact]
    public async Task A_turn_that_was_begun_in_the_terminal_shows_without_reloading()
    {
        await using var tab = await world.SignedInAsync();
        await tab.GoAsync(new Uri(world.Url, "/ui/sessions").ToString());
        await tab.UntilAsync("document.querySelector('h1')?.innerText === 'Sessions'", "the list");
        var run = await world.PryxAsync("run", "-m", "openai/gpt-4o", "A question about giraffes from the terminal");
        Assert.True(run.ExitCode == 0, run.Stderr);
        await tab.UntilTextAsync("giraffes");
    }

    internal static async Task SayAsync(BrowserTab tab, string text)
    {
        await tab.UntilAsync("document.activeElement?.id === 'composer'", "the message box with the focus");
        await tab.TypeAsync(text);
        await tab.PressAsync("Enter");
        await tab.UntilAsync("location.pathname.startsWith('/ui/chat/')", "the session");
    }
}
