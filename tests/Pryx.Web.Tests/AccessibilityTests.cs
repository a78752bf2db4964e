using System.Text;

namespace Pryx.Web.Tests;

/// <summary>axe finds nothing serious on any view, in both themes, on a desk and on a phone.</summary>
public sealed class AccessibilityTests(WebWorld world)
{
    private static readonly string[] Views = ["chat", "sessions", "approvals", "approvals/history", "observability", "observability/latency", "observability/costs", "audit", "agents", "agents/processes", "agents/definitions", "agents/hooks", "memory", "setup", "setup/cloud", "setup/provider", "setup/workspace", "setup/abilities", "models", "models/catalog", "mcp", "skills", "policies", "policies/grants", "policies/pins", "policies/explain", "policies/files", "diagnostics", "settings", "settings/config", "settings/tokens", "settings/telemetry", "settings/data"];

    [Theory]
    [InlineData(1440, 900)]
    [InlineData(390, 844)]
    public async Task No_view_has_a_serious_issue(int width, int height)
    {
        await using var tab = await world.SignedInAsync(width, height);
        var axe = await File.ReadAllTextAsync(Path.Combine(WebWorld.WebFolder, "node_modules", "axe-core", "axe.min.js"), TestContext.Current.CancellationToken);
        await ChatTests.SayAsync(tab, "Something to look at");
        await tab.UntilTextAsync("short answer");
        await tab.EvaluateAsync(axe);
        var found = new StringBuilder();
        await LookAsync(tab, "a conversation", found);
        foreach (var view in Views)
        {
            // Within the page, as a person goes: nothing is loaded anew.
            await tab.EvaluateAsync($"history.pushState(null, '', '/ui/{view}'); dispatchEvent(new PopStateEvent('popstate'))");
            await tab.UntilAsync("document.querySelector('main h1') && !document.querySelector('[role=status][aria-label=Loading]')", view);
            await LookAsync(tab, view, found);
        }
        Assert.True(found.Length == 0, found.ToString());
    }

    private static async Task LookAsync(BrowserTab tab, string view, StringBuilder found)
    {
        foreach (var theme in (string[])["dark", "light"])
        {
            var issues = await tab.EvaluateAsync($$"""
                (async () => {
                  document.documentElement.classList.toggle('dark', {{(theme == "dark" ? "true" : "false")}})
                  document.getAnimations().forEach(animation => { try { animation.finish() } catch { animation.cancel() } })
                  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
                  const result = await axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })
                  return result.violations.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join(' | '))
                })()
                """);
            foreach (var issue in issues.EnumerateArray())
            {
                found.AppendLine($"{view} ({theme}): {issue.GetString()}");
            }
        }
    }
}
