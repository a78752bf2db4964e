using System.Globalization;
using Pryx.Core.Configuration;
using Pryx.Core.OAuth;
using Pryx.Core.Secrets;
using Pryx.Protocol.Models;
using Pryx.Testing;

namespace Pryx.Core.Tests.OAuth;

/// <summary>Access tokens that end, and sign-ins that the provider ends.</summary>
public sealed class RenewalTests : IAsyncDisposable
{
    private readonly TempHome _home = new();
    private FakeOAuth _server = null!;
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Twenty_callers_in_two_processes_renew_once_and_get_the_same_token()
    {
        await SignInAsync(expired: true);
        _server.RefreshTakes = TimeSpan.FromMilliseconds(150);
        // Two sets of everything, as two processes have them: the lock and the vault are all they share.
        OAuthTokens[] processes = [Tokens(), Tokens()];
        var tokens = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(() => processes[number % 2].ReadAsync("google", null, Cancellation))));
        Assert.Equal(1, _server.Refreshes);
        Assert.True(_server.Knows(Assert.Single(tokens.Distinct())));
    }

    [Fact]
    public async Task A_rotated_refresh_token_is_the_one_that_is_used_next()
    {
        await SignInAsync(expired: true);
        _server.Lifetime = 30; // Within the margin: each read renews, and a used refresh token is void.
        for (var read = 1; read <= 3; read++)
        {
            Assert.True(_server.Knows(await Tokens().ReadAsync("google", null, Cancellation)));
            Assert.Equal(read, _server.Refreshes);
        }
    }

    [Fact]
    public async Task A_token_that_was_refused_before_its_time_is_renewed_and_one_that_somebody_renewed_meanwhile_is_taken()
    {
        await SignInAsync(expired: false);
        var first = await Tokens().ReadAsync("google", null, Cancellation);
        Assert.Equal(0, _server.Refreshes);
        var second = await Tokens().ReadAsync("google", first, Cancellation);
        Assert.NotEqual(first, second);
        Assert.Equal(second, await Tokens().ReadAsync("google", first, Cancellation));
        Assert.Equal(1, _server.Refreshes);
    }

    [Fact]
    [Requirement("T2.8", "forced re-auth guidance")]
    [Requirement("PRV-M", "expired re-auth")]
    public async Task A_revoked_sign_in_says_what_to_type_and_asks_the_provider_no_more()
    {
        await SignInAsync(expired: true);
        _server.IsRevoked = true;
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var failure = await Assert.ThrowsAsync<ModelException>(() => Tokens().ReadAsync("google", null, Cancellation));
            Assert.Equal(ModelFailure.Authentication, failure.Failure);
            Assert.Contains("Sign in again: pryx provider oauth google", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
        }
        Assert.Equal(1, _server.Refreshes);
        Assert.Equal(SecretNames.SigninEnded, await Vault().GetAsync(SecretNames.Expires("google"), Cancellation));
        Assert.Null(await Vault().GetAsync(SecretNames.Refresh("google"), Cancellation));
    }

    [Fact]
    public async Task While_the_server_is_down_a_token_is_used_to_its_end_and_then_it_is_the_network()
    {
        await SignInAsync(expired: false, seconds: 60);
        _server.IsDown = true;
        Assert.True(_server.Knows(await Tokens().ReadAsync("google", null, Cancellation)));
        await Vault().SetAsync(SecretNames.Expires("google"), "1000", Cancellation);
        var failure = await Assert.ThrowsAsync<ModelException>(() => Tokens().ReadAsync("google", null, Cancellation));
        Assert.Equal(ModelFailure.Network, failure.Failure);

        _server.IsDown = false; // Nothing was lost by it.
        Assert.True(_server.Knows(await Tokens().ReadAsync("google", null, Cancellation)));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _home.Dispose();
    }

    private async Task SignInAsync(bool expired, int seconds = 3600)
    {
        _server = await FakeOAuth.StartAsync(Cancellation);
        await using (var core = await TestCore.StartAsync(null, Cancellation, _home, environment: _server.Variables()))
        {
            var url = (string)(await core.PostAsync("/api/v1/providers/google/oauth", new { }, Cancellation)).Body!["url"]!;
            using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            using var page = await browser.GetAsync(_server.Consent(url), Cancellation);
            Assert.True(page.IsSuccessStatusCode);
        }
        var ends = expired ? DateTimeOffset.UnixEpoch : TimeProvider.System.GetUtcNow().AddSeconds(seconds);
        await Vault().SetAsync(SecretNames.Expires("google"), ends.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), Cancellation);
    }

    private FileVault Vault() => new(VaultOptions.From(new PryxPaths(_home.Home, _home.Data), new Settings(_ => null)), TimeProvider.System);

    private OAuthTokens Tokens()
    {
        var paths = new PryxPaths(_home.Home, _home.Data);
        var settings = new Settings(_server.Variables().GetValueOrDefault);
        var apps = new OAuthApps(() => PryxConfig.Load(paths, settings), settings, Vault());
        return new(paths, Vault(), apps, new OAuthClient(TimeProvider.System), TimeProvider.System);
    }
}
