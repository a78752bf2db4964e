using System.Globalization;
using System.Text;
using System.Text.Json;
using Pryx.Agent.Shell;
using Pryx.Agent.Tools;
using Pryx.Core.Files;
using Pryx.Core.Network;
using Pryx.Core.Sandbox;
using Pryx.Core.Tools;
using Pryx.Protocol.Approvals;
using Pryx.Protocol.Items;

namespace Pryx.Core.Processes;

/// <summary><c>shell.exec</c>: one command line, its whole process tree ended with it.</summary>
public sealed class ShellTool : ITool
{
    private const int DefaultTimeoutMs = 120_000;
    private const int MaxTimeoutMs = 600_000;

    /// <summary>In bytes; the kernel takes 128 KiB in one argument.</summary>
    private const int MaxCommandLength = 100_000;

    /// <summary>For whoever holds the output open after the command and its tree are gone.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromMilliseconds(500);

    private const string Schema = """
        {"type":"object","properties":{
        "command":{"type":"string","description":"One shell command line"},
        "timeout_ms":{"type":"integer","minimum":1,"maximum":600000,"description":"Default 120000"},
        "workdir":{"type":"string","description":"Folder to run in; default is the workspace"},
        "env":{"type":"object","additionalProperties":{"type":"string"},"description":"Additional variables"},
        "network":{"type":"array","items":{"type":"string"},"description":"Hosts the command must reach; the user is asked"},
        "outside_sandbox":{"type":"boolean","description":"Run without the sandbox because it can not work inside; the user is asked"}},
        "required":["command"]}
        """;

    private readonly ProcessSpawner _spawner;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly CommandSandbox? _sandbox;

    /// <param name="environment">What children may see of; null for this process's own. Secrets in it never reach a child.</param>
    /// <param name="sandbox">Null: a call that must be sandboxed is not run.</param>
    public ShellTool(ProcessSpawner spawner, IReadOnlyDictionary<string, string>? environment = null, CommandSandbox? sandbox = null)
    {
        _spawner = spawner;
        _sandbox = sandbox;
        _environment = environment ?? ChildEnvironment.Own();
    }

    public ToolDefinition Definition { get; } = ToolSchema.Define("shell.exec", "shell_exec", Schema, "exec", "shell", "bash", "shell_execute");

