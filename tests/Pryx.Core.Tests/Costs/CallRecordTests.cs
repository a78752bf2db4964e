using System.Globalization;
using System.Text.Json;
using Pryx.Core.Storage;
using Pryx.Core.Tests.Turns;
using Pryx.Protocol;
using Pryx.Protocol.Events;
using Pryx.Protocol.Models;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Core.Tests.Costs;

/// <summary>Every request that was sent is a row, whatever became of it.</summary>
public sealed class CallRecordTests
{
    private static readonly ModelPrice Gpt4o = new(2.5m, 10, 1.25m);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("MOD6", "cost")]
    public async Task Failed_and_cut_attempts_are_recorded_and_what_is_counted_is_kept_apart_from_what_is_guessed()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.InOrder(
            Fails(500),
            Says("half of", " a reply") with { Trouble = new() { CutAt = StreamPoint.MidText } },
            Says("All of it.") with { Usage = new(1_000, 100, Cached: 200) }), Cancel);
        await using var core = await TempCore.StartAsync(provider, time: new HastyTime());
        var session = await core.NewSessionAsync();

        await core.StartAsync(session, "hello");
        var ended = (await core.UntilEndedAsync(session))[^1].Payload!.Value.Deserialize(ProtocolJson.Default.TurnEndedPayload)!;

        var rows = await RowsAsync(core);
        Assert.Equal(3, rows.Count);
        Assert.Equal(("step", 1, "PROVIDER_SERVER_ERROR", false, 0m, 0m), (rows[0].Kind, rows[0].Attempt, rows[0].Error, rows[0].IsEstimate, rows[0].Cost, rows[0].Estimated));
        Assert.Equal((2, "PROVIDER_STREAM_CUT", true, 0m), (rows[1].Attempt, rows[1].Error, rows[1].IsEstimate, rows[1].Cost));
        Assert.True(rows[1].Input > 500 && rows[1].Estimated > 0.001m, rows[1].ToString());
        Assert.Equal((3, null, false, 1_000L), (rows[2].Attempt, rows[2].Error, rows[2].IsEstimate, rows[2].Input));
        Assert.Equal(Gpt4o.CostOf(new(1_000, 100, 200)), rows[2].Cost);
        Assert.All(rows, row => Assert.Equal(2.5m, JsonDocument.Parse(row.Price!).RootElement.GetProperty("input").GetDecimal()));
        Assert.Equal((rows[2].Cost, rows[1].Estimated, 1_000L), (ended.CostUsd, ended.EstimatedCostUsd, ended.Usage.Input));
        var read = (await core.Store.Sessions.FindAsync(session, Cancel))!;
        Assert.Equal((rows[2].Cost, rows[1].Estimated, 1_000L), (read.TotalCostUsd, read.EstimatedCostUsd, read.Usage.Input));
    }

    [Fact]
    public async Task A_stopped_call_is_recorded_as_an_estimate()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Let me think") with { Hangs = true }), Cancel);
        await using var core = await TempCore.StartAsync(provider);
        var session = await core.NewSessionAsync();
        var turn = await core.StartAsync(session, "hello");
        await provider.WaitForRequestsAsync(1, Cancel);

        Assert.True(await core.Turns.StopAsync(turn.Id, Cancel));
        Assert.Equal(EventNames.TurnCancelled, (await core.UntilEndedAsync(session))[^1].Event);

        var row = Assert.Single(await RowsAsync(core));
        Assert.Equal(("STOPPED", true), (row.Error, row.IsEstimate));
        Assert.True(row.Estimated > 0);
    }

    [Fact]
    public async Task The_prices_of_a_call_stay_those_of_its_time()
    {
        await using var store = await Storage.TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var turn = TurnId.New();
        await store.Database.WriteAsync(c => Core.Costs.UsageStore.Append(
            c, new(session, turn, 1, new("openai", "gpt-4o"), new(1_000_000, 0), 3, TimeSpan.Zero, "stop", null) { Price = new ModelPrice(3, 15) }, TimeProvider.System.GetUtcNow()), Cancel);
        Assert.Equal("""{"input":3,"output":15,"request":0,"tiers":[]}""", await store.Database.ReadAsync(c => c.Text("SELECT price FROM usage"), Cancel));
        Assert.Equal(3_000_000_000, await store.Database.ReadAsync(c => c.Number("SELECT budget_nano FROM usage"), Cancel));
    }

    private static Task<List<Row>> RowsAsync(TempCore core) => core.Store.Database.ReadAsync(
        c => c.Query(
            "SELECT kind, attempt, error, is_estimate, cost_usd, estimated_usd, tokens_in, price FROM usage ORDER BY rowid",
            static row => new Row(row.GetString(0), row.GetInt32(1), row.TextOrNull(2), row.GetInt64(3) == 1, row.Money(4), row.Money(5), row.GetInt64(6), row.TextOrNull(7))),
        Cancel);

    private sealed record Row(string Kind, int Attempt, string? Error, bool IsEstimate, decimal Cost, decimal Estimated, long Input, string? Price)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind} {Attempt} {Error} {Cost} {Estimated} {Input}");
    }
}
