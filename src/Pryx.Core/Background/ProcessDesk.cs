using System.Collections.Concurrent;
using System.Security.Cryptography;
using Pryx.Agent.Secrets;
using Pryx.Agent.Tools;
using Pryx.Core.Processes;
using Pryx.Core.Sandbox;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Items;
using Pryx.Protocol.Processes;

namespace Pryx.Core.Background;

/// <summary>
/// Holds the background processes of this Pryx process from their start to their end: whoever disposes it ends all of them, and a session
/// that goes takes its own along. Nothing of it costs anything before the first is started.
/// </summary>
internal sealed class ProcessDesk(Func<CancellationToken, Task<ProcessStore>> storeAsync, TimeProvider time, Action<string> onWarning) : IAsyncDisposable
{
    public const int MostOfSession = 16;
    public const int Most = 64;

    /// <summary>Lines in a listing and in the store.</summary>
    public const int ListedLines = 10;

    private const int EndedKept = 50;
    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(5);

    /// <summary>For whoever holds the output open after the command and its tree are gone.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, BackgroundProcess> _processes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<SessionId, ConcurrentQueue<BackgroundProcess>> _news = [];
    private readonly SemaphoreSlim _starting = new(1, 1);
    private ITimer? _saving;
    private bool _isLeaving;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Newest first.</summary>
    public IReadOnlyList<BackgroundProcess> All => [.. _processes.Values.OrderByDescending(static process => process.StartedAt)];

    public BackgroundProcess? Find(string id) => _processes.GetValueOrDefault(id.Trim());

