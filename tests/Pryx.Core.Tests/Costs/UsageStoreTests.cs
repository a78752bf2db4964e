using Pryx.Core.Costs;
using Pryx.Core.Tests.Storage;
using Pryx.Protocol;
using Pryx.Protocol.Models;
using Pryx.Testing;

namespace Pryx.Core.Tests.Costs;

public sealed class UsageStoreTests
{
    [Fact]
    [Requirement("FR4.5", "tokens")]
    [Requirement("FR4.5", "estimated cost")]
    public async Task Sums_are_exact_to_the_micro_cent_and_say_what_they_leave_out()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var store = await TempStore.CreateAsync();
        var session = await store.NewSessionAsync();
        var (one, two) = (TurnId.New(), TurnId.New());
        await store.Database.WriteAsync(c =>
        {
            for (var i = 0; i < 1000; i++)
            {
                UsageStore.Append(c, new(session, i % 2 == 0 ? one : two, i, new("openai", "gpt-4o"), new TokenUsage(100, 50, 40, 10, 5), i == 999 ? null : 0.0000123m, TimeSpan.FromMilliseconds(12.6), "stop", null), TimeProvider.System.GetUtcNow());
            }
        }, cancel);
        var sum = await store.Usage.SumAsync(session, cancel);
        Assert.Equal((new TokenUsage(100_000, 50_000, 40_000, 10_000, 5_000), 1000L, 1L), (sum.Usage, sum.Calls, sum.UnpricedCalls));
        Assert.Equal(999 * 0.0000123m, sum.CostUsd);
        Assert.Equal(500, (await store.Usage.SumAsync(one, cancel)).Calls);
        Assert.Equal(new UsageSum(default, 0, 0, 0), await store.Usage.SumAsync(TurnId.New(), cancel));
        var read = (await store.Sessions.FindAsync(session, cancel))!;
        Assert.Equal((sum.Usage, sum.CostUsd), (read.Usage, read.TotalCostUsd));
    }
}
