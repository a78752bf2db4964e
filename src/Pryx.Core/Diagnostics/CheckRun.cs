using System.Text;
using Pryx.Agent.Tools;
using Pryx.Core.Processes;
using Pryx.Core.Sandbox;

namespace Pryx.Core.Diagnostics;

/// <summary>Runs a checker in the sandbox, without network; never without one.</summary>
internal sealed class CheckRun(ProcessSpawner spawner, CommandSandbox sandbox, IReadOnlyDictionary<string, string> environment)
{
    /// <summary>Characters; who has more errors than that has one cause.</summary>
    private const int LongestOutput = 256 * 1024;

    public async Task<bool> IsPossibleAsync() => (await spawner.SandboxStateAsync()).Level != SandboxLevel.None;

    /// <returns>Null when it could not be run, or gave no answer that can be read.</returns>
    public async Task<IReadOnlyList<Diagnostic>?> RunAsync(CheckPlace place, ToolContext context, CancellationToken cancellationToken)
    {
        var (child, run) = await StartAsync(place, context, keepsInput: false, cancellationToken);
        await using (run)
        await using (child)
        {
            var output = Task.WhenAll(ReadAsync(child.StandardOutput), ReadAsync(child.StandardError));
            try
            {
                var exitCode = await child.Exited.WaitAsync(cancellationToken);
                child.KillTree();
                var found = DiagnosticText.Read(string.Join('\n', await output.WaitAsync(cancellationToken)), place.Folder, context.Workspace);
                // It failed, and not over an error in the code: its own trouble is no finding.
                return found.Count == 0 && exitCode is not (0 or 1) ? null : found;
            }
            catch (OperationCanceledException)
            {
                await child.EndTreeAsync();
                throw;
            }
        }
    }

    /// <exception cref="SpawnException">It could not be started.</exception>
    public async Task<(RunningProcess Child, SandboxRun Sandbox)> StartAsync(CheckPlace place, ToolContext context, bool keepsInput, CancellationToken cancellationToken)
    {
        var state = await spawner.SandboxStateAsync();
        if (state.Level == SandboxLevel.None)
        {
            throw new SpawnException("Checkers run only in a sandbox, and there is none here.");
        }
        var run = sandbox.Open(context with { Sandbox = SandboxMode.NoNetwork }, state);
        try
        {
            var words = place.Words;
            return (await spawner.StartAsync(new SpawnRequest(words[0], [.. words.Skip(1)])
            {
                WorkingDirectory = place.Folder,
                Environment = ChildEnvironment.Build(environment, context.Environment, place.Checker.Environment),
                Sandbox = run.Profile,
                KeepsInput = keepsInput,
            }, cancellationToken), run);
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    private static async Task<string> ReadAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = new StringBuilder();
        var buffer = new char[4096];
        int read;
        while ((read = await reader.ReadAsync(buffer)) > 0)
        {
            if (text.Length < LongestOutput)
            {
                text.Append(buffer, 0, read);
            }
        }
        return text.ToString();
    }
}
