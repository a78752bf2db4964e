using Pryx.Core.Sandbox;

namespace Pryx.Host;

/// <summary>This process as a part of somebody's sandbox; not a command for people.</summary>
internal static class SandboxProcess
{
    public static bool IsAsked(string[] args) => args is [SandboxExec.Argument or LoopbackForwarder.Argument, ..];

    /// <summary>Must be called on the main thread: what is restricted is the thread, and it becomes the command.</summary>
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(string[] args) =>
        SandboxExec.IsAsked(args) ? Task.FromResult(SandboxExec.Run(args))
        : LoopbackForwarder.IsAsked(args) ? LoopbackForwarder.RunAsync(args)
        : Task.FromResult(SandboxExec.FailureCode);
}
