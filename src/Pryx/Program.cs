using System.Reflection;
using System.Text;
using Pryx.Commands;
using Pryx.Host;
using Pryx.Terminal;
using Pryx.Tui;

// One executable under several names (pryx, pryx-core, pryx-tui): the name it was called by says what it is.
var name = Path.GetFileNameWithoutExtension(Environment.ProcessPath) is { Length: > 0 } called && called.StartsWith("pryx-", StringComparison.Ordinal) ? called : "pryx";

// Scripts and completions ask for the version all the time: it must not wait for a command line to be built.
if (args is ["--version"] or ["-V"])
{
    var version = typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
    using var output = Console.OpenStandardOutput();
    output.Write(Encoding.UTF8.GetBytes($"{name} {version}\n"));
    return 0;
}

// Started by ourselves, inside or in front of a sandbox: as fast as possible, and nothing else.
if (SandboxProcess.IsAsked(args))
{
    return await SandboxProcess.RunAsync(args);
}

// The host stays small: it builds no command line and loads nothing of Core.
if (HostProcess.IsAsked(name, args))
{
    return HostProcess.Run(args[1..]);
}

// The first frame must not wait for a command line to be built.
if (TuiProgram.IsAsked(name, args))
{
    return await TuiProgram.RunAsync(CommandIo.ForProcess(), new CoreLink(), name, args);
}

return await CommandLine.RunAsync(CommandIo.ForProcess(), name, args);