    /// <param name="spawnAsync">Starts it; not called where there are too many.</param>
    /// <exception cref="PryxException">PROCESS_LIMIT</exception>
    /// <exception cref="SpawnException">It could not be started.</exception>
    public async Task<BackgroundProcess> StartAsync(NewProcess wanted, ISecretMask secrets, Func<CancellationToken, Task<(RunningProcess Child, SandboxRun? Sandbox)>> spawnAsync, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            var running = All.Where(static process => process.IsRunning).ToList();
            if (_isLeaving || running.Count >= Most || running.Count(process => process.Wanted.Session == wanted.Session) >= MostOfSession)
            {
                throw new PryxException("PROCESS_LIMIT", _isLeaving ? "Pryx is ending." : $"{MostOfSession} background processes of a session, and {Most} of all, may run at once.", "stop one first: pryx process list");
            }
            var store = await storeAsync(cancellationToken);
            var (child, sandbox) = await spawnAsync(cancellationToken);
            var process = new BackgroundProcess(NewId(), wanted, time.GetUtcNow());
            process.Attach(child, sandbox);
            _processes[process.Id] = process;
            try
            {
                await store.AddAsync(process.Body(0), CancellationToken.None);
            }
            catch
            {
                _processes.TryRemove(process.Id, out _);
                await child.EndTreeAsync();
                await child.DisposeAsync();
                throw;
            }
            process.Ended = WatchAsync(process, child, sandbox, secrets, store);
            _saving ??= time.CreateTimer(_ => _ = SaveAsync(store), null, SaveEvery, SaveEvery);
            return process;
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Ends what the session holds; its global ones go on.</summary>
    public Task EndOfSessionAsync(SessionId session) => StopAllAsync(process => process.Wanted.Session == session && !process.Wanted.IsGlobal, "session");

    /// <returns>Those that ran.</returns>
    public async Task<IReadOnlyList<string>> StopAllAsync(Func<BackgroundProcess, bool> which, string by)
    {
        var running = All.Where(process => process.IsRunning && which(process)).ToList();
        await Task.WhenAll(running.Select(process => process.StopAsync(by)));
        return [.. running.Select(static process => process.Id)];
    }

    /// <summary>What the session's model has not been told yet, each once.</summary>
    public IReadOnlyList<string> TakeNews(SessionId session) => !_news.IsEmpty && _news.TryRemove(session, out var news)
        ? [.. news.Where(static process => process.TellOnce()).Select(NewsOf)]
        : [];

    /// <summary>Those of this process as they are now, the others as they are stored; newest first.</summary>
    public async Task<IReadOnlyList<BackgroundProcessBody>> ListAsync(CancellationToken cancellationToken)
    {
        var here = All;
        var stored = await (await storeAsync(cancellationToken)).ListAsync(cancellationToken);
        return [.. here.Select(static process => process.Body(ListedLines, withPorts: true)).Concat(stored.Where(process => !here.Any(known => known.Id == process.Id))).OrderByDescending(static process => process.StartedAt)];
    }

    public async ValueTask DisposeAsync()
    {
        // Whoever is being started is waited for: it must not be left behind.
        await _starting.WaitAsync();
        _isLeaving = true;
        _starting.Release();
        if (_saving is not null)
        {
            await _saving.DisposeAsync();
        }
        await StopAllAsync(static _ => true, "daemon");
        await Task.WhenAll(_processes.Values.Select(static process => process.Ended));
        _starting.Dispose();
    }

    private async Task WatchAsync(BackgroundProcess process, RunningProcess child, SandboxRun? sandbox, ISecretMask secrets, ProcessStore store)
    {
        try
        {
            ProcessOutput stdout = new("stdout", process.Lines, secrets), stderr = new("stderr", process.Lines, secrets);
            var pumps = Task.WhenAll(stdout.PumpAsync(child.StandardOutput), stderr.PumpAsync(child.StandardError));
            var exitCode = await child.Exited.ConfigureAwait(false);
            child.KillTree();
            try
            {
                await pumps.WaitAsync(DrainTime, TimeProvider.System).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // Somebody who escaped holds the pipe; what the process itself wrote is here.
            }
            stdout.Close();
            stderr.Close();
            foreach (var note in NotesOf(sandbox, process, exitCode))
            {
                process.Lines.Add("pryx", note);
            }
            if (sandbox is not null)
            {
                await sandbox.DisposeAsync().ConfigureAwait(false);
            }
            await process.DetachAsync().ConfigureAwait(false);
            await child.DisposeAsync().ConfigureAwait(false);
            process.End(exitCode, time.GetUtcNow());
            Tell(process);
            await secrets.SaveAsync(CancellationToken.None).ConfigureAwait(false);
            await store.EndAsync(process.Body(ListedLines), CancellationToken.None).ConfigureAwait(false);
            Forget();
        }
        catch (Exception e)
        {
            // Nobody awaits it but the end of Pryx: the process must not stand there as running.
            if (process.IsRunning)
            {
                process.End(-1, time.GetUtcNow());
            }
            onWarning($"The end of the background process {process.Id} could not be written down: {e.Message}");
        }
    }

    private static IReadOnlyList<string> NotesOf(SandboxRun? sandbox, BackgroundProcess process, int exitCode) => sandbox is null ? [] : sandbox.Close(
        exitCode == 0 || process.EndedBy is not null ? ToolOutcome.Ok("") : new ToolOutcome(ToolStatus.Failed, string.Join('\n', process.Lines.Last(50).Select(static line => line.Text))));

    // What the model has stopped itself, or what ends with everything, is no news.
    private void Tell(BackgroundProcess process)
    {
        if (process.EndedBy is "itself" or "user")
        {
            _news.GetOrAdd(process.Wanted.Session, static _ => []).Enqueue(process);
        }
    }

    private static string NewsOf(BackgroundProcess process) =>
        $"The background process {process.Id} ({process.Wanted.Name}) {(process.EndedBy == "user" ? "was stopped by the user" : $"ended with exit code {process.ExitCode}")}. process_read shows its last lines.";

    private async Task SaveAsync(ProcessStore store)
    {
        try
        {
            foreach (var process in _processes.Values.Where(static process => process.IsRunning && process.TakeNew()))
            {
                await store.SaveAsync(process.Body(ListedLines), CancellationToken.None);
            }
        }
        catch (Exception e)
        {
            onWarning($"The last lines of background processes could not be stored: {e.Message}");
        }
    }

    private void Forget()
    {
        foreach (var process in All.Where(static process => !process.IsRunning).Skip(EndedKept))
        {
            _processes.TryRemove(process.Id, out _);
        }
    }

    private static string NewId() => "proc-" + RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 10);
}
