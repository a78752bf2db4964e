using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pryx.Testing;

namespace Pryx.Core.Tests.Routing;

/// <summary>Turns on a real daemon whose clock stands still until it is told what everybody waits for.</summary>
internal sealed partial class RoutedTurns : IAsyncDisposable
{
    private static readonly TimeSpan _beforehand = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan _standstill = TimeSpan.FromSeconds(2);
    private readonly TempHome _home = new();
    private TestCore _core = null!;

    public FakeTime Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) - _beforehand);
    public TestCore Core => _core;
    public FakeProvider Provider { get; private init; } = null!;

    /// <summary>The waits that were announced and then waited, in seconds.</summary>
    public List<double> Waited { get; } = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="config">config.yaml.</param>
    public static async Task<RoutedTurns> StartAsync(FakeScript script, string? config = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var turns = new RoutedTurns { Provider = await FakeProvider.StartAsync(script, Cancel) };
        Directory.CreateDirectory(turns._home.Data);
        if (config is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(turns._home.Data, "config.yaml"), config, Cancel);
        }
        turns._core = await TestCore.StartAsync(turns.Provider, Cancel, turns._home, environment: environment, time: turns.Time);
        // The daemon's own first wait (the catalog's) is as long as a first retry's, and may not be taken for one.
        await UntilAsync(() => Task.FromResult(turns.Time.FiresIn(TimeSpan.FromSeconds(1))));
        turns.Time.Advance(_beforehand);
        return turns;
    }

    public async Task<string> NewSessionAsync(string? model = null) => (string)(await Core.PostAsync("/api/v1/sessions", new { title = "t", model }, Cancel)).Body!["id"]!;

    /// <returns>The turn's id.</returns>
    public async Task<string> SayAsync(string session, string text, string? model = null)
    {
        var (status, body) = await Core.PostAsync($"/api/v1/sessions/{session}/messages", new { content = text, model, delivery = "queue" }, Cancel);
        Assert.True((int)status < 300, body?.ToJsonString());
        return (string)body!["turn_id"]!;
    }

    /// <summary>A whole turn, with whatever it waits for.</summary>
    /// <param name="wait">Longer than any retry: what a silent provider is given; null where none is silent.</param>
    public async Task<Outcome> RunAsync(string session, string text, string? model = null, TimeSpan? wait = null)
    {
        var seen = (await ItemsAsync(session)).Count;
        var turn = await SayAsync(session, text, model);
        return await UntilEndedAsync(session, turn, seen, wait);
    }

    public async Task<Outcome> UntilEndedAsync(string session, string turn, int seen = 0, TimeSpan? wait = null)
    {
        var waits = 0;
        var asked = Provider.ModelRequests.Count;
        var given = TimeProvider.System.GetTimestamp();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, Cancel);
            // The end first: what is read after it is all there is.
            var state = await TurnAsync(session, turn);
            var items = (await ItemsAsync(session)).Skip(seen).ToList();
            if ((string?)state["status"] is not ("running" or "queued"))
            {
                return new(state, items);
            }
            Assert.False(limit.IsCancellationRequested, $"It does not end: {state.ToJsonString()} after {string.Join("; ", items.Select(static item => item.ToJsonString()))}, waited {string.Join(", ", Waited)}, next {Time.NextTimer - Time.GetUtcNow()}");
            var announced = items.Select(AnnouncedWait).OfType<double>().Where(static seconds => seconds > 0).ToList();
            if (announced.Count > waits && Time.FiresIn(TimeSpan.FromSeconds(announced[waits])))
            {
                Advance(announced[waits++]);
                given = TimeProvider.System.GetTimestamp();
            }
            else if (wait is { } silence && announced.Count == waits && Provider.ModelRequests.Count > asked && Time.FiresIn(silence))
            {
                asked = Provider.ModelRequests.Count;
                Time.Advance(silence);
                given = TimeProvider.System.GetTimestamp();
            }
            // A wait that began while the time passed ends later than this test advanced to: what stands still is given its time once more.
            else if (announced.Count == waits && (wait ?? LastOf(announced)) is { } again && TimeProvider.System.GetElapsedTime(given) > _standstill)
            {
                Time.Advance(again);
                given = TimeProvider.System.GetTimestamp();
            }
        }
    }

    public void Advance(double seconds)
    {
        Waited.Add(seconds);
        Time.Advance(TimeSpan.FromSeconds(seconds));
    }

    public async Task<JsonNode> TurnAsync(string session, string turn) =>
        (await Core.GetAsync($"/api/v1/sessions/{session}/turns", Cancel)).Body!["turns"]!.AsArray().First(entry => (string?)entry!["id"] == turn)!;

    public async Task<IReadOnlyList<JsonNode>> ItemsAsync(string session) =>
        [.. (await Core.GetAsync($"/api/v1/sessions/{session}/items", Cancel)).Body!["items"]!.AsArray().Select(static item => item!)];

    public static async Task UntilAsync(Func<Task<bool>> isSoAsync)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (!await isSoAsync())
        {
            Assert.False(limit.IsCancellationRequested, "It does not happen.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancel);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _core.DisposeAsync();
        await Provider.DisposeAsync();
        _home.Dispose();
    }

    private static TimeSpan? LastOf(List<double> waits) => waits.Count == 0 ? null : TimeSpan.FromSeconds(waits[^1]);

    private static double? AnnouncedWait(JsonNode item) => (string?)item["type"] == "notice" && Wait().Match((string?)item["text"] ?? "") is { Success: true } found
        ? double.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"[Rr]etrying in (\d+)s")]
    private static partial Regex Wait();

    /// <param name="Items">That came with the turn.</param>
    internal sealed record Outcome(JsonNode Turn, IReadOnlyList<JsonNode> Items)
    {
        public string? Status => (string?)Turn["status"];
        public string? Code => (string?)Turn["error_code"];
        public string? Message => (string?)Turn["error_message"];
        public IReadOnlyList<string> Types => [.. Items.Select(static item => (string)item["type"]!)];
        public IReadOnlyList<string> Notices => [.. Items.Where(static item => (string?)item["type"] == "notice").Select(static item => (string)item["text"]!)];
        public string? Reply => (string?)Items.LastOrDefault(static item => (string?)item["type"] == "reply")?["text"];
    }
}
