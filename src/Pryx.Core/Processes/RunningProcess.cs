using System.Diagnostics;

namespace Pryx.Core.Processes;

/// <summary>A child and its tree. Disposing it ends the tree.</summary>
public sealed class RunningProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ProcessTree _tree;

    internal RunningProcess(Process process, ProcessTree tree, bool keepsInput)
    {
        _process = process;
        _tree = tree;
        StandardInput = keepsInput ? process.StandardInput.BaseStream : null;
        StandardOutput = process.StandardOutput.BaseStream;
        StandardError = process.StandardError.BaseStream;
        Exited = WaitAsync();
    }

    /// <summary>The outermost process; inside a PID namespace the command itself has another id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Null unless the request kept it.</summary>
    public Stream? StandardInput { get; }
    public Stream StandardOutput { get; }
    public Stream StandardError { get; }

    /// <summary>The exit code, 128 + N when signal N ended it. Descendants may still hold the output open.</summary>
    public Task<int> Exited { get; }

    /// <summary>Asks the whole tree to end (TERM), then ends it (KILL after 300 ms); returns when it is gone. Safe to call twice, and after the exit.</summary>
    public Task EndTreeAsync() => _tree.EndAsync(Exited);

    /// <summary>Ends the tree at once: what is left behind when the command itself is done.</summary>
    public void KillTree() => _tree.Kill();

    public async ValueTask DisposeAsync()
    {
        _tree.Kill();
        await Exited.ConfigureAwait(false);
        _process.Dispose();
    }

    private async Task<int> WaitAsync()
    {
        // Not Process.WaitForExitAsync's token: whoever wants to leave early ends the tree, and then this ends too.
        await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        return _process.ExitCode;
    }
}
