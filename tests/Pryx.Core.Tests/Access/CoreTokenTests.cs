using System.Net;
using Pryx.Core.Access;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Testing;

namespace Pryx.Core.Tests.Access;

public sealed class CoreTokenTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TempHome _home = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
    private string Path => System.IO.Path.Combine(_home.Data, "core.token");

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task It_is_made_once_for_its_owner_alone_and_outlives_restarts()
    {
        string first;
        await using (var core = await TestCore.StartAsync(null, Cancellation, _home))
        {
            first = core.Token;
            Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(Path) == OwnerOnly);
            Assert.True(first.Length >= 43 + "pryx_".Length);
        }
        await using var again = await TestCore.StartAsync(null, Cancellation, _home);

        Assert.Equal(first, again.Token);
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync("/api/v1/tokens", Cancellation)).Status);
    }

    [Fact]
    public async Task A_file_that_others_may_read_is_made_private_and_its_owner_is_told()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // No modes there.
        }
        await (await TestCore.StartAsync(null, Cancellation, _home)).DisposeAsync();
        File.SetUnixFileMode(Path, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        var warnings = new List<string>();

        await new CoreToken(Path).EnsureAsync(warnings.Add, Cancellation);

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path));
        Assert.Contains("pryx token rotate", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("\n\n")]
    public async Task A_file_that_holds_no_token_gets_one(string content)
    {
        Directory.CreateDirectory(_home.Data);
        await File.WriteAllTextAsync(Path, content, Cancellation);
        var token = new CoreToken(Path);

        await token.EnsureAsync(static _ => { }, Cancellation);

        Assert.True(token.Is((await File.ReadAllTextAsync(Path, Cancellation)).Trim()));
        Assert.False(token.Is(content));
        Assert.False(token.Is(""));
    }

    [Fact]
    public async Task Two_processes_that_find_none_agree_on_one()
    {
        Directory.CreateDirectory(_home.Data);
        var tokens = Enumerable.Range(0, 16).Select(_ => new CoreToken(Path)).ToList();

        await Task.WhenAll(tokens.Select(token => Task.Run(() => token.EnsureAsync(static _ => { }, Cancellation))));

        var text = await File.ReadAllTextAsync(Path, Cancellation);
        Assert.All(tokens, token => Assert.True(token.Is(text)));
        Assert.Equal(["core.token"], Directory.EnumerateFiles(_home.Data).Select(System.IO.Path.GetFileName));
    }

    [Fact]
    public async Task Rotation_puts_another_in_its_place_at_once_and_ends_whoever_used_the_old_one()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation, _home);

        var (status, body) = await core.PostAsync("/api/v1/tokens/rotate", new { all = false }, Cancellation);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.DoesNotContain("pryx_", body!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await core.GetAsync("/api/v1/tokens", Cancellation)).Status);
        var fresh = (await File.ReadAllTextAsync(Path, Cancellation)).Trim();
        Assert.NotEqual(core.Token, fresh);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(Path) == OwnerOnly);
        using var client = core.Client(fresh);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/tokens", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Callers_of_the_old_token_are_told_when_it_ends_and_those_of_the_new_one_are_not()
    {
        Directory.CreateDirectory(_home.Data);
        var token = new CoreToken(Path);
        await token.EnsureAsync(static _ => { }, Cancellation);
        var old = token.Revoked;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = old.UnsafeRegister(_ => ended.TrySetResult(), null);

        token.Rotate();

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System, Cancellation);
        Assert.False(token.Revoked.IsCancellationRequested);
    }

    [Fact]
    public async Task What_another_process_has_rotated_is_noticed()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation, _home);
        var other = new CoreToken(Path);
        await other.EnsureAsync(static _ => { }, Cancellation);
        other.Rotate();
        using var client = core.Client((await File.ReadAllTextAsync(Path, Cancellation)).Trim());

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/tokens", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await core.GetAsync("/api/v1/tokens", Cancellation)).Status);
    }

    [Fact]
    public async Task Without_authentication_it_listens_on_loopback_alone_and_says_so()
    {
        var warnings = new List<string>();
        var core = new PryxCore(new CoreOptions { Paths = new PryxPaths(_home.Home, _home.Data), Settings = new Settings(static _ => null), OnWarning = warnings.Add });
        await using var _ = core;

        var refused = await Assert.ThrowsAsync<Protocol.Errors.PryxException>(() => Gateway.StartAsync(
            core, new GatewayOptions { Endpoints = [new IPEndPoint(IPAddress.Any, 0)], HasAuthentication = false, WorkingDirectory = _home.Workspace }, Cancellation));
        Assert.Equal("ADDRESS_REFUSED", refused.Code);

        await using var open = await Gateway.StartAsync(
            core, new GatewayOptions { Endpoints = [new IPEndPoint(IPAddress.Loopback, 0)], HasAuthentication = false, WorkingDirectory = _home.Workspace }, Cancellation);
        Assert.Contains("Authentication is off", Assert.Single(warnings), StringComparison.Ordinal);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = open.Url };
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/tokens", Cancellation)).StatusCode);
        client.DefaultRequestHeaders.Add("Origin", "http://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/api/v1/tokens", Cancellation)).StatusCode);
        client.DefaultRequestHeaders.Remove("Origin");
        client.DefaultRequestHeaders.Host = "evil.example";
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/api/v1/tokens", Cancellation)).StatusCode);
    }
}
