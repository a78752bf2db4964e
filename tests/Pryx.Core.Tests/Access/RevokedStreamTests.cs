using System.Net;
using static Pryx.Core.Tests.Access.CrossOriginTests;

namespace Pryx.Core.Tests.Access;

/// <summary>A stream that was opened with a token ends with it.</summary>
public sealed class RevokedStreamTests
{
    private const string Stream = "/api/v1/events/stream";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rotation_ends_the_open_streams_of_the_old_token_and_of_no_other()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (minted, _) = await MintedTokenTests.MintAsync(core, core.Token, "phone", "read");
        using var old = await OpenAsync(core, ("Authorization", $"Bearer {core.Token}"));
        using var other = await OpenAsync(core, ("Authorization", $"Bearer {minted}"));
        var otherEnd = other.EndAsync();

        await core.PostAsync("/api/v1/tokens/rotate", null, Cancellation);

        await old.EndAsync().WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System, Cancellation);
        Assert.False(otherEnd.IsCompleted);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(core, "GET", Stream)).Status);
    }

    [Fact]
    public async Task Revoking_a_token_ends_its_streams_and_those_of_its_children()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (parent, info) = await MintedTokenTests.MintAsync(core, core.Token, "parent", "read");
        var (child, _) = await MintedTokenTests.MintAsync(core, parent, "child", "read");
        using var first = await OpenAsync(core, ("Authorization", $"Bearer {parent}"));
        using var second = await OpenAsync(core, ("Authorization", $"Bearer {child}"));

        await core.SendAsync(HttpMethod.Delete, $"/api/v1/tokens/{info["id"]}", null, Cancellation);

        await Task.WhenAll(first.EndAsync(), second.EndAsync()).WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System, Cancellation);
    }

    [Fact]
    public async Task A_stream_ends_when_its_token_expires()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (brief, _) = await MintedTokenTests.MintAsync(core, core.Token, "brief", 2, "read");
        using var stream = await OpenAsync(core, ("Authorization", $"Bearer {brief}"));

        await stream.EndAsync().WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Cancellation);
    }

    [Fact]
    public async Task Signing_out_ends_the_streams_of_that_browser()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var cookie = await SigninTests.SignInAsync(core);
        using var stream = await OpenAsync(core, cookie);

        await SendAsync(core, "POST", "/api/v1/signout", cookie, ("Sec-Fetch-Site", "same-origin"));

        await stream.EndAsync().WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System, Cancellation);
    }

    private static async Task<OpenStream> OpenAsync(TestCore core, (string Name, string Value) credential)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = core.Url };
        using var request = new HttpRequestMessage(HttpMethod.Get, Stream);
        request.Headers.TryAddWithoutValidation(credential.Name, credential.Value);
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return new(client, await answer.Content.ReadAsStreamAsync(Cancellation));
    }

    private sealed record OpenStream(HttpClient Client, Stream Body) : IDisposable
    {
        public async Task EndAsync()
        {
            var buffer = new byte[1024];
            try
            {
                while (await Body.ReadAsync(buffer, Cancellation) > 0)
                {
                    // What was said before the end.
                }
            }
            catch (IOException)
            {
                // Cut off is an end as well.
            }
        }

        public void Dispose() => Client.Dispose();
    }
}
