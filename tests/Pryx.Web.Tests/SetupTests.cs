using Pryx.Testing;

namespace Pryx.Web.Tests;

/// <summary>From nothing to the first answer.</summary>
public sealed class SetupTests(WebWorld world)
{
    [Fact]
    [Requirement("WEB1", "three steps")]
    [Requirement("FR4.1", "three steps")]
    public async Task Whoever_has_nothing_is_led_to_the_first_answer_and_can_leave_and_go_on()
    {
        await using var tab = await world.StrangerAsync();
        using var home = new TempHome();
        var (daemon, url) = await world.ServeAsync(home, 0, hasKeys: false);
        try
        {
            var link = (await world.PryxAsync(home, "ui", "--print")).Lines.First(static line => line.Contains("http://", StringComparison.Ordinal)).Trim();
            await tab.GoAsync(link);
            await tab.UntilAsync("document.querySelector('main h1')?.innerText === 'Set up Pryx'", "the first step, by itself");
            await tab.ClickAsync("Skip: everything stays on this machine");
            await tab.UntilAsync("location.pathname === '/ui/setup/provider'", "the step of the provider");

            await tab.ClickAsync("Anthropic");
            await tab.UntilAsync("document.activeElement?.type === 'password'", "the key");
            await tab.AnswerAsync("*/api/v1/setup/try", 400, "The key was refused by Anthropic.");
            await tab.TypeAsync("sk-ant-wrong");
            await tab.ClickAsync("Try it");
            await tab.UntilAsync("document.querySelector('main [role=alert]')?.innerText.includes('refused')", "why it does not work");
            await tab.AnswerAsync(null);
            await tab.EvaluateAsync("document.querySelector('input[type=password]').select()");
            await tab.ClickAtAsync("document.querySelector('input[type=password]')", "the key");
            await tab.EvaluateAsync("document.querySelector('input[type=password]').select()");
            await tab.TypeAsync("sk-ant-test");
            await tab.ClickAsync("Try it");
            await tab.UntilTextAsync("It works:");
            await tab.ClickAsync("Use Anthropic");
            await tab.UntilAsync("location.pathname === '/ui/setup/workspace'", "the step of the folder");

            // Left, and gone on with.
            await tab.ClickAsync("Later");
            await tab.UntilTextAsync("What shall be done?");
            await tab.GoAsync(new Uri(url, "/ui/setup/workspace").ToString());
            await tab.UntilAsync("document.querySelector('input.code')", "the folder");
            await tab.ClickAtAsync("document.querySelector('input.code')", "the folder");
            await tab.EvaluateAsync("document.querySelector('input.code').select()");
            await tab.TypeAsync("/no/such/folder");
            await tab.ClickAsync("Take these");
            await tab.UntilAsync("document.querySelector('main [role=alert]')", "that there is no such folder");
            await tab.EvaluateAsync("document.querySelector('input.code').select()");
            await tab.TypeAsync(home.Workspace);
            await tab.ClickAsync("Take these");
            await tab.UntilAsync("location.pathname === '/ui/setup/abilities'", "the step of what it can do");
            await tab.ClickAsync("Skip");
            await tab.UntilAsync("location.pathname === '/ui/setup/chat'", "the last step");
            await tab.ClickAsync("Say something");
            await ChatTests.SayAsync(tab, "Hello there");
            await tab.UntilTextAsync("short answer");
            await tab.GoAsync(new Uri(url, "/ui/setup/done").ToString());
            await tab.UntilTextAsync("Pryx is set up");
        }
        finally
        {
            await daemon.DisposeAsync();
        }
    }

    [Fact]
    [Requirement("WEB1", "QR and device codes")]
    public async Task Signing_in_shows_a_code_to_type_and_one_for_the_camera_of_a_phone()
    {
        await using var tab = await world.SignedInAsync();
        await tab.AnswerAsync("*/api/v1/cloud/login/*", 200, """{"device_code":"d","user_code":"WDJB-MJHT","verification_uri":"https://cloud.example.org/device","verification_uri_complete":"https://cloud.example.org/device?user_code=WDJB-MJHT","expires_in":600,"interval":5}""", isWhole: true, unanswered: "/poll");
        await tab.GoAsync(new Uri(world.Url, "/ui/setup/cloud").ToString());
        await tab.ClickAsync("Sign in");
        await tab.UntilTextAsync("WDJB-MJHT");
        await tab.UntilAsync("document.querySelector('svg[role=img][aria-label*=\"for a phone\"] path')?.getAttribute('d').length > 1000", "the code for the camera");
        Assert.Equal("https://cloud.example.org/device?user_code=WDJB-MJHT", (await tab.EvaluateAsync("document.querySelector('main a[target=_blank]').href")).GetString());
    }
}
