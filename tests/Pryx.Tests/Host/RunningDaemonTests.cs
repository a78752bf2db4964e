using System.Net;
using System.Net.Sockets;
using System.Text;
using Pryx.Core.Configuration;
using Pryx.Core.Hosting;
using Pryx.Host;
using Pryx.Testing;

namespace Pryx.Tests.Host;

public sealed class RunningDaemonTests : IDisposable
{
    private readonly TempHome _home = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
    private PryxPaths Paths => new(_home.Home, _home.Data);

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_daemon_is_found_with_its_address_and_token_until_it_ends()
    {
        Assert.Null(await RunningDaemon.FindAsync(Paths, Cancellation));
        await using (var daemon = await StartAsync())
        {
            var found = await RunningDaemon.FindAsync(Paths, Cancellation);

            Assert.Equal(daemon.Url.Port, found!.Url.Port);
            using var http = found.CreateHttp();
            using var answer = await http.GetAsync("/api/v1/nothing", Cancellation);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
        Assert.Null(await RunningDaemon.FindAsync(Paths, Cancellation));
    }

    [Fact]
    public async Task Another_program_at_the_port_of_a_killed_daemon_never_sees_the_token()
    {
        await (await StartAsync()).DisposeAsync();
        using var thief = new TcpListener(IPAddress.Loopback, 0);
        thief.Start();
        var heard = AnswerAsync(thief);
        await File.WriteAllTextAsync(Paths.RuntimePort, ((IPEndPoint)thief.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture), Cancellation);

        Assert.Null(await RunningDaemon.FindAsync(Paths, Cancellation));

        var request = await heard;
        Assert.Contains("GET /health", request, StringComparison.Ordinal);
        Assert.DoesNotContain((await File.ReadAllTextAsync(Paths.CoreToken, Cancellation)).Trim(), request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_or_that_is_no_port_is_no_daemon()
    {
        await (await StartAsync()).DisposeAsync();
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            await File.WriteAllTextAsync(Paths.RuntimePort, ((IPEndPoint)free.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture), Cancellation);
        }
        Assert.Null(await RunningDaemon.FindAsync(Paths, Cancellation));

        foreach (var text in new[] { "", "abc", "99999999999", "-1", "700000" })
        {
            await File.WriteAllTextAsync(Paths.RuntimePort, text, Cancellation);
            Assert.Null(await RunningDaemon.FindAsync(Paths, Cancellation));
        }
    }

    private Task<Daemon> StartAsync() => Daemon.StartAsync(
        new CoreOptions { Paths = Paths, Settings = new Settings(static _ => null) },
        new GatewayOptions { Endpoints = [new IPEndPoint(IPAddress.Loopback, 0)], WorkingDirectory = _home.Workspace }, Cancellation);

    // A healthy answer without the proof.
    private static async Task<string> AnswerAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync(Cancellation);
        var stream = client.GetStream();
        var buffer = new byte[4096];
        var read = await stream.ReadAsync(buffer, Cancellation);
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Pryx-Proof: 00\r\n\r\n{}"u8.ToArray(), Cancellation);
        return Encoding.UTF8.GetString(buffer, 0, read);
    }
}
