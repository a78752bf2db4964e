using System.Diagnostics;
using System.Text;

namespace Pryx.Testing;

/// <param name="ExitCode">128 + the signal's number when a signal ended it.</param>
public sealed record ProcessResult(int ExitCode, string Stdout, string Stderr, TimeSpan Duration)
{
    public IReadOnlyList<string> Lines => Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>How a test runs a program.</summary>
public sealed record ProcessSetup
{
    /// <summary>Added to this process's environment; a null value removes the variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();
    public string? WorkingDirectory { get; init; }

    /// <summary>Null: standard input is closed at once.</summary>
    public string? Stdin { get; init; }

    /// <summary>After it the whole tree is killed and the run is a <see cref="TimeoutException"/> with what was printed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>A real program run by a test. Disposing it kills its whole tree.</summary>
public sealed class RunProcess : IAsyncDisposable
{
    private readonly Process _process = new();
    private readonly ProcessSetup _setup;
    private readonly StringBuilder _stdout = new();
    private readonly StringBuilder _stderr = new();
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly Task _pumps;

    private RunProcess(string file, IEnumerable<string> arguments, ProcessSetup setup)
    {
        _setup = setup;
        _process.StartInfo = new(file, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8, StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = setup.WorkingDirectory ?? "",
        };
        foreach (var (name, value) in setup.Environment)
        {
            _process.StartInfo.Environment[name] = value;
        }
        _process.Start();
        _pumps = Task.WhenAll(PumpAsync(_process.StandardOutput, _stdout), PumpAsync(_process.StandardError, _stderr));
    }

    public int Pid => _process.Id;
    public bool HasExited => _process.HasExited;
    public string Stdout { get { lock (_stdout) { return _stdout.ToString(); } } }
    public string Stderr { get { lock (_stderr) { return _stderr.ToString(); } } }

    public static async Task<ProcessResult> RunAsync(string file, IEnumerable<string> arguments, ProcessSetup setup, CancellationToken cancellationToken)
    {
        await using var process = await StartAsync(file, arguments, setup, cancellationToken);
        return await process.WaitAsync(cancellationToken);
    }

    public static async Task<RunProcess> StartAsync(string file, IEnumerable<string> arguments, ProcessSetup setup, CancellationToken cancellationToken)
    {
        var process = new RunProcess(file, arguments, setup);
        try
        {
            await process._process.StandardInput.WriteAsync(setup.Stdin.AsMemory(), cancellationToken);
            process._process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended, or closed its input, without reading: its own choice.
        }
        return process;
    }

    /// <summary>Until it ended and all its output was read.</summary>
    public async Task<ProcessResult> WaitAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_setup.Timeout, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _process.WaitForExitAsync(either.Token);
            await _pumps.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{_process.StartInfo.FileName} did not end within {_setup.Timeout.TotalSeconds} s.\nstdout:\n{Stdout}\nstderr:\n{Stderr}");
        }
        return new(_process.ExitCode, Stdout, Stderr, TimeProvider.System.GetElapsedTime(_started));
    }

    /// <summary>Until standard output or standard error holds the text.</summary>
    public async Task WaitForOutputAsync(string text, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_setup.Timeout, TimeProvider.System);
        while (!Stdout.Contains(text, StringComparison.Ordinal) && !Stderr.Contains(text, StringComparison.Ordinal))
        {
            if (limit.IsCancellationRequested || (_process.HasExited && _pumps.IsCompleted))
            {
                throw new TimeoutException($"\"{text}\" was not printed.\nstdout:\n{Stdout}\nstderr:\n{Stderr}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>kill -9 of this one process; its children are left alone, as a crash leaves them.</summary>
    public void KillHard() => _process.Kill();

    /// <summary>Sends a signal, such as 2 for Ctrl-C and 15 for an orderly end.</summary>
    public void Signal(int signal) => Posix.Signal(Pid, signal);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process.Dispose();
    }

    private static async Task PumpAsync(StreamReader from, StringBuilder to)
    {
        var buffer = new char[4096];
        while (await from.ReadAsync(buffer) is > 0 and var count)
        {
            lock (to)
            {
                to.Append(buffer, 0, count);
            }
        }
    }
}
