namespace Pryx.Web.Tests;

/// <summary>When the gateway can not answer: each view says what happened and what to do next, and goes on when it can.</summary>
public sealed class TroubleTests(WebWorld world)
{
    private static readonly (string View, string Asks)[] Views =
    [
        ("sessions", "*/api/v1/sessions?*limit=100*"), ("approvals", "*/api/v1/approvals/pending*"), ("approvals/history", "*/api/v1/approvals?*"), ("agents", "*/api/v1/agents"), ("agents/processes", "*/api/v1/processes"),
        ("agents/definitions", "*/api/v1/agents/definitions*"), ("agents/hooks", "*/api/v1/commands*"), ("observability", "*/api/v1/traces?*"), ("observability/latency", "*/api/v1/telemetry/metrics"), ("observability/costs", "*/api/v1/cost/*"), ("audit", "*/api/v1/audit?*"),
        ("models", "*/api/v1/providers"), ("models/catalog", "*/api/v1/models*"), ("mcp", "*/api/v1/mcp/servers"), ("memory", "*/api/v1/memory*"), ("skills", "*/api/v1/skills*"), ("policies", "*/api/v1/policies*"),
        ("policies/grants", "*/api/v1/policies/grants*"), ("policies/pins", "*/api/v1/pins*"), ("policies/files", "*/api/v1/policies/files*"), ("diagnostics", "*/api/v1/doctor"), ("settings/config", "*/api/v1/config"),
        ("settings/tokens", "*/api/v1/tokens"), ("settings/telemetry", "*/api/v1/telemetry/status"), ("setup", "*/api/v1/setup*"),
    ];

    [Fact]
    public async Task Every_view_says_what_went_wrong_and_is_there_when_it_is_tried_again()
    {
        await using var tab = await world.SignedInAsync();
        var found = new List<string>();
        foreach (var (view, asks) in Views)
        {
            await tab.AnswerAsync(asks);
            // Loaded anew: what was answered before must not stand in.
            await tab.GoAsync(new Uri(world.Url, "/ui/" + view).ToString());
            await tab.UntilAsync("document.querySelector('main [role=alert]')?.innerText.includes('It broke on purpose.')", view + ": what went wrong");
            var alert = (await tab.EvaluateAsync("document.querySelector('main [role=alert]').innerText")).GetString()!;
            if (!alert.Contains("try it again", StringComparison.Ordinal) || !alert.Contains("t-0815", StringComparison.Ordinal))
            {
                found.Add($"{view} does not say what to do next, or its trace: {alert}");
            }
            await tab.AnswerAsync(null);
            await tab.ClickAtAsync("[...document.querySelectorAll('main [role=alert] button')].find(e => e.innerText.includes('Try again'))", view + ": Try again");
            await tab.UntilAsync("!document.querySelector('main [role=alert]') && document.querySelector('main h1')", view + ": that it goes on");
        }
        Assert.Empty(found);
    }

    [Fact]
    public async Task A_message_that_could_not_be_sent_stays_in_the_box_and_says_why()
    {
        await using var tab = await world.SignedInAsync();
        await ChatTests.SayAsync(tab, "The first one arrives");
        await tab.UntilTextAsync("short answer");
        await tab.UntilAsync("!document.querySelector('[aria-label=Stop]')", "the end of the turn");
        await tab.AnswerAsync("*/messages", 503, "There is no room for it now.");
        await tab.TypeAsync("This one does not");
        await tab.PressAsync("Enter");
        await tab.UntilTextAsync("There is no room for it now.");
        Assert.Equal("This one does not", (await tab.EvaluateAsync("document.getElementById('composer').value")).GetString());
        await tab.AnswerAsync(null);
        await tab.PressAsync("Enter");
        await tab.UntilAsync("document.querySelectorAll('[data-row=reply]').length === 2", "its answer");
    }

    [Fact]
    public async Task What_does_not_exist_is_said_and_an_unknown_view_leads_home()
    {
        await using var tab = await world.SignedInAsync();
        await tab.GoAsync(new Uri(world.Url, "/ui/chat/3f2a0000-0000-4000-8000-000000000000").ToString());
        await tab.UntilAsync("document.querySelector('main [role=alert]')?.innerText.includes('There is no session')", "that there is none");
        await tab.GoAsync(new Uri(world.Url, "/ui/no-such-view").ToString());
        await tab.UntilAsync("location.pathname === '/ui/chat'", "the first view");
    }

    [Fact]
    public async Task Two_tabs_show_the_same()
    {
        await using var one = await world.SignedInAsync();
        await ChatTests.SayAsync(one, "Said in one tab");
        await one.UntilTextAsync("short answer");
        await using var two = await one.BesideAsync();
        await two.GoAsync((await one.EvaluateAsync("location.href")).GetString()!);
        await two.UntilTextAsync("short answer");
        await two.UntilAsync("document.activeElement?.id === 'composer'", "its message box");
        await two.TypeAsync("Push it from the other: push it");
        await two.PressAsync("Enter");
        await one.UntilAsync("document.querySelector('[data-approval]')", "the question, in the first tab");
        await two.UntilAsync("document.querySelector('[data-approval]')", "the question, in the second");
        await one.ClickAsync("Deny");
        await two.UntilAsync("!document.querySelector('[data-approval]')", "its going in the other");
        await two.UntilTextAsync("It is answered now.");
        await one.GoAsync(new Uri(world.Url, "/ui/settings").ToString());
        await one.ClickAsync("Dark");
        await two.UntilAsync("document.documentElement.classList.contains('dark')", "the theme of the other");
        await one.ClickAsync("Light");
        await two.UntilAsync("!document.documentElement.classList.contains('dark')", "the theme of the other");
    }
}
