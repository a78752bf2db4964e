using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using Pryx.Core.Configuration;
using Pryx.Core.Mcp;
using Pryx.Core.Mcp.Auth;
using Pryx.Core.Mcp.Transports;
using Pryx.Core.Secrets;
using Pryx.Protocol.Errors;
using Pryx.Testing;

namespace Pryx.Core.Tests.Mcp;

/// <summary>Signing in to MCP servers over HTTP, against an authorization server on loopback and with the real vault.</summary>
public sealed class McpSigninTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
    private static readonly HttpClient Browser = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    [Fact]
    [Requirement("FR9.7", "token_ref in keychain")]
    public async Task A_sign_in_in_the_browser_puts_the_tokens_where_token_ref_says_and_the_background_connects_with_them()
    {
        await using var fake = await GuardedMcp.StartAsync(Cancellation);
        await using var bench = new Bench();
        var server = fake.Definition() with { Auth = new("oauth") { TokenRef = "keychain:linear-token" } };
        Assert.Equal("MCP_SIGNIN_NEEDED", (await bench.RefusedAsync(server)).Code);
        Assert.Equal("none", (await bench.Desk.StateAsync(server, TimeSpan.Zero, Cancellation)).State);

        await bench.SignInAsync(fake, server);

        Assert.Equal("signed_in", (await bench.Desk.StateAsync(server, TimeSpan.Zero, Cancellation)).State);
        Assert.Contains("hunter2", await bench.Secrets.GetAsync("linear-token", Cancellation), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", bench.FilesAsText(), StringComparison.Ordinal);
        Assert.Equal("echoed", await bench.EchoAsync(server));
        Assert.True(await bench.Desk.SignOutAsync(server, Cancellation));
        Assert.Null(await bench.Secrets.GetAsync("linear-token", Cancellation));
        Assert.Equal("pryx mcp auth linear", (await bench.RefusedAsync(server)).Next);
    }

    [Fact]
    public async Task The_background_registers_no_client_and_asks_nobody()
    {
        await using var fake = await GuardedMcp.StartAsync(Cancellation);
        await using var bench = new Bench();
        await bench.RefusedAsync(fake.Definition());
        Assert.DoesNotContain(fake.Seen, request => request.Path is "/register" or "/token");
    }

    [Fact]
    public async Task An_expired_token_is_renewed_without_anybody_and_a_revoked_one_says_how_to_sign_in_again()
    {
        await using var fake = await GuardedMcp.StartAsync(Cancellation);
        await using var bench = new Bench();
        await bench.SignInAsync(fake, fake.Definition());
        fake.ForgetAccess();
        // As after a restart: nothing but the vault knows.
        await using (var again = bench.Again())
        {
            Assert.Equal("echoed", await again.EchoAsync(fake.Definition()));
            Assert.Equal(1, fake.Seen.Count(request => request.Path == "/register"));
            fake.ForgetAccess();
            fake.IsRevoked = true;
            var refused = await again.RefusedAsync(fake.Definition());
            Assert.Equal(("MCP_SIGNIN_NEEDED", "pryx mcp auth linear"), (refused.Code, refused.Next));
            fake.IsRevoked = false;
            await again.SignInAsync(fake, fake.Definition());
            Assert.Equal("echoed", await again.EchoAsync(fake.Definition()));
        }
    }

    [Fact]
    public async Task A_call_that_needs_more_is_asked_for_at_the_next_sign_in()
    {
        await using var fake = await GuardedMcp.StartAsync(Cancellation);
        fake.CallScope = "write";
        await using var bench = new Bench();
        await bench.SignInAsync(fake, fake.Definition());
        await Assert.ThrowsAsync<PryxException>(() => bench.EchoAsync(fake.Definition()));
        await bench.SignInAsync(fake, fake.Definition());
        Assert.Equal("echoed", await bench.EchoAsync(fake.Definition()));
    }

    [Fact]
    public async Task The_tokens_of_one_address_are_not_sent_to_another_under_the_same_name()
    {
        await using var fake = await GuardedMcp.StartAsync(Cancellation);
        await using var thief = await GuardedMcp.StartAsync(Cancellation);
        await using var bench = new Bench();
        await bench.SignInAsync(fake, fake.Definition());
        Assert.Equal("MCP_SIGNIN_NEEDED", (await bench.RefusedAsync(thief.Definition())).Code);
        Assert.DoesNotContain(thief.Seen, request => request.Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public async Task A_guessed_state_and_another_issuer_sign_nobody_in()
    {
        await using var fake = await GuardedMcp.StartAsync(Cancellation);
        await using var bench = new Bench();
        fake.Issuer = "https://evil.example";
        var landing = fake.Consent((await bench.Desk.StartAsync(fake.Definition(), static () => Task.CompletedTask, Cancellation)).Url!);
        using (var guessed = await Browser.GetAsync(landing.GetLeftPart(UriPartial.Path) + "?code=evil&state=guess", Cancellation))
        {
            Assert.Equal(HttpStatusCode.BadRequest, guessed.StatusCode);
        }
        Assert.Equal("pending", (await bench.Desk.StateAsync(fake.Definition(), TimeSpan.Zero, Cancellation)).State);
        using (var page = await Browser.GetAsync(landing, Cancellation))
        {
            Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        }
        var state = await bench.Desk.StateAsync(fake.Definition(), TimeSpan.FromSeconds(20), Cancellation);
        Assert.Equal("failed", state.State);
        Assert.Contains("issuer", state.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(fake.Seen, request => request.Path == "/token");
    }

    [Fact]
    public async Task A_sign_in_that_is_declined_says_so_and_one_that_nobody_answers_ends_after_five_minutes()
    {
        await using var fake = await GuardedMcp.StartAsync(Cancellation);
        var time = new FakeTime();
        await using var bench = new Bench(time);
        var landing = fake.Consent((await bench.Desk.StartAsync(fake.Definition(), static () => Task.CompletedTask, Cancellation)).Url!);
        var state = AnsweringServer.Pairs(landing.Query)["state"];
        using (await Browser.GetAsync($"{landing.GetLeftPart(UriPartial.Path)}?error=access_denied&state={Uri.EscapeDataString(state)}", Cancellation))
        {
            Assert.Contains("declined", (await bench.Desk.StateAsync(fake.Definition(), TimeSpan.FromSeconds(20), Cancellation)).Reason, StringComparison.Ordinal);
        }
        await bench.Desk.StartAsync(fake.Definition(), static () => Task.CompletedTask, Cancellation);
        var waiting = bench.Desk.StateAsync(fake.Definition(), TimeSpan.FromHours(1), Cancellation);
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Contains("timed out", (await waiting).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_lets_everybody_in_needs_no_sign_in()
    {
        await using var fake = await GuardedMcp.StartAsync(Cancellation, new() { IsGuarded = false });
        await using var bench = new Bench();
        var started = await bench.Desk.StartAsync(fake.Definition(), static () => Task.CompletedTask, Cancellation);
        Assert.Equal((false, null), (started.IsNeeded, started.Url));
    }

    [Fact]
    public async Task A_token_of_ones_own_is_enough()
    {
        await using var fake = await GuardedMcp.StartAsync(Cancellation);
        await using var bench = new Bench();
        await bench.SignInAsync(fake, fake.Definition());
        var token = (string)JsonNode.Parse((await bench.Secrets.GetAsync("mcp_oauth_linear", Cancellation))!)!["access_token"]!;
        await bench.Desk.SignOutAsync(fake.Definition(), Cancellation);
        foreach (var server in (McpServer[])[fake.Definition() with { Auth = new("bearer") }, fake.Definition("other"), fake.Definition("third") with { Auth = new("bearer") { TokenRef = "keychain:mine" } }])
        {
            await bench.Desk.GiveAsync(server, token, Cancellation);
            Assert.Equal("echoed", await bench.EchoAsync(server));
        }
        Assert.Equal("MCP_INVALID", (await Assert.ThrowsAsync<PryxException>(() => bench.Desk.GiveAsync(fake.Definition(), "two words", Cancellation))).Code);
    }

    private static McpServer Machine(GuardedMcp fake, string? issuer = null) => fake.Definition() with { Auth = new(McpAuth.ClientCredentials) { ClientId = "machine-1", Issuer = issuer } };

    [Fact]
    public async Task A_client_with_a_secret_gets_in_without_a_person_and_its_secret_is_only_in_the_keychain()
    {
        await using var fake = await GuardedMcp.StartAsync(Cancellation, new() { ClientSecret = "s3cret-hunter2+%" });
        await using var bench = new Bench();
        Assert.Equal("pryx mcp auth linear --client-secret", (await bench.RefusedAsync(Machine(fake))).Next);

        await bench.Desk.GiveSecretAsync(Machine(fake), "s3cret-hunter2+%\n", Cancellation);

        Assert.Equal("signed_in", (await bench.Desk.StateAsync(Machine(fake), TimeSpan.Zero, Cancellation)).State);
        Assert.Equal("echoed", await bench.EchoAsync(Machine(fake)));
        Assert.DoesNotContain("hunter2", bench.FilesAsText(), StringComparison.Ordinal);
        fake.ForgetAccess();
        Assert.Equal("echoed", await bench.EchoAsync(Machine(fake)));
        fake.CallScope = "write";
        Assert.Equal("echoed", await bench.EchoAsync(Machine(fake)));
        Assert.DoesNotContain(fake.Seen, static request => request.Path is "/register" or "/authorize");
        Assert.True(await bench.Desk.SignOutAsync(Machine(fake), Cancellation));
        Assert.Equal("MCP_SIGNIN_NEEDED", (await bench.RefusedAsync(Machine(fake))).Code);
    }

    [Theory]
    [InlineData("P-256")]
    [InlineData("P-384")]
    [InlineData("RSA")]
    public async Task A_client_with_a_key_signs_and_the_key_stays_here(string kind)
    {
        using var curve = ECDsa.Create(kind == "P-384" ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        await using var fake = await GuardedMcp.StartAsync(Cancellation, new() { ClientKey = kind == "RSA" ? rsa.ExportSubjectPublicKeyInfoPem() : curve.ExportSubjectPublicKeyInfoPem() });
        await using var bench = new Bench();

        await bench.Desk.GiveSecretAsync(Machine(fake), kind == "RSA" ? rsa.ExportPkcs8PrivateKeyPem() : curve.ExportPkcs8PrivateKeyPem(), Cancellation);

        Assert.Equal("echoed", await bench.EchoAsync(Machine(fake)));
        Assert.DoesNotContain(fake.Seen, static request => request.Body.Contains("PRIVATE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_secret_goes_to_nobody_whom_only_the_server_names()
    {
        await using var thief = await GuardedMcp.StartAsync(Cancellation, new() { ClientSecret = "hunter2" });
        await using var fake = await GuardedMcp.StartAsync(Cancellation, new() { AuthorizationServer = thief.Url, ClientSecret = "hunter2" });
        await using var bench = new Bench();
        await bench.Desk.GiveSecretAsync(Machine(fake), "hunter2", Cancellation);

        var refused = await bench.RefusedAsync(Machine(fake));
        var named = await bench.RefusedAsync(Machine(fake, "https://login.example.org"));

        Assert.Equal(("MCP_ISSUER", "MCP_ISSUER"), (refused.Code, named.Code));
        Assert.EndsWith($"--issuer {thief.Url}", refused.Next, StringComparison.Ordinal);
        Assert.DoesNotContain(thief.Seen, static request => request.Path == "/token");
    }

    [Fact]
    public async Task What_is_no_secret_or_is_not_taken_says_so()
    {
        await using var fake = await GuardedMcp.StartAsync(Cancellation, new() { ClientSecret = "right" });
        await using var bench = new Bench();

        async Task<PryxException> GivenAsync(McpServer server, string secret) => await Assert.ThrowsAsync<PryxException>(() => bench.Desk.GiveSecretAsync(server, secret, Cancellation));
        Assert.Equal("MCP_INVALID", (await GivenAsync(Machine(fake), "two\nlines")).Code);
        Assert.Equal("MCP_INVALID", (await GivenAsync(fake.Definition(), "no-client")).Code);
        await bench.Desk.GiveSecretAsync(Machine(fake), "wrong", Cancellation);
        var wrong = await bench.RefusedAsync(Machine(fake));
        await bench.Desk.GiveSecretAsync(Machine(fake), "-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----", Cancellation);
        var broken = await bench.RefusedAsync(Machine(fake));

        Assert.Contains("invalid_client", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("The key can not be used", broken.Message, StringComparison.Ordinal);
    }

    private sealed class Bench(TimeProvider? time = null, TempHome? home = null) : IAsyncDisposable
    {
        private readonly TempHome _home = home ?? new();
        private readonly bool _owns = home is null;
        private McpTokens? _tokens;
        private McpSigninDesk? _desk;

        public ISecretStore Secrets => field ??= new FileVault(VaultOptions.From(new PryxPaths(_home.Home, _home.Data), new Settings(static _ => null)), TimeProvider.System);
        public McpSigninDesk Desk => _desk ??= new(Transports, _tokens!, "1", time ?? TimeProvider.System);
        private McpHttpTransports Transports => field ??= new(new(() => Secrets, static _ => null), _tokens = new(() => Secrets, TimeProvider.System), time ?? TimeProvider.System);

        public Bench Again() => new(time, _home);

        public string FilesAsText() => string.Concat(Directory.EnumerateFiles(_home.Data, "*", SearchOption.AllDirectories).Select(File.ReadAllText));

        public async Task SignInAsync(GuardedMcp fake, McpServer server)
        {
            var isTold = false;
            var started = await Desk.StartAsync(server, () => Task.FromResult(isTold = true), Cancellation);
            using var page = await Browser.GetAsync(fake.Consent(started.Url!), Cancellation);
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            Assert.Equal("signed_in", (await Desk.StateAsync(server, TimeSpan.FromSeconds(20), Cancellation)).State);
            Assert.True(isTold);
        }

        public async Task<PryxException> RefusedAsync(McpServer server) => await Assert.ThrowsAsync<PryxException>(() => EchoAsync(server));

        /// <summary>As a background connection does it.</summary>
        public async Task<string?> EchoAsync(McpServer server)
        {
            await using var transport = await Transports.CreateAsync(server, consent: null, Cancellation);
            try
            {
                await using var client = await McpClient.CreateAsync(transport, cancellationToken: Cancellation);
                var result = await client.CallToolAsync("echo", cancellationToken: Cancellation);
                return (result.Content.Single() as ModelContextProtocol.Protocol.TextContentBlock)?.Text;
            }
            catch (Exception e) when (transport.Explain(e) is { } known)
            {
                throw known;
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_desk is not null)
            {
                await _desk.DisposeAsync();
            }
            if (_owns)
            {
                _home.Dispose();
            }
        }
    }
}
