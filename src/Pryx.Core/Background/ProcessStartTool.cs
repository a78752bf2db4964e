using System.Text.Json;
using Pryx.Agent.Policy;
using Pryx.Agent.Tools;
using Pryx.Core.Files;
using Pryx.Core.Processes;
using Pryx.Core.Sandbox;
using Pryx.Core.Tools;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;

namespace Pryx.Core.Background;

/// <summary><c>process.start</c>: a command that goes on after its call. It is read, judged and held as <c>shell.exec</c> is.</summary>
/// <param name="isDaemon">False: the answer says that it ends with this command.</param>
internal sealed class ProcessStartTool(ProcessDesk desk, ShellTool shell, ProcessSpawner spawner, CommandSandbox? sandbox, bool isDaemon) : ITool
{
    /// <summary>Of the wall clock: what fails at once is said at once.</summary>
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(700);

    private const string Schema = """
        {"type":"object","properties":{
        "command":{"type":"string"},"name":{"type":"string"},"tags":{"type":"array","items":{"type":"string"}},
        "global":{"type":"boolean","description":"Go on when the session ends"},
        "workdir":{"type":"string"},"network":{"type":"array","items":{"type":"string"}},"outside_sandbox":{"type":"boolean"}},
        "required":["command"]}
        """;

    public ToolDefinition Definition { get; } = ToolSchema.Define(PolicyTools.ProcessStart, "process_start", Schema, "createBackgroundProcess", "create_background_process");

    public async ValueTask<ToolPlan> PlanAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var plan = await shell.PlanAsync(arguments, context, cancellationToken);
        var wanted = Read(arguments, context, plan);
        return plan with { Summary = $"{(wanted.IsGlobal ? "Start, until somebody stops it" : "Start in the background")}:{plan.Summary[3..]}" };
    }

    public ValueTask<ToolPreview> PreviewAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken) =>
        shell.PreviewAsync(arguments, plan, context, cancellationToken);

    public async Task<ToolOutcome> InvokeAsync(ToolArguments arguments, ToolPlan plan, ToolContext context, CancellationToken cancellationToken)
    {
        var state = context.Sandbox.IsOn ? await spawner.SandboxStateAsync() : null;
        if (state is not null && sandbox is null)
        {
            return ToolOutcome.Error("The command must run in a sandbox and this process has none; nothing was run.");
        }
        BackgroundProcess process;
        try
        {
            process = await desk.StartAsync(Read(arguments, context, plan), context.Secrets, token => SpawnAsync(plan, context, state, token), cancellationToken);
        }
        catch (Exception e) when (e is SpawnException or PryxException)
        {
            return ToolOutcome.Error(e is PryxException { Next: { } next } ? $"{e.Message} {next}" : e.Message);
        }
        try
        {
            await process.Ended.WaitAsync(FirstLook, TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException)
        {
            // As it should be.
        }
        var isRunning = process.IsRunning;
        _ = isRunning || process.TellOnce();
        var text = isRunning
            ? $"Started {process.Id}. process_read shows its output, process_stop ends it.{(isDaemon ? "" : " It runs as long as this pryx command does; under pryx serve it would go on.")}\n"
            : "It ended at once, which a background process should not.\n";
        var outcome = new ToolOutcome(isRunning || process.ExitCode == 0 ? ToolStatus.Completed : ToolStatus.Failed,
            text + ProcessText.Of(process.Body(ProcessDesk.ListedLines, withPorts: true), desk.Now));
        return process.Wanted.Source is { } source ? outcome with { Provenance = Provenance.Untrusted, Source = source } : outcome;
    }

    private async Task<(RunningProcess Child, SandboxRun? Sandbox)> SpawnAsync(ToolPlan plan, ToolContext context, SandboxState? state, CancellationToken cancellationToken)
    {
        var request = shell.RequestOf(plan, context, null);
        if (WorkspacePath.Canonicalize(request.WorkingDirectory) != request.WorkingDirectory)
        {
            throw new SpawnException($"The working directory {request.WorkingDirectory} was replaced after the command was judged; nothing was run.");
        }
        var run = state is null ? null : sandbox!.Open(context with { Sandbox = WhileAsked(context.Sandbox) }, state);
        try
        {
            return (await spawner.StartAsync(request with { Sandbox = run?.Profile }, cancellationToken), run);
        }
        catch
        {
            if (run is not null)
            {
                await run.DisposeAsync();
            }
            throw;
        }
    }

    // New hosts are asked about as long as the turn is there to ask; afterwards those that are known are all there are.
    private static SandboxMode WhileAsked(SandboxMode mode) => mode.AskHostAsync is not { } askAsync ? mode : mode with
    {
        AskHostAsync = async (host, token) =>
        {
            try
            {
                return await askAsync(host, token);
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        },
    };

    // What is kept and shown of it has placeholders; the plan has the values.
    private static NewProcess Read(ToolArguments arguments, ToolContext context, ToolPlan plan)
    {
        var command = context.Secrets.Mask(arguments.Find("command", "cmd") is { ValueKind: JsonValueKind.String } text ? text.GetString()!.Trim() : plan.Summary);
        var wanted = ProcessOptions.Read(arguments, new NewProcess(ProcessOptions.OneLine(command), command, context.SessionId, context.Workspace, context.Model is null ? "user" : "agent")
        {
            Source = ShellTool.SourceOf(plan, context),
        });
        return wanted with { Name = context.Secrets.Mask(wanted.Name), Tags = [.. wanted.Tags.Select(context.Secrets.Mask)] };
    }
}
