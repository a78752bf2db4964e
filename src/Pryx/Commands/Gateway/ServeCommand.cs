using System.CommandLine;
using Pryx.Host;
using Pryx.Host.Service;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Gateway;

/// <summary><c>pryx serve</c>, and <c>core</c>, which is what the host starts and what <c>pryx-core</c> is without a command.</summary>
internal static class ServeCommand
{
    private static readonly TimeSpan UnusedPatience = TimeSpan.FromMinutes(1);
    private static readonly string[] HelpWords = ["help", "-h", "--help", "-?", "--version", "-V"];

    /// <summary>What was typed, as a command of this executable: <c>pryx-core</c> without one is Core, and its <c>serve</c> has no host.</summary>
    public static string[] Translate(string name, string[] args) => name != "pryx-core" ? args : args switch
    {
        [] => ["core"],
        ["serve", .. var rest] => ["core", .. rest],
        [var first, ..] when first.StartsWith('-') && !HelpWords.Contains(first) => ["core", .. args],
        _ => args,
    };

    public static Command Create(CommandIo io) =>
        Create(io, new Command("serve", "Run Pryx in the background: sessions, turns and approvals for every surface"), isCore: false).WithExamples(
            """
            pryx serve
            pryx serve --port 8080
            pryx serve --listen 0.0.0.0:3001    # reachable from other machines, which need a token
            """);

    public static Command CreateCore(CommandIo io) => Create(io, new Command("core", "Run Core without a host") { Hidden = true }, isCore: true);

    private static Command Create(CommandIo io, Command command, bool isCore)
    {
        var port = new Option<int?>("--port") { Description = "Listen on this port (default: 42424, else the one of last time, else any free one)" };
        var listen = new Option<string?>("--listen") { Description = "Listen on this address, such as :8080, 127.0.0.1:8080 or :0 for a free port", HelpName = "address" };
        var noAuth = new Option<bool>("--no-auth") { Description = "Let every program on this machine use it without a token" };
        var headless = new Option<bool>("--headless") { Description = "Nobody sits at this machine; what a daemon assumes anyway" };
        var noSupervisor = new Option<bool>("--no-supervisor") { Description = "Run Core alone, for containers: whoever started it starts it again", Hidden = isCore };
        var whileUsed = new Option<bool>("--while-used") { Description = "End a minute after nobody uses it any more and nothing is open: how the terminal UI starts it" };
        var hostPid = new Option<int?>("--host-pid") { Hidden = true };
        command.Add(port);
        command.Add(listen);
        command.Add(noAuth);
        command.Add(headless);
        command.Add(noSupervisor);
        command.Add(whileUsed);
        command.Add(hostPid);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (!isCore && !parsed.GetValue(noSupervisor))
            {
                return HostProcess.Run([.. parsed.Tokens.Select(token => token.Value).Where(word => word != "serve")]);
            }
            var isReady = false;
            // Without a host, whoever started Core hears from Core itself.
            using var notice = ServiceNotice.Of(ProcessEnvironment.Variable, Environment.ProcessId);
            var host = parsed.GetValue(hostPid);
            try
            {
                await CoreProcess.RunAsync(new CoreRun
                {
                    Port = parsed.GetValue(port),
                    Listen = parsed.GetValue(listen),
                    HasAuthentication = !parsed.GetValue(noAuth),
                    WorkingDirectory = io.WorkingDirectory,
                    HostPid = host,
                    EndsUnused = parsed.GetValue(whileUsed) ? UnusedPatience : null,
                    OnWarning = warning => io.Error.WriteLine($"Warning: {SafeText.Of(warning)}"),
                    OnReady = url =>
                    {
                        isReady = true;
                        io.Out.WriteLine($"Pryx is ready at {url.ToString().TrimEnd('/')}");
                        io.Out.Flush();
                        notice?.Ready(io.Time);
                    },
                }, cancellationToken);
                return ExitCodes.Ok;
            }
            catch (PryxException e) when (host is not null && !isReady)
            {
                ErrorReport.Show(io, e, isVerbose: false);
                return ExitCodes.Refused;
            }
        });
        return command;
    }
}
