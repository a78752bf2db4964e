using Pryx.Testing;

namespace Pryx.Tests.EndToEnd;

/// <summary>Signing in with the real executable; the test is the browser.</summary>
public sealed class ProviderSigninTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Requirement("CLI15", "oauth")]
    [Requirement("T2.3", "tokens persisted")]
    [Requirement("J.2", "OAuth")]
    public async Task A_person_signs_in_and_the_next_process_has_the_tokens_with_and_without_a_daemon(bool hasDaemon)
    {
        await using var server = await FakeOAuth.StartAsync(Cancellation);
        using var person = new Person();
        foreach (var (name, value) in server.Variables())
        {
            person.Variables[name] = value;
        }
        await using var served = hasDaemon ? await ServedPryx.StartAsync(person, "serve", "--listen", ":0") : null;
        await using var command = await person.StartAsync("provider", "oauth", "google", "--no-browser");
        await command.WaitForOutputAsync("Waiting for", Cancellation);
        var url = command.Stderr.Split('\n').Single(line => line.StartsWith(server.AuthorizeUrl, StringComparison.Ordinal));

        using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var page = await browser.GetStringAsync(new Uri(url), Cancellation); // Consent redirects to the callback.
        var ended = await command.WaitAsync(Cancellation);

        Assert.Contains("close this window", page, StringComparison.Ordinal);
        Assert.True(ended.ExitCode == 0, ended.Stderr);
        Assert.Contains("Signed in to google", ended.Stdout, StringComparison.Ordinal);
        var listed = await person.PryxAsync("provider", "list");
        Assert.Contains("API Key: configured (OAuth)", listed.Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", ended.Stdout + ended.Stderr + listed.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Others_do_not_support_it_and_without_an_application_it_says_where_to_get_one()
    {
        using var person = new Person();
        var other = await person.PryxAsync("provider", "oauth", "openai");
        Assert.Equal((1, true), (other.ExitCode, other.Stderr.Contains("does not support OAuth", StringComparison.Ordinal)));
        var without = await person.PryxAsync("provider", "oauth", "google");
        Assert.Equal((1, true), (without.ExitCode, without.Stderr.Contains("console.cloud.google.com", StringComparison.Ordinal)));
    }

    [Fact]
    [Requirement("T2.8", "forced re-auth guidance")]
    [Requirement("J.2", "expired guidance")]
    public async Task A_provider_of_ones_own_is_called_with_a_fresh_token_until_the_provider_ends_the_sign_in()
    {
        await using var server = await FakeOAuth.StartAsync(Cancellation);
        server.Lifetime = 30; // Always about to end: every process renews it.
        await using var provider = await FakeProvider.StartAsync(FakeScripts.Always(Replies.Says("Hello.")), Cancellation);
        using var person = new Person();
        Directory.CreateDirectory(person.Home.Data);
        File.WriteAllText(Path.Combine(person.Home.Data, "config.yaml"), $"""
            providers:
              mine:
                name: Mine
                base_url: {provider.OpenAiUrl}
                needs_key: true
                local: false
                oauth:
                  authorize_url: {server.AuthorizeUrl}
                  token_url: {server.TokenUrl}
                  client_id: {FakeOAuth.ClientId}
                  scopes: [models]
            """);
        person.Variables["MINE_OAUTH_CLIENT_SECRET"] = FakeOAuth.ClientSecret;
        await using (var command = await person.StartAsync("provider", "oauth", "mine", "--no-browser"))
        {
            await command.WaitForOutputAsync("Waiting for", Cancellation);
            using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            await browser.GetStringAsync(new Uri(command.Stderr.Split('\n').Single(line => line.StartsWith(server.AuthorizeUrl, StringComparison.Ordinal))), Cancellation);
            var ended = await command.WaitAsync(Cancellation);
            Assert.True(ended.ExitCode == 0, ended.Stderr);
        }

        var run = await person.PryxAsync("run", "-m", "mine/fake-model", "hello");
        Assert.True(run.ExitCode == 0, run.Stderr);
        var token = provider.ModelRequests[0].Headers["Authorization"]["Bearer ".Length..];
        Assert.True(server.Knows(token) && server.Refreshes > 0);

        server.IsRevoked = true;
        var refused = await person.PryxAsync("run", "-m", "mine/fake-model", "hello again");
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("Sign in again: pryx provider oauth mine", refused.Stderr, StringComparison.Ordinal);
        Assert.Contains("sign-in ended; sign in again", (await person.PryxAsync("provider", "list")).Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", run.Stdout + run.Stderr + refused.Stdout + refused.Stderr, StringComparison.Ordinal);
    }
}
