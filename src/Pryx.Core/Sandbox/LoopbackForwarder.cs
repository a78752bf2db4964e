using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Pryx.Core.Sandbox;

/// <summary>
/// This executable inside a sandbox: programs know proxies by host and port, the sandbox has only a Unix socket that leads out. It
/// listens on the sandbox's own loopback, passes bytes, runs the command, and ends as the command ends.
/// </summary>
public static class LoopbackForwarder
{
    /// <summary>Hidden; followed by the socket, <c>--</c> and the command.</summary>
    public const string Argument = "__sandbox-forward";

    /// <summary>Nothing else listens in a network namespace of one's own.</summary>
    private const int Port = 3128;
    public const string Url = "http://127.0.0.1:3128";

    /// <summary>/dev is always the sandbox's own.</summary>
    internal const string SocketInside = "/dev/pryx-proxy";

    public static bool IsAsked(string[] args) => args is [Argument, _, "--", _, ..];

    /// <returns>The command's exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var proxy = new UnixDomainSocketEndPoint(args[1]);
        // Whoever ends the tree asks everybody in it; this one goes when the command is gone.
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, static context => context.Cancel = true);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static context => context.Cancel = true);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, static context => context.Cancel = true);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
            listener.Listen(128);
            _ = AcceptAsync(listener, proxy);
            using var command = new Process { StartInfo = new(args[3], args[4..]) { UseShellExecute = false } };
            command.Start();
            await command.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            return command.ExitCode;
        }
        catch (Exception e) // The edge of a process.
        {
            await Console.Error.WriteLineAsync($"pryx-sandbox: {e.Message}; nothing was run").ConfigureAwait(false);
            return SandboxExec.FailureCode;
        }
    }

    private static async Task AcceptAsync(Socket listener, EndPoint proxy)
    {
        while (true)
        {
            Socket near;
            try
            {
                near = await listener.AcceptAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
            _ = PassAsync(near, proxy);
        }
    }

    private static async Task PassAsync(Socket near, EndPoint proxy)
    {
        using (near)
        {
            try
            {
                using var far = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await far.ConnectAsync(proxy).ConfigureAwait(false);
                await SocketPipe.JoinAsync(near, far, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
            {
                // One of the two is gone, and so is the other.
            }
        }
    }
}