    public ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var run = Read(arguments, context, out var isInside);
        var script = ShellScript.Parse(run.Command, Dialect);
        var accesses = new List<ToolAccess>();
        if (!isInside)
        {
            accesses.Add(new ToolAccess(AccessKind.Read, run.WorkingDirectory));
        }
        if (script.Unclear is not null)
        {
            // The line as a whole, and what was understood of it: a rule that denies may still match either.
            accesses.Add(new ToolAccess(AccessKind.Execute, run.Command.Trim()));
        }
        ShellAccesses.Add(accesses, script, run.WorkingDirectory, context.Workspace);
        AddWishes(accesses, arguments, run);
        var variable = run.Environment?.Keys.FirstOrDefault(name => !ShellScript.IsHarmlessVariable(name));
        var unclear = OperatingSystem.IsWindows() ? "Commands are not taken apart on Windows yet."
            : script.Unclear is { } reason ? $"The command {reason}."
            : variable is not null ? $"The call sets {variable}, which may change what the command does."
            : null;
        return ValueTask.FromResult(new ToolPlan($"Run {OneLine(run.Command)}", accesses)
        {
            GrantPattern = unclear is null ? ShellPrograms.GrantPattern(script) : null,
            Unclear = unclear,
            IsReadable = script.Tree is not null,
            State = run,
        });
    }

    public ValueTask<ToolPreview> PreviewAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var run = (ShellRun)plan.State!;
        var text = new StringBuilder(run.Command);
        if (run.WorkingDirectory != context.Workspace)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n# in {run.WorkingDirectory}");
        }
        foreach (var (name, value) in run.Environment ?? new Dictionary<string, string>())
        {
            text.Append(CultureInfo.InvariantCulture, $"\n# with {name}={value}");
        }
        return ValueTask.FromResult(new ToolPreview(PreviewKind.Command, text.ToString()));
    }

    public async Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var run = (ShellRun)plan.State!;
        if (WorkspacePath.Canonicalize(run.WorkingDirectory) != run.WorkingDirectory)
        {
            return ToolOutcome.Error($"The working directory {run.WorkingDirectory} was replaced after the command was judged; nothing was run.");
        }
        var state = context.Sandbox.IsOn ? await _spawner.SandboxStateAsync().ConfigureAwait(false) : null;
        if (state is not null && _sandbox is null)
        {
            return ToolOutcome.Error("The command must run in a sandbox and this process has none; nothing was run.");
        }
        // Ends after the child: what it does then is done when nothing of the command is left.
        await using var sandbox = state is null ? null : _sandbox!.Open(context, state);
        var request = RequestOf(plan, context, sandbox?.Profile) with { Memory = context.Memory };
        var fileName = $"shell-{Guid.NewGuid():N}";
        using var stdout = new OutputCapture("stdout", Path.Combine(context.OutputDirectory, fileName + ".stdout.txt"), context.OnOutput, context.Secrets);
        using var stderr = new OutputCapture("stderr", Path.Combine(context.OutputDirectory, fileName + ".stderr.txt"), context.OnOutput, context.Secrets);

        RunningProcess child;
        try
        {
            child = await _spawner.StartAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (SpawnException e)
        {
            return ToolOutcome.Error(e.Message);
        }
        await using (child)
        {
            var pumps = Task.WhenAll(stdout.PumpAsync(child.StandardOutput), stderr.PumpAsync(child.StandardError));
            var timedOut = await EndsInTimeAsync(child, run.Timeout, context.Time, cancellationToken).ConfigureAwait(false) is false;
            cancellationToken.ThrowIfCancellationRequested();
            var exitCode = await child.Exited.ConfigureAwait(false);
            child.KillTree();
            try
            {
                await pumps.WaitAsync(DrainTime, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // Somebody who escaped holds the pipe; what the command itself wrote is here.
            }
            var outcome = Report(exitCode, timedOut ? run.Timeout : null, stdout.Snapshot(), stderr.Snapshot());
            outcome = SourceOf(plan, context) is { } source ? outcome with { Provenance = Provenance.Untrusted, Source = source } : outcome;
            return sandbox is null ? outcome : WithNotes(outcome, sandbox.Close(outcome));
        }
    }

    /// <summary>The planned command as a child, for whoever starts it in another way than this tool.</summary>
    internal SpawnRequest RequestOf(ToolPlan plan, ToolContext context, SandboxProfile? sandbox)
    {
        var run = (ShellRun)plan.State!;
        var (shell, options) = SystemShell;
        return new SpawnRequest(shell, [.. options, run.Command])
        {
            Sandbox = sandbox,
            WorkingDirectory = run.WorkingDirectory,
            Environment = ChildEnvironment.Build(_environment, context.Environment, run.Environment),
        };
    }

    /// <summary>Whose words its output may be: of whoever wrote the folder's files, or of the hosts that it could reach; null for nobody's but the user's.</summary>
    internal static string? SourceOf(ToolPlan plan, ToolContext context)
    {
        var run = (ShellRun)plan.State!;
        var hosts = string.Join(", ", plan.Accesses.Where(static access => access.Kind == AccessKind.Network).Select(static access => access.Target));
        return hosts.Length > 0 ? hosts
            : context.Sandbox is { IsOn: true, AskHostAsync: not null } || plan.Accesses.Any(static access => access.NeedsNetwork) ? $"the network, by '{OneLine(run.Command)}'"
            : context.IsTrusted ? null
            : $"'{OneLine(run.Command)}' in a folder that is not trusted";
    }

    // Behind the first line: where the output of the command begins is counted from the end.
    private static ToolOutcome WithNotes(ToolOutcome outcome, IReadOnlyList<string> notes)
    {
        var end = outcome.Text.IndexOf('\n', StringComparison.Ordinal);
        return notes.Count == 0 ? outcome : outcome with { Text = outcome.Text.Insert(end < 0 ? outcome.Text.Length : end, string.Concat(notes.Select(note => $"\nNote: {note}"))) };
    }

    /// <returns>False when the time was over; then, and when the token was cancelled, the whole tree is gone.</returns>
    private static async Task<bool> EndsInTimeAsync(RunningProcess child, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await child.Exited.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            await child.EndTreeAsync().ConfigureAwait(false);
            return false;
        }
    }

    private static ToolOutcome Report(int exitCode, TimeSpan? timeout, (string Text, string? FilePath) stdout, (string Text, string? FilePath) stderr)
    {
        var text = new StringBuilder($"exit code {exitCode}");
        if (timeout is { } limit)
        {
            text.Append(CultureInfo.InvariantCulture, $" (timed out after {limit.TotalMilliseconds:0} ms; the command and everything it started were ended)");
        }
        else if (exitCode > 128 && UnixSignals.NameOf(exitCode - 128) is { } signal)
        {
            text.Append(CultureInfo.InvariantCulture, $" ({signal})");
        }
        var outLength = AppendStream(text, CommandOutcome.StdoutHeading, stdout.Text);
        var errLength = AppendStream(text, CommandOutcome.StderrHeading, stderr.Text);
        if (stdout.Text.Length == 0 && stderr.Text.Length == 0)
        {
            text.Append("\n(no output)");
        }
        return new ToolOutcome(exitCode == 0 && timeout is null ? ToolStatus.Completed : ToolStatus.Failed, text.ToString())
        {
            FullOutputPath = stdout.FilePath ?? stderr.FilePath,
            Command = new CommandOutcome(exitCode, timeout is not null, outLength, errLength),
        };
    }

    /// <returns>The characters of the stream's own text.</returns>
    private static int AppendStream(StringBuilder text, string heading, string output)
    {
        var shown = output.TrimEnd('\n');
        if (output.Length > 0)
        {
            text.Append(heading).Append(shown);
        }
        return shown.Length;
    }

    // What the model knows to be needed is asked with the command, rather than found out by its failing.
    private static void AddWishes(List<ToolAccess> accesses, ToolArguments arguments, ShellRun run)
    {
        var command = run.Command.Trim();
        foreach (var host in arguments.OptionalStrings("network"))
        {
            var colon = host.LastIndexOf(':');
            var name = colon > 0 && !host.EndsWith(']') && int.TryParse(host.AsSpan(colon + 1), out _) ? host[..colon] : host;
            if (HostName.Read(name, out var why) is null)
            {
                throw new ToolArgumentException($"The host '{host}' in 'network' can not be used: {why}. Write 'example.org' or 'example.org:8443'.");
            }
            accesses.Add(new ToolAccess(AccessKind.Network, host.ToLowerInvariant()) { IsInferred = true, Command = command });
        }
        if (arguments.OptionalBool("outside_sandbox", otherwise: false))
        {
            accesses.Add(new ToolAccess(AccessKind.Execute, command) { Boundary = "The agent says that it can not work inside the sandbox." });
        }
    }

    private static ShellRun Read(ToolArguments arguments, ToolContext context, out bool isInside)
    {
        var command = arguments.Find("command", "cmd") is { ValueKind: JsonValueKind.Array } words
            ? string.Join(' ', words.EnumerateArray().Select(word => Quote(word.ValueKind == JsonValueKind.String ? word.GetString()! : word.GetRawText())))
            : arguments.RequireString("command", "cmd");
        if (string.IsNullOrWhiteSpace(command))
        {
            throw new ToolArgumentException("The argument 'command' is empty. Send one shell command line.");
        }
        if (command.Contains('\0', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(command) > MaxCommandLength)
        {
            throw new ToolArgumentException($"The argument 'command' must be at most {MaxCommandLength} bytes without NUL. Write long text to a file first.");
        }
        var folder = WorkspacePath.Resolve(context.Workspace, arguments.OptionalString("workdir", "cwd") ?? ".");
        isInside = folder.IsInsideWorkspace;
        return new ShellRun(
            command, folder.Canonical, TimeSpan.FromMilliseconds(arguments.OptionalInt("timeout_ms", 1, MaxTimeoutMs) ?? DefaultTimeoutMs), Variables(arguments));
    }

    private static Dictionary<string, string>? Variables(ToolArguments arguments)
    {
        if (arguments.Find("env") is not { } env)
        {
            return null;
        }
        if (env.ValueKind != JsonValueKind.Object || env.EnumerateObject().Any(variable =>
            variable.Name.Length == 0 || variable.Name.Contains('=', StringComparison.Ordinal) || variable.Name.Contains('\0', StringComparison.Ordinal)
            || (variable.Value.ValueKind == JsonValueKind.String && variable.Value.GetString()!.Contains('\0', StringComparison.Ordinal))))
        {
            throw new ToolArgumentException("The argument 'env' must be an object of names and strings.");
        }
        return env.EnumerateObject().ToDictionary(
            variable => variable.Name, variable => variable.Value.ValueKind == JsonValueKind.String ? variable.Value.GetString()! : variable.Value.GetRawText());
    }

    // bash because that is what models write; its absence is no reason to refuse.
    private static readonly (string Program, string[] Options) SystemShell =
        OperatingSystem.IsWindows() ? (Path.Combine(Environment.SystemDirectory, "cmd.exe"), ["/d", "/s", "/c"])
        : new[] { "/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash", "/run/current-system/sw/bin/bash" }.FirstOrDefault(File.Exists) is { } bash ? (bash, ["-c"])
        : ("/bin/sh", ["-c"]);

    // Where it is not certain that bash runs it, what only bash reads in that way is unclear.
    private static readonly ShellDialect Dialect = SystemShell.Program.EndsWith("bash", StringComparison.Ordinal) ? ShellDialect.Bash : ShellDialect.Posix;

    private static string Quote(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static string OneLine(string command)
    {
        var line = command.Trim().ReplaceLineEndings(" ⏎ ");
        return line.Length <= 120 ? line : line[..119] + "…";
    }

    private sealed record ShellRun(string Command, string WorkingDirectory, TimeSpan Timeout, IReadOnlyDictionary<string, string>? Environment);
}
