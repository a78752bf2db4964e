using System.Text.Json;
using Pryx.Testing;
using static Pryx.Testing.Replies;

namespace Pryx.Tests.EndToEnd;

/// <summary><c>pryx cost</c> with the real executable, without a daemon.</summary>
public sealed class CostTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Requirement("CLI19", "summary fresh is zero")]
    [Requirement("CLI19", "daily")]
    [Requirement("CLI19", "monthly")]
    [Requirement("CLI19", "optimize")]
    [Requirement("CLI19", "budget")]
    [Requirement("CLI19", "pricing")]
    public async Task A_fresh_home_shows_zeros_everywhere()
    {
        using var person = new Person();

        var summary = await person.PryxAsync("cost", "summary", "--session", "abc", "--since", "7d");
        Assert.Equal(0, summary.ExitCode);
        Assert.StartsWith("Cost Summary\n", summary.Stdout, StringComparison.Ordinal);
        Assert.Matches(@"Total Cost: +\$0\.0000\n", summary.Stdout);
        Assert.Matches(@"Total Requests: +0\n", summary.Stdout);
        Assert.Matches(@"Average Cost/Req: +\$0\.0000\n", summary.Stdout);

        var daily = await person.PryxAsync("cost", "daily", "7");
        Assert.Equal(0, daily.ExitCode);
        Assert.Equal(7, daily.Lines.Count(line => line.StartsWith("20", StringComparison.Ordinal) && line.Contains("$0.0000", StringComparison.Ordinal)));
        Assert.Matches("Date +Total Cost +Requests +Tokens", daily.Stdout);
        Assert.Equal(7, (await person.JsonAsync("cost", "daily", "--json")).GetProperty("days").GetArrayLength());

        var monthly = await person.PryxAsync("cost", "monthly", "3");
        Assert.Equal(3, monthly.Lines.Count(line => line.StartsWith("20", StringComparison.Ordinal)));

        var optimize = await person.PryxAsync("cost", "optimize");
        Assert.Equal((0, "Cost Optimization Suggestions\nNo optimization suggestions available.\n"), (optimize.ExitCode, optimize.Stdout));

        var budget = await person.PryxAsync("cost", "budget");
        Assert.StartsWith("Budget Status\n", budget.Stdout, StringComparison.Ordinal);
        Assert.Equal("Budget set: Daily $5.00, Monthly $50.00\n", (await person.PryxAsync("cost", "budget", "set", "--daily", "5", "--monthly", "50")).Stdout);
        Assert.Matches(@"Daily Spent: +\$0\.0000 / \$5\.00 \(0\.0%\)\n", (await person.PryxAsync("cost", "budget")).Stdout);

        var pricing = await person.PryxAsync("cost", "pricing", "gpt-4o-mini");
        Assert.Matches(@"Input \(\$/1M\) +Output \(\$/1M\) +Input \(\$/1K\) +Output \(\$/1K\)", pricing.Stdout);
        Assert.Matches(@"gpt-4o-mini +openai +0\.15 +0\.60 +0\.00015 +0\.0006", pricing.Stdout);
    }

    [Fact]
    public async Task What_makes_no_sense_is_told_by_its_exit_code()
    {
        using var person = new Person();

        var none = await person.PryxAsync("cost");
        var unknown = await person.PryxAsync("cost", "frobnicate");
        var days = await person.PryxAsync("cost", "daily", "many");
        var months = await person.PryxAsync("cost", "monthly", "-1");
        var amount = await person.PryxAsync("cost", "budget", "set", "--daily", "much");

        Assert.Equal(2, none.ExitCode);
        Assert.Contains("summary", none.Stdout, StringComparison.Ordinal);
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("Unknown cost command: frobnicate", unknown.Stderr, StringComparison.Ordinal);
        Assert.Equal(1, days.ExitCode);
        Assert.NotEqual(0, months.ExitCode);
        Assert.Equal(2, amount.ExitCode);
    }

    [Fact]
    public async Task A_run_is_found_in_every_report_and_a_budget_ends_the_next()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Hi.") with { Usage = new(20_000, 1_000) }), Cancellation);
        using var person = Person.At(provider);

        Assert.Equal(0, (await person.RunAsync("hello")).ExitCode);

        // 20,000 in and 1,000 out of gpt-4o.
        Assert.Contains("$0.0600", (await person.PryxAsync("cost", "summary")).Stdout, StringComparison.Ordinal);
        Assert.Equal(0.06m, (await person.JsonAsync("cost", "summary", "--format", "json")).GetProperty("total").GetProperty("cost_usd").GetDecimal());
        Assert.Contains("openai/gpt-4o,0.06,0,1,", (await person.PryxAsync("cost", "models", "--csv")).Stdout, StringComparison.Ordinal);
        Assert.Contains("hello", (await person.PryxAsync("cost", "sessions")).Stdout, StringComparison.Ordinal);

        await person.PryxAsync("cost", "budget", "set", "--daily", "0.05", "--action", "stop");
        var refused = await person.RunAsync("once more");
        Assert.Equal(5, refused.ExitCode);
        Assert.Contains("of the daily budget of $0.05 is left", refused.Stderr, StringComparison.Ordinal);
        Assert.Single(provider.ModelRequests);
        Assert.Contains("Over budget!", (await person.PryxAsync("cost", "budget")).Stdout, StringComparison.Ordinal);

        var session = (await person.JsonAsync("session", "list", "--json"))[1].GetProperty("id").GetString()!;
        Assert.Contains("Session Spent:    $0.0600 / $2.00 (3.0%)", (await person.PryxAsync("session", "budget", session[..8], "2")).Stdout, StringComparison.Ordinal);
    }

    [Fact]
    [Requirement("NFR-M1.6", "estimate before long operations")]
    public async Task A_large_turn_says_what_it_is_going_to_cost_before_it_begins()
    {
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Says("Read.")), Cancellation);
        using var person = Person.At(provider);
        person.Home.Write("large.txt", string.Concat(Enumerable.Repeat("All work and no play makes Jack a dull boy. ", 8_000)));

        var estimate = await person.RunAsync("--estimate", "--file", "large.txt");
        Assert.True(estimate.ExitCode == 0, estimate.Stderr);
        Assert.Matches(@"openai/gpt-4o: about [\d,]{6,} tokens of input, about \$0\.\d+", estimate.Stdout);
        Assert.Empty(provider.ModelRequests);

        var run = await person.RunAsync("--json", "--file", "large.txt");
        var notice = run.Lines.Select(line => JsonSerializer.Deserialize<JsonElement>(line)).Single(line => line.TryGetProperty("item", out var item) && item.GetProperty("type").GetString() == "notice");
        Assert.Matches(@"^The first call of this turn sends about [\d,]{6,} tokens to openai/gpt-4o and costs about \$0\.\d+", notice.GetProperty("item").GetProperty("text").GetString()!);
        Assert.True(run.Stdout.IndexOf("The first call of this turn", StringComparison.Ordinal) < run.Stdout.IndexOf("step.completed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_call_whose_process_was_killed_counts_at_its_worst()
    {
        var isKilled = false;
        await using var provider = await FakeProvider.StartAsync(
            _ => Volatile.Read(ref isKilled) ? Says("Back.") with { Usage = new(1_000, 10) } : Says("Let me") with { Hangs = true }, Cancellation);
        using var person = Person.At(provider);
        await person.PryxAsync("cost", "budget", "set", "--daily", "1");
        await using (var run = await person.StartAsync("run", "-m", Models.Chat, "hello"))
        {
            await provider.WaitForRequestsAsync(1, Cancellation);
            run.KillHard();
            await run.WaitAsync(Cancellation);
        }
        Volatile.Write(ref isKilled, true);

        var again = await person.PryxAsync("run", "--continue");

        Assert.True(again.ExitCode == 0, again.Stderr);
        Assert.Contains("uncounted", again.Stderr, StringComparison.Ordinal);
        var total = (await person.JsonAsync("cost", "summary", "--json")).GetProperty("total");
        Assert.Equal((2, 1), (total.GetProperty("calls").GetInt32(), total.GetProperty("estimated_calls").GetInt32()));
        Assert.True(total.GetProperty("estimated_usd").GetDecimal() > 0.01m);
        var day = (await person.JsonAsync("cost", "budget", "--json")).GetProperty("scopes").EnumerateArray().Single(scope => scope.GetProperty("scope").GetString() == "day");
        Assert.True(day.GetProperty("spent_usd").GetDecimal() > 0.01m);
        Assert.Equal(0m, day.GetProperty("reserved_usd").GetDecimal());
    }
}
