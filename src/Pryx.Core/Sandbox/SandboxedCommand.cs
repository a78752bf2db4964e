using Microsoft.Win32.SafeHandles;

namespace Pryx.Core.Sandbox;

/// <summary>A command in its sandbox, ready to be started.</summary>
/// <param name="Words">Program and arguments.</param>
/// <param name="Environment">Of the outermost program only; the command's own is handed in past it, so that its LD_PRELOAD does not run outside.</param>
/// <param name="Inherited">Descriptors that the child must get under their own numbers, and nobody else.</param>
public sealed record SandboxedCommand(IReadOnlyList<string> Words, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<SafeFileHandle> Inherited) : IDisposable
{
    public void Dispose()
    {
        foreach (var file in Inherited)
        {
            file.Dispose();
        }
    }
}

/// <summary>What shall run in a sandbox.</summary>
/// <param name="Words">Program (a path) and arguments.</param>
/// <param name="Environment">The whole environment of the command.</param>
public sealed record SandboxRequest(SandboxProfile Profile, IReadOnlyList<string> Words, string WorkingDirectory, IReadOnlyDictionary<string, string> Environment);
