using System.Globalization;
using System.Text.Json;
using Pryx.Bench.Gateway;
using Pryx.Testing;

namespace Pryx.Bench.Web;

/// <summary>The pages as a person has them: a real Chromium before a whole <c>pryx serve</c>. Without Chromium there are no rows.</summary>
internal sealed class WebMeasures(IReadOnlyList<Subject> subjects, int runs, CancellationToken cancellationToken)
{
    private const int Sessions = 10_000;
    private const int Parallel = 32;

    // What the pages can not say by themselves: when they were ready, which tasks and frames were long, when a span was heard of and when it was drawn.
    private const string Watch = """
        (() => {
          window.seen = { tasks: [], frames: [], heard: {}, drawn: {} }
          new PerformanceObserver(list => list.getEntries().forEach(entry => seen.tasks.push(entry.duration))).observe({ type: 'longtask' })
          let last = performance.now()
          const frame = now => { seen.frames.push(now - last); last = now; requestAnimationFrame(frame) }
          requestAnimationFrame(frame)
          const look = () => {
            if (seen.ready === undefined && document.activeElement?.id === 'composer' && document.querySelector('nav[aria-label=Main]')) requestAnimationFrame(() => setTimeout(() => (seen.ready ??= performance.now())))
            for (const bar of document.querySelectorAll('[data-span]')) {
              const id = bar.dataset.span
              if (seen.heard[id] !== undefined && seen.drawn[id] === undefined && !bar.ariaLabel.includes('running')) seen.drawn[id] = performance.now() - seen.heard[id]
            }
          }
          document.addEventListener('DOMContentLoaded', () => new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-label'] }))
          document.addEventListener('focusin', look)
          const Native = WebSocket
          window.WebSocket = class extends Native {
            constructor(...given) {
              super(...given)
              this.addEventListener('message', message => {
                if (!message.data.includes('trace.event')) return
                const told = JSON.parse(message.data)
                if (told.event === 'trace.event' && told.payload.span_id) seen.heard[told.payload.span_id] ??= performance.now()
              })
            }
          }
        })()
        """;

    private readonly Dictionary<string, (Measure Row, List<Sample> Samples)> _rows = [];

