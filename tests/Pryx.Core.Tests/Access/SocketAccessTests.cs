using System.Net;
using System.Net.WebSockets;

namespace Pryx.Core.Tests.Access;

/// <summary>Who gets a WebSocket, and for how long.</summary>
public sealed class SocketAccessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/ws")]
    [InlineData("/api/v1/ws")]
    public async Task Only_a_token_and_our_own_page_open_one(string path)
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var token = ("Authorization", $"Bearer {core.Token}");
        var own = ("Origin", $"http://127.0.0.1:{core.Url.Port}");

        Assert.Equal(HttpStatusCode.Unauthorized, await RefusalAsync(core, path));
        Assert.Equal(HttpStatusCode.Unauthorized, await RefusalAsync(core, $"{path}?token={core.Token}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await RefusalAsync(core, path, ("Authorization", "Bearer wrong")));
        Assert.Equal(HttpStatusCode.Unauthorized, await RefusalAsync(core, path, own));
        Assert.Equal(HttpStatusCode.Forbidden, await RefusalAsync(core, path, token, ("Origin", "https://evil.example")));
        Assert.Equal(HttpStatusCode.Forbidden, await RefusalAsync(core, path, token, ("Origin", "http://localhost:3000")));
        Assert.Equal(HttpStatusCode.Forbidden, await RefusalAsync(core, path, token, ("Host", $"evil.example:{core.Url.Port}")));
        using var program = await OpenAsync(core, path, token);
        using var page = await OpenAsync(core, path, token, own);
        Assert.Equal(WebSocketState.Open, page.State);
    }

    [Fact]
    public async Task A_browser_opens_one_with_its_cookie_from_our_own_page_alone()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var cookie = await SigninTests.SignInAsync(core);

        using var socket = await OpenAsync(core, "/ws", cookie, ("Origin", $"http://127.0.0.1:{core.Url.Port}"));

        Assert.Equal(WebSocketState.Open, socket.State);
        Assert.Equal(HttpStatusCode.Forbidden, await RefusalAsync(core, "/ws", cookie, ("Origin", "http://127.0.0.1:3000")));
        Assert.Equal(HttpStatusCode.Forbidden, await RefusalAsync(core, "/ws", cookie));
    }

    [Fact]
    public async Task Rotation_closes_the_sockets_of_the_old_token_and_of_no_other()
    {
        await using var core = await TestCore.StartAsync(null, Cancellation);
        var (minted, info) = await MintedTokenTests.MintAsync(core, core.Token, "phone", "read");
        using var old = await OpenAsync(core, "/ws", ("Authorization", $"Bearer {core.Token}"));
        using var other = await OpenAsync(core, "/ws", ("Authorization", $"Bearer {minted}"));
        var otherEnd = EndAsync(other);

        await core.PostAsync("/api/v1/tokens/rotate", null, Cancellation);
        await EndAsync(old).WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System, Cancellation);
        Assert.False(otherEnd.IsCompleted);

        var fresh = await File.ReadAllTextAsync(Path.Combine(core.Home.Data, "core.token"), Cancellation);
        await MintedTokenTests.SendAsync(core, fresh.Trim(), HttpMethod.Delete, $"/api/v1/tokens/{info["id"]}");
        await otherEnd.WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System, Cancellation);
    }

    private static async Task EndAsync(ClientWebSocket socket)
    {
        var buffer = new byte[4096];
        try
        {
            while ((await socket.ReceiveAsync(buffer, Cancellation)).MessageType != WebSocketMessageType.Close)
            {
                // What was said before the end.
            }
        }
        catch (WebSocketException)
        {
            // Cut off is an end as well.
        }
    }

    private static async Task<HttpStatusCode> RefusalAsync(TestCore core, string path, params (string Name, string Value)[] headers)
    {
        using var socket = Socket(headers);
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(Address(core, path), Cancellation));
        Assert.NotEqual((HttpStatusCode)0, socket.HttpStatusCode);
        Assert.DoesNotContain(core.Token, refused.ToString(), StringComparison.Ordinal);
        return socket.HttpStatusCode;
    }

    private static async Task<ClientWebSocket> OpenAsync(TestCore core, string path, params (string Name, string Value)[] headers)
    {
        var socket = Socket(headers);
        await socket.ConnectAsync(Address(core, path), Cancellation);
        return socket;
    }

    private static Uri Address(TestCore core, string path) => new($"ws://127.0.0.1:{core.Url.Port}{path}");

    private static ClientWebSocket Socket((string Name, string Value)[] headers)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        foreach (var (name, value) in headers)
        {
            socket.Options.SetRequestHeader(name, value);
        }
        return socket;
    }
}
