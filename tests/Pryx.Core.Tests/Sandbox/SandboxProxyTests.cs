using System.Net;
using System.Net.Sockets;
using System.Text;
using Pryx.Agent.Tools;
using Pryx.Core.Sandbox;

namespace Pryx.Core.Tests.Sandbox;

/// <summary>The proxy by itself, on a real Unix socket, in front of real servers on 127/8.</summary>
public sealed class SandboxProxyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pryx-proxy-").FullName;
    private readonly List<string> _resolved = [];
    private readonly List<HostRequest> _asked = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private SandboxNetworkOptions Options(Func<string, IPAddress[]>? resolve = null) => new()
    {
        IsAllowed = address => address.ToString() == "127.0.0.2",
        Resolve = (name, _) =>
        {
            _resolved.Add(name);
            return Task.FromResult(resolve?.Invoke(name) ?? [IPAddress.Parse("127.0.0.2")]);
        },
    };

    [Fact]
    public async Task Allowed_hosts_are_reached_by_GET_and_by_tunnel()
    {
        await using var server = new OneServer();
        await using var proxy = Start(SandboxMode.WithHosts([$"allowed.test:{server.Port}", $"*.many.test:{server.Port}"]));
        Assert.EndsWith("\r\n\r\nanswer", await SayAsync(proxy, $"GET http://allowed.test:{server.Port}/a?b=c#d HTTP/1.1\r\nHost: evil.test\r\nProxy-Authorization: x\r\nX-Keep: y\r\n\r\n"), StringComparison.Ordinal);
        var seen = await server.NextAsync();
        Assert.StartsWith($"GET /a?b=c HTTP/1.1\r\nHost: allowed.test:{server.Port}\r\nConnection: close\r\n", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("evil.test", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("Proxy-Authorization", seen, StringComparison.Ordinal);
        Assert.Contains("X-Keep: y", seen, StringComparison.Ordinal);

        Assert.StartsWith("HTTP/1.1 200", await SayAsync(proxy, $"CONNECT a.many.test:{server.Port} HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("GET / HTTP/1.1", await server.NextAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET http://other.test/ HTTP/1.1\r\n\r\n", "403", "other.test is not allowed")]
    [InlineData("CONNECT other.test:443 HTTP/1.1\r\n\r\n", "403", "other.test is not allowed")]
    [InlineData("CONNECT allowed.test:22 HTTP/1.1\r\n\r\n", "403", "allowed.test:22 is not allowed")]
    [InlineData("CONNECT many.test:443 HTTP/1.1\r\n\r\n", "403", "many.test is not allowed")]
    [InlineData("CONNECT xmany.test:443 HTTP/1.1\r\n\r\n", "403", "xmany.test is not allowed")]
    [InlineData("CONNECT allowed.test.evil.test:443 HTTP/1.1\r\n\r\n", "403", "is not allowed")]
    [InlineData("CONNECT 169.254.169.254:80 HTTP/1.1\r\n\r\n", "403", "metadata addresses are refused")]
    [InlineData("CONNECT [::ffff:127.0.0.1]:443 HTTP/1.1\r\n\r\n", "403", "local and metadata addresses are refused")]
    [InlineData("GET http://2130706433/ HTTP/1.1\r\n\r\n", "400", "not a plain host")]
    [InlineData("GET http://0x7f.1/ HTTP/1.1\r\n\r\n", "400", "not a plain host")]
    [InlineData("GET http://allowed.test@other.test/ HTTP/1.1\r\n\r\n", "400", "not a plain host")]
    [InlineData("GET http://allowed.test\\@other.test/ HTTP/1.1\r\n\r\n", "400", "not a plain host")]
    [InlineData("GET https://allowed.test/ HTTP/1.1\r\n\r\n", "400", "use CONNECT")]
    [InlineData("GET / HTTP/1.1\r\nHost: allowed.test\r\n\r\n", "400", "use CONNECT")]
    [InlineData("CONNECT allowed.test HTTP/1.1\r\n\r\n", "400", "not a host and a port")]
    [InlineData("CONNECT allowed.test:443:80 HTTP/1.1\r\n\r\n", "400", "not a host and a port")]
    [InlineData("CONNECT allowed.test:0443 HTTP/1.1 x\r\n\r\n", "400", "not an HTTP request")]
    [InlineData("POST http://allowed.test/ HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "400", "two ways")]
    [InlineData("POST http://allowed.test/ HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "400", "two ways")]
    [InlineData("POST http://allowed.test/ HTTP/1.1\r\nContent-Length: +5\r\n\r\n", "400", "not a number")]
    [InlineData("POST http://allowed.test/ HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n", "400", "not chunked")]
    [InlineData("GET http://allowed.test/ HTTP/1.1\r\nA: b\r\n Host: other.test\r\n\r\n", "400", "not an HTTP request")]
    [InlineData("GET http://allowed.test/ HTTP/1.1\r\nHost : other.test\r\n\r\n", "400", "not an HTTP request")]
    [InlineData("GET http://allowed.test/\u0001 HTTP/1.1\r\n\r\n", "400", "not an HTTP request")]
    [InlineData("GET http://allowed.test/ HTTP/1.1\nHost: x\r\n\r\n", "400", "not an HTTP request")]
    public async Task Refused_with_words_and_without_asking_the_name_service(string request, string status, string words)
    {
        await using var proxy = Start(SandboxMode.WithHosts(["allowed.test", "*.many.test"]));
        var answer = await SayAsync(proxy, request);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains(words, answer, StringComparison.Ordinal);
        Assert.Empty(_resolved); // A name that is looked up has already told its owner something.
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.0.0.1")]
    [InlineData("::1")]
    [InlineData("169.254.169.254")]
    public async Task Allowed_names_that_lead_home_are_refused(string address)
    {
        await using var proxy = Start(SandboxMode.WithHosts(["allowed.test"]), Options(_ => [IPAddress.Parse(address)]));
        Assert.Contains("private, local and metadata addresses are refused", await SayAsync(proxy, "CONNECT allowed.test:443 HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(["allowed.test"], proxy.Refused);
    }

    [Fact]
    public async Task A_second_request_behind_the_first_reaches_nobody()
    {
        await using var server = new OneServer();
        await using var proxy = Start(SandboxMode.WithHosts([$"allowed.test:{server.Port}"]));
        var smuggled = $"GET http://allowed.test:{server.Port}/2 HTTP/1.1\r\nHost: other.test\r\n\r\n";
        await SayAsync(proxy, $"POST http://allowed.test:{server.Port}/1 HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody{smuggled}");
        var seen = await server.NextAsync();
        Assert.EndsWith("\r\n\r\nbody", seen, StringComparison.Ordinal);

        await SayAsync(proxy, $"POST http://allowed.test:{server.Port}/1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nbody\r\n0\r\nTrailer: x\r\n\r\n{smuggled}");
        Assert.EndsWith("\r\n\r\n4\r\nbody\r\n0\r\n\r\n", await server.NextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Others_are_asked_about_once_and_the_answer_counts()
    {
        await using var server = new OneServer();
        var mode = SandboxMode.WithHosts([], async (request, token) =>
        {
            await Task.Yield();
            lock (_asked)
            {
                _asked.Add(request);
            }
            return request.Host == "yes.test";
        });
        await using var proxy = Start(mode);
        var many = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => SayAsync(proxy, $"GET http://yes.test:{server.Port}/ HTTP/1.1\r\n\r\n")));
        Assert.All(many, answer => Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal));
        Assert.StartsWith("HTTP/1.1 403", await SayAsync(proxy, "CONNECT no.test:443 HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal([new HostRequest("yes.test", server.Port), new HostRequest("no.test", 443)], _asked);
        Assert.StartsWith("HTTP/1.1 403", await SayAsync(proxy, "CONNECT 10.0.0.1:443 HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(2, _asked.Count); // Nobody is asked what is refused anyway.
    }

    [Fact]
    public async Task Registries_are_one_grant_and_releases_another()
    {
        await using var proxy = Start(SandboxMode.WithHosts(["registries"]), Options(_ => []));
        foreach (var host in (string[])["registry.npmjs.org", "pypi.org", "files.pythonhosted.org", "static.crates.io", "api.nuget.org", "proxy.golang.org", "repo1.maven.org", "rubygems.org"])
        {
            Assert.Contains("has no address", await SayAsync(proxy, $"CONNECT {host}:443 HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
        }
        Assert.Contains("is not allowed", await SayAsync(proxy, "CONNECT github.com:443 HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Random_requests_neither_crash_it_nor_reach_a_name_that_is_not_allowed()
    {
        await using var proxy = Start(SandboxMode.WithHosts(["allowed.test:1"]));
        var random = new Random(20260301);
        string[] pieces = ["GET ", "CONNECT ", "POST ", "http://", "https://", "allowed.test", "other.test", ":1", ":443", ":", "@", "/", "\\", "#", "?", " HTTP/1.1", "\r\n", "\n", "\r", " ", "\t", "Host: ", "Content-Length: 3", "[::1]", "127.1", "\0", "é", "%2e", "..", "Transfer-Encoding: chunked"];
        for (var run = 0; run < 300; run++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => pieces[random.Next(pieces.Length)])) + "\r\n\r\n";
            await SayAsync(proxy, text);
        }
        Assert.All(_resolved, name => Assert.Equal("allowed.test", name));
        Assert.StartsWith("HTTP/1.1 403", await SayAsync(proxy, "CONNECT other.test:443 HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
    }

    private SandboxProxy Start(SandboxMode mode, SandboxNetworkOptions? options = null) => SandboxProxy.Start(Path.Combine(_folder, $"{Guid.NewGuid():N}"[..8]), mode, options ?? Options());

    private static async Task<string> SayAsync(SandboxProxy proxy, string text)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(proxy.SocketPath), Token);
        await socket.SendAsync(Encoding.Latin1.GetBytes(text), Token);
        socket.Shutdown(SocketShutdown.Send);
        var answer = new MemoryStream();
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        try
        {
            await stream.CopyToAsync(answer, Token).WaitAsync(TimeSpan.FromSeconds(20), Token);
        }
        catch (IOException)
        {
            // It hung up on us.
        }
        return Encoding.Latin1.GetString(answer.ToArray());
    }
}
