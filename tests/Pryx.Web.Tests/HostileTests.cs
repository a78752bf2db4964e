namespace Pryx.Web.Tests;

/// <summary>What a model or a stranger writes is shown; none of it runs, none of it asks anybody.</summary>
public sealed class HostileTests(WebWorld world)
{
    [Fact]
    public async Task A_hostile_session_renders_inert()
    {
        await using var tab = await world.SignedInAsync();
        await ChatTests.SayAsync(tab, "hostile <script>window.pwned = 9</script><img src=x onerror='window.pwned=10'>");
        await tab.UntilTextAsync("fine");
        await tab.UntilAsync("document.querySelector('.codeframe')", "the code block");
        Assert.Equal("undefined", (await tab.EvaluateAsync("typeof window.pwned")).GetString());
        Assert.Empty((await tab.EvaluateAsync("[...document.querySelectorAll('#main *')].flatMap(e => [...e.attributes].filter(a => a.name.startsWith('on')).map(a => a.name))")).EnumerateArray());
        Assert.Empty((await tab.EvaluateAsync("[...document.querySelectorAll('#main :is(script,iframe,style,form[action],object,embed,.prose svg,.prose img)')].map(e => e.outerHTML)")).EnumerateArray());
        Assert.Equal(["https://example.org/fine", "https://spy.example.org/pixel.png"], (await tab.EvaluateAsync("[...document.querySelectorAll('.prose a')].map(a => a.href).sort()")).EnumerateArray().Select(static link => link.GetString()));
        Assert.True((await tab.EvaluateAsync("[...document.querySelectorAll('.prose a')].every(a => a.rel.includes('noopener') && a.target === '_blank')")).GetBoolean());
        Assert.Contains("U+202E", await tab.TextAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(tab.Requests, request => request.Contains("spy.example.org", StringComparison.Ordinal));
        Assert.True(tab.Errors.IsEmpty, string.Join("\n", tab.Errors));
    }

    [Fact]
    public async Task Five_megabytes_are_cut_until_they_are_asked_for()
    {
        await using var tab = await world.SignedInAsync();
        await ChatTests.SayAsync(tab, "enormous");
        await tab.UntilTextAsync("Show more");
        await tab.UntilAsync("!document.querySelector('[data-streaming],[aria-label=Stop]')", "the end of the turn");
        Assert.InRange((await tab.EvaluateAsync("document.querySelector('.prose').innerText.length")).GetInt32(), 10_000, 100_000);
        await tab.ClickAsync("Show more");
        await tab.UntilAsync("document.querySelector('.prose').innerText.length > 150000", "more of it");
    }
}
