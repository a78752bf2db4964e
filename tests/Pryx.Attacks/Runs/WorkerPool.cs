using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Pryx.Attacks.Cases;

namespace Pryx.Attacks.Runs;

/// <summary>
/// Runs orders in workers, each this program again in namespaces of its own with a home of its own. A worker that dies is an error of
/// the order it had, and another takes its place.
/// </summary>
public sealed class WorkerPool : IAsyncDisposable
{
    private readonly Channel<(CaseOrder Order, TaskCompletionSource<CaseResult> Done)> _orders = Channel.CreateUnbounded<(CaseOrder, TaskCompletionSource<CaseResult>)>();
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _working;

    /// <param name="workers">More than cores: cases wait for programs most of the time.</param>
    public WorkerPool(int workers) => _working = Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync)));

    /// <summary>Why cases can not be run here; null when they can.</summary>
    public static string? WhyNot(CaseFile? @case = null)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return "It needs Linux and root, for namespaces of the network and of mounts.";
        }
        string[] needed = ["unshare", "nsenter", "ip", "mount", "bwrap", "bash", "git", "curl", "python3", .. @case?.Needs ?? []];
        string[] folders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"];
        var missing = needed.Where(tool => !Array.Exists(folders, folder => File.Exists(Path.Combine(folder, tool)))).ToList();
        return missing.Count > 0 ? $"It needs {string.Join(", ", missing)}: apt-get install bubblewrap iproute2 util-linux git curl python3"
            : HasNamespaces.Value ? null
            : "This system gives root no namespaces of its own, as in a container without privileges.";
    }

    private static readonly Lazy<bool> HasNamespaces = new(static () =>
    {
        using var probe = new Process { StartInfo = new("unshare", ["--net", "--mount", "--pid", "--fork", "--mount-proc", "mount", "-t", "tmpfs", "tmpfs", World.SmallWorld.Root]) { RedirectStandardError = true } };
        probe.Start();
        probe.WaitForExit();
        return probe.ExitCode == 0;
    });

    /// <param name="agent">The description of another agent that is to play; null for the engine itself.</param>
    public Task<CaseResult> RunAsync(CaseFile @case, CaseHow how, string? agent = null)
    {
        var done = new TaskCompletionSource<CaseResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _orders.Writer.TryWrite((new(@case.Kind, @case.Name, @case.Path, how, agent), done));
        return done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _orders.Writer.TryComplete();
        await _closing.CancelAsync();
        await _working;
        _closing.Dispose();
    }

    private async Task WorkAsync()
    {
        Process? worker = null;
        try
        {
            while (await _orders.Reader.WaitToReadAsync(_closing.Token))
            {
                if (!_orders.Reader.TryRead(out var next))
                {
                    continue;
                }
                try
                {
                    worker ??= await StartAsync();
                    await worker.StandardInput.WriteLineAsync(JsonSerializer.Serialize(next.Order).AsMemory(), _closing.Token);
                    await worker.StandardInput.FlushAsync(_closing.Token);
                    next.Done.SetResult(JsonSerializer.Deserialize<CaseResult>(await ReadAsync(worker)) ?? throw new IOException("The worker gave no result."));
                }
                catch (Exception e) when (e is IOException or JsonException)
                {
                    next.Done.TrySetResult(new(next.Order.Name, next.Order.How) { Error = e.Message });
                    End(worker);
                    worker = null;
                }
                catch (OperationCanceledException)
                {
                    next.Done.TrySetCanceled();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Closing.
        }
        finally
        {
            End(worker);
        }
    }

    private async Task<Process> StartAsync()
    {
        var assembly = typeof(WorkerPool).Assembly.Location;
        var program = Path.ChangeExtension(assembly, null);
        var worker = new Process
        {
            // Its processes go with it.
            StartInfo = new("unshare", ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", program, Worker.Argument])
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8, StandardInputEncoding = new UTF8Encoding(false),
            },
        };
        worker.StartInfo.Environment.Clear();
        foreach (var (name, value) in CasePlace.Environment())
        {
            if (value is not null)
            {
                worker.StartInfo.Environment[name] = value;
            }
        }
        var errors = new StringBuilder();
        worker.ErrorDataReceived += (_, line) =>
        {
            lock (errors)
            {
                errors.AppendLine(line.Data);
            }
        };
        worker.Start();
        worker.BeginErrorReadLine();
        try
        {
            await ReadAsync(worker);
        }
        catch (IOException e)
        {
            End(worker);
            lock (errors)
            {
                throw new IOException($"{e.Message}\n{errors}", e);
            }
        }
        return worker;
    }

    private async Task<string> ReadAsync(Process worker)
    {
        while (await worker.StandardOutput.ReadLineAsync(_closing.Token) is { } line)
        {
            if (line.StartsWith(Worker.Mark, StringComparison.Ordinal))
            {
                return line[Worker.Mark.Length..];
            }
        }
        throw new IOException("The worker ended.");
    }

    private static void End(Process? worker)
    {
        if (worker is not null)
        {
            if (!worker.HasExited)
            {
                worker.Kill(entireProcessTree: true);
            }
            worker.Dispose();
        }
    }
}
