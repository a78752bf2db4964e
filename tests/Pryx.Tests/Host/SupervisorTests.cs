using Pryx.Host;
using Pryx.Testing;

namespace Pryx.Tests.Host;

/// <summary>When Core is started again and when not, on a clock that the test moves.</summary>
public sealed class SupervisorTests : IDisposable
{
    private const int Killed = 137;
    private readonly FakeTime _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _now = new();
    private readonly List<FakeCore> _cores = [];
    private readonly List<CoreFailure> _failures = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _stop.Dispose();
        _now.Dispose();
    }

    [Fact]
    [Requirement("FR3.2", "backoff")]
    [Requirement("FR3.A4", "delays 1 2 4 s")]
    [Requirement("FR3.A4", "user notified after 5")]
    public async Task Each_crash_waits_longer_the_fifth_is_told_as_lasting_and_the_tenth_is_the_last()
    {
        var running = Start();
        foreach (var seconds in (int[])[1, 2, 4, 8, 16, 16, 16, 16, 16])
        {
            var before = _cores.Count;
            _cores[^1].End(Killed);
            await _time.WaitForTimerAsync(Cancellation);
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(before, _cores.Count);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await WaitForCoreAsync(before + 1);
        }
        _cores[^1].End(Killed);

        Assert.Equal(1, await running);
        Assert.Equal(10, _cores.Count);
        Assert.Equal([1, 2, 4, 8, 16, 16, 16, 16, 16, null], _failures.Select(failure => failure.Delay?.TotalSeconds));
        Assert.Equal(5, Assert.Single(_failures, failure => failure.IsLasting).Count);
        Assert.Equal("signal 9", _failures[0].Reason);
    }

    [Fact]
    public void The_user_is_told_what_happened_and_from_the_fifth_crash_on_where_to_look_and_what_to_do()
    {
        Assert.Equal(["Warning: pryx-core has ended unexpectedly (signal 9). It is started again in 4 s."], HostProcess.Lines(new(Killed, 3, TimeSpan.FromSeconds(4))));
        var fifth = HostProcess.Lines(new(134, 5, TimeSpan.FromSeconds(16))).ToList();
        Assert.Equal(3, fifth.Count);
        Assert.Contains("5 times in a row", fifth[1], StringComparison.Ordinal);
        Assert.Matches("^Next: .*/logs.*pryx serve --no-supervisor$", fifth[2]);
        var tenth = HostProcess.Lines(new(134, 10, null)).ToList();
        Assert.Contains("is not started again", tenth[0], StringComparison.Ordinal);
        Assert.EndsWith("pryx serve", tenth[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_has_run_for_a_minute_has_recovered()
    {
        var running = Start();
        for (var crash = 0; crash < 12; crash++)
        {
            _time.Advance(TimeSpan.FromSeconds(61));
            _cores[^1].End(Killed);
            await _time.WaitForTimerAsync(Cancellation);
            _time.Advance(TimeSpan.FromSeconds(1));
            await WaitForCoreAsync(crash + 2);
        }
        await EndAsync(running);

        Assert.All(_failures, failure => Assert.Equal(1, failure.Count));
    }

    [Theory]
    [InlineData(78)]
    [InlineData(1)]
    public async Task What_hinders_the_first_start_is_final_but_later_it_is_tried_again(int code)
    {
        var first = Start();
        _cores[^1].End(code);
        Assert.Equal((1, 1), (await first, _cores.Count));

        var running = Start();
        _cores[^1].End(Killed);
        await _time.WaitForTimerAsync(Cancellation);
        _time.Advance(TimeSpan.FromSeconds(1));
        await WaitForCoreAsync(3);
        _cores[^1].End(code);
        await _time.WaitForTimerAsync(Cancellation);
        _time.Advance(TimeSpan.FromSeconds(2));
        await WaitForCoreAsync(4);
        await EndAsync(running);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Core_that_was_asked_to_end_or_did_not_understand_its_command_line_is_not_started_again(int code)
    {
        var running = Start();
        _cores[^1].End(code);

        Assert.Equal(code, await running);
        Assert.Empty(_failures);
    }

    [Fact]
    public async Task Stop_asks_first_and_kills_what_is_still_there_shortly_before_two_seconds()
    {
        var running = Start();
        await _stop.CancelAsync();
        await _time.WaitForTimerAsync(Cancellation);

        Assert.Equal((true, false), (_cores[0].IsAsked, _cores[0].IsKilled));
        _time.Advance(TimeSpan.FromMilliseconds(1900));

        Assert.Equal(0, await running);
        Assert.True(_cores[0].IsKilled);
    }

    [Fact]
    public async Task A_second_signal_kills_at_once()
    {
        var running = Start();
        await _stop.CancelAsync();
        await _time.WaitForTimerAsync(Cancellation);
        await _now.CancelAsync();

        Assert.Equal(130, await running);
        Assert.True(_cores[0].IsKilled);
    }

    [Fact]
    public async Task Stop_while_waiting_for_the_next_start_ends_without_one()
    {
        var running = Start();
        _cores[^1].End(Killed);
        await _time.WaitForTimerAsync(Cancellation);
        await _stop.CancelAsync();

        Assert.Equal((0, 1), (await running, _cores.Count));
    }

    private Task<int> Start()
    {
        var supervisor = new Supervisor(() =>
        {
            var core = new FakeCore();
            _cores.Add(core);
            return Task.FromResult<ICoreChild>(core);
        }, _failures.Add, _time);
        return supervisor.RunAsync(_stop.Token, _now.Token);
    }

    private Task WaitForCoreAsync(int count) => EndToEnd.Until.TrueAsync(() => _cores.Count >= count, Cancellation);

    private async Task EndAsync(Task<int> running)
    {
        await _stop.CancelAsync();
        _cores[^1].End(0);
        Assert.Equal(0, await running);
    }

    private sealed class FakeCore : ICoreChild
    {
        private readonly TaskCompletionSource<int> _exited = new();

        public Task<int> Exited => _exited.Task;
        public bool IsAsked { get; private set; }
        public bool IsKilled { get; private set; }

        public void End(int code) => _exited.TrySetResult(code);
        public void Stop() => IsAsked = true;

        public void Kill()
        {
            IsKilled = true;
            End(Killed);
        }

        public void Dispose()
        {
        }
    }
}
