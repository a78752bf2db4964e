using System.Net;
using Microsoft.AspNetCore.Http;
using Pryx.Core.Configuration;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;
using Pryx.Testing;
using static Pryx.Core.Tests.Access.CrossOriginTests;

namespace Pryx.Core.Tests.Access;

public sealed class LimitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Wrong_tokens_are_slowed_down_and_the_right_one_never_is()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(core, "GET", "/api/v1/tokens", ("Authorization", $"Bearer wrong{i}"))).Status);
        }

        var limited = await SendAsync(core, "GET", "/api/v1/tokens", ("Authorization", "Bearer wrong"));

        Assert.Equal((HttpStatusCode.TooManyRequests, "RATE_LIMITED"), (limited.Status, limited.Code));
        Assert.InRange(int.Parse(limited.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture), 1, 4);
        Assert.Contains("retry_after_ms", limited.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await SendAsync(core, "GET", "/signin?code=x", ("Authorization", ""))).Status);
        Assert.Equal(HttpStatusCode.OK, (await core.GetAsync("/api/v1/tokens", Cancellation)).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(core, "GET", "/health", ("Authorization", ""))).Status);
    }

    [Fact]
    public async Task A_thousand_requests_of_this_machine_at_once_all_pass()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 1000).Select(async i =>
            i % 2 == 0 ? (await core.PostAsync("/api/v1/signin/links", null, Cancellation)).Status : (await core.GetAsync("/health", Cancellation)).Status));

        Assert.All(statuses, status => Assert.True(status is HttpStatusCode.Created or HttpStatusCode.OK, $"{status}"));
    }

    [Fact]
    public void Clients_are_counted_one_by_one_and_get_their_share_back_with_time()
    {
        var time = new FakeTime();
        var limit = new RateLimit(burst: 2, perSecond: 1, time);

        Assert.True(limit.TryTake("a", out _));
        Assert.True(limit.TryTake("a", out _));
        Assert.False(limit.TryTake("a", out var wait));
        Assert.Equal(TimeSpan.FromSeconds(1), wait);
        Assert.True(limit.TryTake("b", out _));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(limit.TryTake("a", out _));
        Assert.False(limit.TryTake("a", out _));
        // Nobody fills the memory with names.
        for (var i = 0; i < 50_000; i++)
        {
            Assert.True(limit.TryTake($"{i}", out _));
        }
    }

    [Fact]
    public void New_connections_from_elsewhere_are_limited_and_those_of_this_machine_are_not()
    {
        using var home = new TempHome();
        var limits = Limits(home, "max_websocket_connections: 40\n");
        var remote = Request(new Caller("token:phone", Scopes.All) { Address = "192.0.2.1", IsRemote = true });
        var anyone = Request(Caller.Anyone with { Address = "127.0.0.1" });
        var local = Request(new Caller("core", Scopes.All) { Address = "127.0.0.1" });

        var open = Enumerable.Range(0, 5).Select(_ => limits.Enter(remote)).ToList();
        Assert.Equal("RATE_LIMITED", Assert.Throws<PryxException>(() => limits.Enter(remote)).Code);
        Assert.NotNull(Assert.Throws<PryxException>(() => limits.Enter(remote)).RetryAfter);
        open.AddRange(Enumerable.Range(0, 5).Select(_ => limits.Enter(anyone)));
        open.AddRange(Enumerable.Range(0, 30).Select(_ => limits.Enter(local)));
        Assert.Equal("SERVICE_UNAVAILABLE", Assert.Throws<PryxException>(() => limits.Enter(local)).Code);

        open[0].Dispose();
        open[0].Dispose();
        limits.Enter(local);
        Assert.Throws<PryxException>(() => limits.Enter(local));
    }

    [Fact]
    public void A_limit_that_somebody_has_set_holds_for_this_machine_too()
    {
        using var home = new TempHome();
        var limits = Limits(home, "websocket_rate_limit_per_minute: 60\n");
        var local = Request(new Caller("core", Scopes.All) { Address = "127.0.0.1" });

        for (var i = 0; i < 5; i++)
        {
            limits.Enter(local);
        }
        Assert.Equal("RATE_LIMITED", Assert.Throws<PryxException>(() => limits.Enter(local)).Code);
    }

    private static ConnectionLimits Limits(TempHome home, string config)
    {
        Directory.CreateDirectory(home.Data);
        File.WriteAllText(Path.Combine(home.Data, "config.yaml"), config);
        return new ConnectionLimits(PryxConfig.Load(new PryxPaths(home.Home, home.Data), new Settings(static _ => null)), new FakeTime());
    }

    private static DefaultHttpContext Request(Caller caller)
    {
        var http = new DefaultHttpContext();
        caller.Attach(http);
        return http;
    }
}
