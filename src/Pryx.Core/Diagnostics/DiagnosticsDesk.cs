using System.Collections.Concurrent;
using System.Text;
using Pryx.Agent.Tools;
using Pryx.Core.Processes;
using Pryx.Protocol;

namespace Pryx.Core.Diagnostics;

/// <summary>
/// Says which errors an edit has introduced: what a checker finds after it, without what it found before. It runs code of the project, so
/// only in the sandbox, and only where the folder is trusted and commands of it run unasked anyway.
/// </summary>
/// <param name="checkers">As configured at this moment.</param>
/// <param name="mayRunAsync">Whether the user has allowed commands of the folder in the session.</param>
/// <param name="patience">How long an edit waits for its errors.</param>
internal sealed class DiagnosticsDesk(Func<Checkers> checkers, CheckRun run, Func<SessionId, string, CancellationToken, Task<bool>> mayRunAsync, Func<TimeSpan> patience, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Lines below an edit.</summary>
    internal const int MostShown = 20;

    private const int MostKnown = 1_000;

    /// <summary>What takes longer than this is given up.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    private readonly ConcurrentDictionary<string, IReadOnlyList<Diagnostic>> _known = new(StringComparer.Ordinal);
    private readonly LspServers _servers = new(run, time);
    private readonly ConcurrentDictionary<SessionId, ConcurrentQueue<string>> _news = [];
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _late = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>What came too late for its edit, each text once.</summary>
    public IReadOnlyList<string> TakeNews(SessionId session) => !_news.IsEmpty && _news.TryRemove(session, out var news) ? [.. news] : [];

    public IReadOnlyList<Checker> Checkers => checkers().All;

    public Task<bool> IsPossibleAsync() => run.IsPossibleAsync();

    /// <summary>What is to be looked at again after an edit of these files; none where nothing may run.</summary>
    public async Task<IReadOnlyList<CheckPlace>> BeforeAsync(IReadOnlyList<string> files, ToolContext context, CancellationToken cancellationToken)
    {
        if (files.Count == 0 || !context.IsTrusted)
        {
            return [];
        }
        var known = checkers();
        var places = files.Select(file => known.For(file, context.Workspace)).OfType<CheckPlace>().DistinctBy(static place => place.Key).ToList();
        if (places.Count == 0 || !await mayRunAsync(context.SessionId, context.Workspace, cancellationToken) || !await run.IsPossibleAsync())
        {
            return [];
        }
        foreach (var place in places)
        {
            if (_late.TryRemove(KeyOf(place, context), out var late))
            {
                // It looks at what is about to change.
                await late.CancelAsync();
            }
            if (!_known.ContainsKey(KeyOf(place, context)) && await TryAsync(place, context, patience(), cancellationToken) is { } before)
            {
                _known[KeyOf(place, context)] = before;
            }
        }
        return places;
    }

    /// <summary>What the model reads below its edit; empty where there is nothing new.</summary>
    public async Task<string> AfterAsync(IReadOnlyList<CheckPlace> places, ToolContext context, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        foreach (var place in places)
        {
            var checking = CheckAsync(place, context);
            try
            {
                text.Append(Report(place, await checking.WaitAsync(patience(), time, cancellationToken), context));
            }
            catch (OperationCanceledException)
            {
                if (_late.TryRemove(KeyOf(place, context), out var unread))
                {
                    await unread.CancelAsync();
                }
                throw;
            }
            catch (TimeoutException)
            {
                text.Append($"\n\nDiagnostics ({place.Checker.Name}) take longer than {patience().TotalSeconds:0} s; new errors will be told when they are known.");
                _ = TellLaterAsync(place, context, checking);
            }
        }
        return text.ToString();
    }

    /// <summary>The errors of a file as they are, for a person who asks.</summary>
    /// <returns>No checker where none takes the file; no errors (null) where it could not be run or gave no answer.</returns>
    public async Task<(Checker? Checker, IReadOnlyList<Diagnostic>? Errors)> CheckAsync(string file, ToolContext context, CancellationToken cancellationToken) =>
        checkers().For(file, context.Workspace) is { } place ? (place.Checker, await TryAsync(place, context, Longest, cancellationToken)) : (null, null);

    public async ValueTask DisposeAsync()
    {
        foreach (var late in _late.Values)
        {
            await late.CancelAsync();
        }
        await _servers.DisposeAsync();
    }

    private string Report(CheckPlace place, IReadOnlyList<Diagnostic>? now, ToolContext context)
    {
        if (now is null)
        {
            return "";
        }
        var isFirst = !_known.TryGetValue(KeyOf(place, context), out var before);
        if (_known.Count > MostKnown)
        {
            // Files of long ago; the next edit of one looks at it before.
            _known.Clear();
        }
        _known[KeyOf(place, context)] = now;
        var file = DiagnosticText.Relative(place.File, context.Workspace);
        // Without a look at what was before, only the file itself is this edit's business.
        var added = isFirst ? [.. now.Where(error => error.File == file)] : NewOnes(before!, now);
        if (added.Count == 0)
        {
            return "";
        }
        var text = new StringBuilder($"\n\n{(isFirst ? "Errors in this file" : "New errors since this edit")} ({place.Checker.Name}{(isFirst ? ", maybe older than the edit" : "")}):");
        foreach (var error in added.Take(MostShown - 2))
        {
            text.Append('\n').Append(error);
        }
        return added.Count > MostShown - 2 ? text.Append($"\n… and {added.Count - MostShown + 2} more").ToString() : text.ToString();
    }

    // As often as they are there: a second error of the same words is a new one.
    internal static IReadOnlyList<Diagnostic> NewOnes(IReadOnlyList<Diagnostic> before, IReadOnlyList<Diagnostic> now)
    {
        var left = before.CountBy(static error => error.Identity).ToDictionary(static pair => pair.Key, static pair => pair.Value);
        List<Diagnostic> added = [];
        foreach (var error in now)
        {
            if (left.TryGetValue(error.Identity, out var count) && count > 0)
            {
                left[error.Identity] = count - 1;
            }
            else
            {
                added.Add(error);
            }
        }
        return added;
    }

    private async Task TellLaterAsync(CheckPlace place, ToolContext context, Task<IReadOnlyList<Diagnostic>?> checking)
    {
        try
        {
            if (await checking is { } found && Report(place, found, context) is { Length: > 0 } text)
            {
                _news.GetOrAdd(context.SessionId, static _ => []).Enqueue($"About your edit of {DiagnosticText.Relative(place.File, context.Workspace)}: {text.Trim()}");
            }
        }
        catch (OperationCanceledException)
        {
            // Another edit has come, or the end: what it would have told is of yesterday.
        }
    }

    private async Task<IReadOnlyList<Diagnostic>?> CheckAsync(CheckPlace place, ToolContext context)
    {
        var own = new CancellationTokenSource();
        _late[KeyOf(place, context)] = own;
        try
        {
            return await TryAsync(place, context, Longest, own.Token);
        }
        finally
        {
            _late.TryRemove(new(KeyOf(place, context), own));
        }
    }

    private async Task<IReadOnlyList<Diagnostic>?> TryAsync(CheckPlace place, ToolContext context, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(atMost);
        try
        {
            if (place.Checker.IsServer)
            {
                return await _servers.CheckAsync(place, context, limit.Token);
            }
            // One at a time: they take the machine.
            await _one.WaitAsync(limit.Token);
            try
            {
                return await run.RunAsync(place, context, limit.Token);
            }
            finally
            {
                _one.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e) when (e is SpawnException or IOException or LspException)
        {
            return null; // A checker that does not run is doctor's to name; the edit is done.
        }
    }

    private static string KeyOf(CheckPlace place, ToolContext context) => $"{context.Workspace}\n{place.Key}";
}