    public async Task<IReadOnlyList<Measure>> RunAsync()
    {
        if (WebPage.Program is null)
        {
            Console.Error.WriteLine("There is no Chromium: the pages are not measured.");
            return [];
        }
        var root = Directory.CreateTempSubdirectory("pryx-bench-web-");
        try
        {
            await using var fake = await FakeProvider.StartAsync(WebScript.Answer, cancellationToken);
            fake.ChecksPrefix = false;
            await using var page = await WebPage.StartAsync(Path.Combine(root.FullName, "chromium"), cancellationToken);
            foreach (var subject in subjects.Where(static subject => subject.File is not null))
            {
                var home = root.CreateSubdirectory(subject.Name).FullName;
                var folder = Directory.CreateDirectory(Path.Combine(home, "folder")).FullName;
                await using var core = await RunningCore.StartAsync(subject.File!, home, folder, fake.Url, cancellationToken);
                await StartsAsync(subject, core, page);
                await PacedAsync(subject, core, page);
                await StormAsync(subject, core, page);
                await ItemsAsync(subject, core, page);
                await SessionsAsync(subject, core, page);
            }
            return [.. _rows.Values.Select(row => row.Row with { Samples = row.Samples })];
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private async Task StartsAsync(Subject subject, RunningCore core, WebPage page)
    {
        List<double> ready = [], received = [];
        for (var i = -1; i < runs; i++)
        {
            await page.OpenAsync(await LinkAsync(core), Watch);
            await page.UntilAsync("seen.ready !== undefined && document.fonts.status === 'loaded'");
            await IdleAsync();
            if (i >= 0)
            {
                ready.Add((await page.EvaluateAsync("seen.ready")).GetDouble());
                received.Add(page.Received / 1024.0);
            }
        }
        Add(subject, new("web, cold start", "ms", "the sign-in link opened in a window with an empty cache, to the first frame after the message box has the focus; by the page's own clock, redirects included", 700, 700, []), ready);
        Add(subject, new("web, first view", "KB", "all that comes over the wire for it, headers and fonts included (1 KB = 1,024 bytes)", 350, 350, []), received);
    }

    private async Task PacedAsync(Subject subject, RunningCore core, WebPage page)
    {
        var session = await core.NewSessionAsync(cancellationToken);
        await OpenAsync(core, page, session);
        await core.SendAsync(session, WebScript.Paced, cancellationToken);
        await page.UntilAsync("document.body.innerText.includes('Hello from the fake provider') && !document.querySelector('[aria-label=Stop]')");
        await IdleAsync();
        Add(subject, new("web, Gantt update, p95", "ms", $"from a trace.event at the page's WebSocket to its bar in the timeline, in a turn of {WebScript.PacedSteps} steps; 95th percentile", 100, 100, []),
            [Clock.Percentile([.. (await page.EvaluateAsync("Object.values(seen.drawn)")).EnumerateArray().Select(static value => value.GetDouble())], 0.95)]);
    }

    private async Task StormAsync(Subject subject, RunningCore core, WebPage page)
    {
        var session = await core.NewSessionAsync(cancellationToken);
        await OpenAsync(core, page, session);
        await core.SendAsync(session, WebScript.Storm, cancellationToken);
        await page.UntilAsync("document.querySelectorAll('[data-bar]').length >= 500 && document.querySelector('[data-streaming]')?.innerText.length > 200");
        await ForgetAsync(page);
        await page.EvaluateAsync("new Promise(done => setTimeout(done, 8000))");
        var bars = (await page.EvaluateAsync("document.querySelectorAll('[data-bar]').length")).GetInt32();
        await AddLongAsync(subject, page, "web, stream beside a Gantt", string.Create(CultureInfo.InvariantCulture, $"over eight seconds in which {WebScript.DeltasASecond} deltas a second come beside a live timeline of {bars} bars"));
    }

    private async Task ItemsAsync(Subject subject, RunningCore core, WebPage page)
    {
        var session = await core.NewSessionAsync(cancellationToken);
        var turn = await core.SendAsync(session, WebScript.Items, cancellationToken);
        using (var stream = await core.Http.GetStreamAsync($"/api/v1/turns/{turn}/stream-events", cancellationToken))
        {
            await stream.CopyToAsync(Stream.Null, cancellationToken);
        }
        await OpenAsync(core, page, session);
        await page.UntilAsync("document.querySelector('[data-row=tool]')");
        Add(subject, new("web, session of 10,000 items", "ms", "its address opened in a window with an empty cache, to its last rows on screen; by the page's own clock", 1000, 1000, []), [(await page.EvaluateAsync("performance.now()")).GetDouble()]);
        await ForgetAsync(page);
        await page.EvaluateAsync("""
            new Promise(done => {
              const pane = document.querySelector('[role=log][aria-label=Conversation]')
              const until = performance.now() + 60000
              const step = () => {
                pane.scrollTop -= 700
                const all = !document.body.innerText.includes('Earlier messages are loaded')
                if ((all && pane.scrollTop === 0) || performance.now() > until) done(pane.scrollTop)
                else requestAnimationFrame(step)
              }
              step()
            })
            """);
        var rows = (await page.EvaluateAsync("document.querySelectorAll('[data-row]').length")).GetInt32();
        await AddLongAsync(subject, page, "web, scrolling 10,000 items", string.Create(CultureInfo.InvariantCulture, $"while that session is scrolled from its end to its beginning ({rows:N0} rows), what is earlier being loaded on the way"));
    }

    private async Task SessionsAsync(Subject subject, RunningCore core, WebPage page)
    {
        await System.Threading.Tasks.Parallel.ForAsync(0, Sessions, new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken }, async (i, token) =>
            await core.PostAsync("/api/v1/sessions", $$"""{"title":"Session number {{i}} of many"}""", token));
        await OpenAsync(core, page, null);
        await page.EvaluateAsync("history.pushState(null, '', '/ui/sessions'); dispatchEvent(new PopStateEvent('popstate'))");
        await page.UntilAsync("document.querySelectorAll('ul[aria-label=Sessions] li').length > 5");
        await ForgetAsync(page);
        var seen = await page.EvaluateAsync($$"""
            new Promise(done => {
              const list = document.querySelector('ul[aria-label=Sessions]'), pane = list.closest('.overflow-y-auto')
              const until = performance.now() + 90000
              const step = () => {
                pane.scrollTop += 900
                if (list.offsetHeight >= {{Sessions}} * 60 && pane.scrollTop + pane.clientHeight >= pane.scrollHeight - 100 || performance.now() > until) done(Math.round(list.offsetHeight / 60))
                else requestAnimationFrame(step)
              }
              step()
            })
            """);
        if (seen.GetInt32() < Sessions)
        {
            throw new InvalidOperationException($"Only {seen.GetInt32()} sessions could be scrolled to.");
        }
        await AddLongAsync(subject, page, "web, scrolling 10,000 sessions", "while the list of 10,000 sessions is scrolled from its beginning to its end, 900 pixels a frame");
    }

    private async Task AddLongAsync(Subject subject, WebPage page, string name, string during)
    {
        var tasks = Values(await page.EvaluateAsync("seen.tasks"));
        var frames = Values(await page.EvaluateAsync("seen.frames"));
        Add(subject, new($"{name}: long tasks", "of 50 ms or more", $"tasks of the page that took 50 ms or longer, {during}", 0, 0, []), [tasks.Count]);
        Add(subject, new($"{name}: frame, p95", "ms", $"between two frames, {during}; 95th percentile", 50, 50, []), [Clock.Percentile(frames, 0.95)]);
        if (tasks.Count > 0)
        {
            Console.Error.WriteLine($"  the longest: {string.Join(", ", tasks.OrderDescending().Take(5).Select(static task => task.ToString("0", CultureInfo.InvariantCulture)))} ms");
        }
    }

    private static List<double> Values(JsonElement list) => [.. list.EnumerateArray().Select(static value => value.GetDouble())];

    private static async Task ForgetAsync(WebPage page) => await page.EvaluateAsync("new Promise(done => setTimeout(() => { seen.tasks = []; seen.frames = []; done() }, 500))");

    private Task IdleAsync() => Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System, cancellationToken);

    /// <param name="session">Null for a new one.</param>
    private async Task OpenAsync(RunningCore core, WebPage page, string? session)
    {
        await page.OpenAsync(await LinkAsync(core), Watch);
        await page.UntilAsync("seen.ready !== undefined");
        if (session is not null)
        {
            await page.EvaluateAsync($"location.assign('/ui/chat/{session}')");
            await page.UntilAsync($"location.pathname.endsWith('{session}') && document.querySelector('[role=log][aria-label=Conversation]')");
        }
    }

    private async Task<string> LinkAsync(RunningCore core)
    {
        var link = (string)(await core.PostAsync("/api/v1/signin/links", "{}", cancellationToken))["url"]!;
        return link.StartsWith('/') ? $"http://127.0.0.1:{core.Port}{link}" : link;
    }

    private void Add(Subject subject, Measure row, IReadOnlyList<double> values)
    {
        if (!_rows.TryGetValue(row.Name, out var entry))
        {
            _rows[row.Name] = entry = (row, []);
        }
        entry.Samples.Add(new Sample(subject.Name, subject.Build, values));
        Console.Error.WriteLine($"{subject.Name}: {row.Name}: {new Sample("", null, values).Median:0.00} {row.Unit}");
    }
}
