using System.Diagnostics;
using System.Text;
using Pryx.Agent.Tools;
using Pryx.Core.Processes;
using Pryx.Core.Sandbox;

namespace Pryx.Core.Hooks;

/// <summary>Runs a hook's program: in the sandbox of the folder, its input on standard input, its whole tree ended with it.</summary>
/// <param name="hooksFolder">Where the user keeps the programs of their hooks: readable inside.</param>
/// <param name="runsUnconfined">Whether a folder's hooks run where there is no sandbox.</param>
public sealed class HookProcess(ProcessSpawner spawner, CommandSandbox sandbox, Func<IReadOnlyDictionary<string, string>> environment, string hooksFolder, Func<bool> runsUnconfined)
{
    private const int MaxOutput = 256 * 1024;
    private static readonly TimeSpan DrainTime = TimeSpan.FromMilliseconds(500);
    private static readonly string Shell = File.Exists("/bin/bash") ? "/bin/bash" : "/bin/sh";

    /// <param name="context">Where it happens.</param>
    /// <returns>Also when it could not be run: then with why.</returns>
    public async Task<HookRun> RunAsync(HookDefinition hook, string input, ToolContext context, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var state = await spawner.SandboxStateAsync();
        if (state.Level == SandboxLevel.None && hook.Origin == HookOrigin.Workspace && !runsUnconfined())
        {
            return Failed("there is no sandbox on this machine, and a folder's hooks run nowhere else (config hooks_unconfined)");
        }
        var place = context with { Sandbox = hook.Hosts.Count > 0 ? SandboxMode.WithHosts(hook.Hosts) : SandboxMode.NoNetwork };
        await using var run = state.Level == SandboxLevel.None ? null : sandbox.Open(place, state);
        var profile = run?.Profile is { } inside && hook.Origin == HookOrigin.User && Directory.Exists(hooksFolder) ? inside with { Visible = [.. inside.Visible, hooksFolder] } : run?.Profile;
        var request = new SpawnRequest(Shell, ["-c", hook.Command])
        {
            WorkingDirectory = context.Workspace,
            Environment = ChildEnvironment.Build(environment(), context.Environment, new Dictionary<string, string>
            {
                ["PRYX_PROJECT_DIR"] = context.Workspace,
                ["CLAUDE_PROJECT_DIR"] = context.Workspace,
                ["PRYX_HOOK_EVENT"] = hook.Event,
            }),
            Sandbox = profile,
            Memory = context.Memory,
            KeepsInput = true,
        };
        RunningProcess child;
        try
        {
            child = await spawner.StartAsync(request, cancellationToken);
        }
        catch (SpawnException e)
        {
            return Failed($"it could not be started: {e.Message}");
        }
        await using (child)
        {
            var (stdout, stderr) = (ReadAsync(child.StandardOutput), ReadAsync(child.StandardError));
            try
            {
                var feeding = FeedAsync(child.StandardInput!, input, cancellationToken);
                await child.Exited.WaitAsync(hook.Timeout, context.Time, cancellationToken);
                child.KillTree();
                await Task.WhenAny(Task.WhenAll(feeding, stdout, stderr), Task.Delay(DrainTime, context.Time, cancellationToken));
            }
            catch (TimeoutException)
            {
                await child.EndTreeAsync();
                return Failed($"it did not end within {hook.Timeout.TotalSeconds:0} s");
            }
            catch (OperationCanceledException)
            {
                await child.EndTreeAsync();
                throw;
            }
            var exit = await child.Exited;
            return exit is 126 or 127
                ? Failed($"its command could not be run (exit code {exit}): {Skills.HiddenText.Line(await TextOfAsync(stderr), 300)}")
                : new(hook, exit, await TextOfAsync(stdout), await TextOfAsync(stderr), null, Stopwatch.GetElapsedTime(started));
        }

        HookRun Failed(string why) => new(hook, -1, "", "", why, Stopwatch.GetElapsedTime(started));
    }

    // Somebody who escaped may hold the pipe: what the program itself wrote may not have come to its end then.
    private static async Task<string> TextOfAsync(Task<string> reading) => reading.IsCompletedSuccessfully ? await reading : "";

    private static async Task FeedAsync(Stream stdin, string input, CancellationToken cancellationToken)
    {
        try
        {
            await using (stdin)
            {
                await stdin.WriteAsync(Encoding.UTF8.GetBytes(input), cancellationToken);
            }
        }
        catch (IOException)
        {
            // It does not read its input, and need not.
        }
    }

    private static async Task<string> ReadAsync(Stream stream)
    {
        var text = new StringBuilder();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var buffer = new char[4096];
        for (int read; (read = await reader.ReadAsync(buffer)) > 0;)
        {
            // Read to its end in any case: a program whose output nobody takes would wait for ever.
            text.Append(buffer, 0, Math.Min(read, Math.Max(0, MaxOutput - text.Length)));
        }
        return text.ToString();
    }
}
