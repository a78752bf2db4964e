using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pryx.Core.Configuration;
using Pryx.Core.Network;

namespace Pryx.Core.Tests.Network;

public sealed class HostNameTests
{
    private static readonly int Runs = int.TryParse(EnvironmentSettings.Read("PRYX_FUZZ_HOSTS"), CultureInfo.InvariantCulture, out var runs) ? runs : 20_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("example.org", "example.org")]
    [InlineData("Example.ORG.", "example.org")]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example")]
    [InlineData("a_b.example.org", "a_b.example.org")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("1.1.1.1.", "1.1.1.1")]
    [InlineData("[::1]", "::1")]
    [InlineData("0:0:0:0:0:0:0:1", "::1")]
    [InlineData("[::ffff:127.0.0.1]", "::ffff:127.0.0.1")]
    [InlineData("3com.example", "3com.example")]
    public void One_way_to_read(string text, string expected) => Assert.Equal(expected, HostName.Read(text, out _)!.Text);

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("2130706433")]
    [InlineData("017700000001")]
    [InlineData("0x7f000001")]
    [InlineData("0x7f.1")]
    [InlineData("127.1")]
    [InlineData("127.0.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("127.0.0.01")]
    [InlineData("127.0.0.0x1")]
    [InlineData("1.2.3.4.5")]
    [InlineData("256.1.1.1")]
    [InlineData("4294967297")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("-a.example")]
    [InlineData("a-.example")]
    [InlineData("exa mple.org")]
    [InlineData("example.org\0.evil")]
    [InlineData("example.org#evil")]
    [InlineData("user@example.org")]
    [InlineData("exаmple.org")]
    [InlineData("１２７.0.0.1")]
    [InlineData("127。0。0。1")]
    [InlineData("[::1%lo]")]
    [InlineData("fe80::1%1")]
    [InlineData("[::1")]
    [InlineData("::1]")]
    [InlineData("[127.0.0.1]")]
    [InlineData("::g")]
    [InlineData("[::1]/64")]
    public void Anything_else_is_nothing(string text)
    {
        Assert.Null(HostName.Read(text, out var why));
        Assert.NotEmpty(why!);
    }

    [Fact]
    public async Task A_name_is_resolved_once_and_the_address_that_was_judged_is_the_one_connected_to()
    {
        using var server = new TcpListener(IPAddress.Parse("127.0.0.2"), 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        var answers = new Queue<IPAddress>([IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3")]);
        using var socket = await GuardedConnection.OpenAsync("rebind.test", port, address => address.ToString() == "127.0.0.2", (_, _) => Task.FromResult(new[] { answers.Dequeue() }), Token);
        Assert.Equal("127.0.0.2", ((IPEndPoint)socket.RemoteEndPoint!).Address.ToString());
        Assert.Single(answers);
        await Assert.ThrowsAsync<AddressRefusedException>(() => GuardedConnection.OpenAsync(
            "rebind.test", port, address => address.ToString() == "127.0.0.2", (_, _) => Task.FromResult(new[] { answers.Dequeue() }), Token));
    }

    /// <summary>
    /// Random spellings of hosts, judged by us and by somebody else: the C library and the kernel, which resolve the text and connect to
    /// listeners on addresses of this machine. Whatever they would reach here must be refused. PRYX_FUZZ_HOSTS=10000000 for more.
    /// </summary>
    [Fact]
    public void No_spelling_of_this_machine_is_taken_for_the_internet()
    {
        var random = new Random(20260301);
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start(1);
        var connected = 0;
        for (var run = 0; run < Runs; run++)
        {
            var text = Spelling(random);
            var name = HostName.Read(text, out _);
            var isAllowed = name?.Address is { } address && PublicAddress.IsPublic(address);
            // A literal address in the eyes of the C library: inet_aton's forms, IPv6, mapped and the like.
            if (Libc.Address(name?.Text ?? text.Trim('[', ']')) is not { } meant)
            {
                continue;
            }
            connected += Libc.IsLocal(meant) ? 1 : 0;
            Assert.False(isAllowed && Libc.IsLocal(meant), $"'{text}' is {meant}");
            // What they take for an address must not pass as a name: a resolver would hand it on to them.
            Assert.False(name is { Address: null }, $"'{text}' passes as a name and is {meant}");
            Assert.True(name?.Address is null || name.Address.Equals(meant), $"'{text}' is {name?.Address} and {meant}");
        }
        Assert.True(connected > Runs / 100, $"{connected} of {Runs}");
    }

    private static readonly string[] Local = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "172.16.5.4", "100.64.1.1", "0.0.0.0", "8.8.8.8", "1.1.1.1", "127.255.255.254"];

    private static string Spelling(Random random)
    {
        var bytes = random.Next(3) == 0 ? [(byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)] : IPAddress.Parse(Local[random.Next(Local.Length)]).GetAddressBytes();
        string Part(uint value) => random.Next(4) switch
        {
            0 => $"0x{value:x}", 1 => "0" + Convert.ToString(value, 8), 2 => "0x" + new string('0', random.Next(4)) + $"{value:X}", _ => $"{value}",
        };
        var number = (uint)(bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3]);
        var text = random.Next(9) switch
        {
            0 => Part(number),
            1 => $"{Part(bytes[0])}.{Part(number & 0xffffff)}",
            2 => $"{Part(bytes[0])}.{Part(bytes[1])}.{Part(number & 0xffff)}",
            3 => $"{Part(bytes[0])}.{Part(bytes[1])}.{Part(bytes[2])}.{Part(bytes[3])}",
            4 => $"::ffff:{new IPAddress(bytes)}",
            5 => $"::{new IPAddress(bytes)}",
            6 => $"64:ff9b::{new IPAddress(bytes)}",
            7 => $"2002:{bytes[0]:x2}{bytes[1]:x2}:{bytes[2]:x2}{bytes[3]:x2}::",
            _ => $"{new IPAddress(bytes)}",
        };
        if (random.Next(5) == 0)
        {
            var at = random.Next(text.Length + 1);
            text = text.Insert(at, ((string[])[".", "0", "x", " ", "%", "[", "]", "\t", "e", "-", "_", "\0", "１", "#"])[random.Next(14)]);
        }
        return random.Next(6) switch { 0 => $"[{text}]", 1 => text + ".", 2 => text.ToUpperInvariant(), _ => text };
    }
}
