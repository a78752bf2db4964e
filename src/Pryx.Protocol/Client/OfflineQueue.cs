using Pryx.Protocol.Errors;
using Pryx.Protocol.Events;
using Pryx.Protocol.Sessions;

namespace Pryx.Protocol.Client;

/// <summary>What became of a reconnection.</summary>
/// <param name="Sent">Inputs that Core has taken now.</param>
/// <param name="Missed">Events that were handed over.</param>
/// <param name="IsOtherStore">Core's log is behind what this surface has seen: it is another store by now, and everything was handed over from its beginning.</param>
public sealed record Reconnected(int Sent, int Missed, bool IsOtherStore);

/// <summary>
/// A surface's own queue: what is sent while Core is away is kept, in order and with an id of its own, and sent when Core is back; Core
/// takes each id once. What Core announced meanwhile is fetched from the last version this surface has seen. Safe for several callers.
/// </summary>
/// <param name="client">Best one that gives up at once (<see cref="PryxHttpOptions.NetworkRetries"/> 0): waiting is the queue's own business.</param>
/// <param name="file">Where the queue outlives this process.</param>
/// <param name="limit">Inputs; more are refused with QUEUE_FULL.</param>
public sealed class OfflineQueue(IPryxClient client, OfflineQueueFile file, int limit = 1000) : IDisposable
{
    private const int MissedPage = 500;
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Inputs that wait for Core.</summary>
    public int Count => file.Waiting.Count;

    /// <summary>Of the newest event this surface has seen.</summary>
    public long LastVersion => file.LastVersion;

    /// <summary>Gets an input that Core has refused for good, such as one to a session that was deleted; it does not stay in the queue.</summary>
    public Action<StartTurn, PryxException> OnRefused { get; init; } = static (_, _) => { };

    /// <summary>Sends the input after all that wait; it is kept when this returns, whether or not Core is there.</summary>
    /// <returns>Its turn; null when it waits.</returns>
    /// <exception cref="PryxException">QUEUE_FULL; or why Core refuses this input.</exception>
    public async Task<Turn?> SendAsync(StartTurn request, CancellationToken cancellationToken)
    {
        request = request with { ExternalId = request.ExternalId ?? $"{request.Surface}-{Guid.NewGuid():N}" };
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (file.Waiting.Count >= limit)
            {
                throw new PryxException("QUEUE_FULL", $"{limit:N0} messages wait for Core already.", "start Core with: pryx serve");
            }
            file.Add(request);
            Turn? mine = null;
            PryxException? refused = null;
            await FlushAsync((sent, turn, why) =>
            {
                if (sent.ExternalId == request.ExternalId)
                {
                    (mine, refused) = (turn, why);
                }
                else if (why is not null)
                {
                    OnRefused(sent, why);
                }
            }, cancellationToken);
            return refused is null ? mine : throw refused;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>When Core answers again: sends what waits, hands over what was missed, in order, and forgets both.</summary>
    /// <param name="applyAsync">Gets each committed event of any session once; what it has got before it throws counts as seen.</param>
    /// <exception cref="PryxException">CORE_GONE: it went away again; nothing is lost.</exception>
    public async Task<Reconnected> ReconnectAsync(Func<PryxEvent, CancellationToken, Task> applyAsync, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var isOther = await client.GetVersionAsync(cancellationToken) < file.LastVersion;
            if (isOther)
            {
                file.See(0);
            }
            var sent = 0;
            var isAway = !await FlushAsync((request, _, why) =>
            {
                sent += why is null ? 1 : 0;
                if (why is not null)
                {
                    OnRefused(request, why);
                }
            }, cancellationToken);
            var missed = await FetchAsync(applyAsync, cancellationToken);
            if (!isAway)
            {
                file.Compact();
            }
            return new Reconnected(sent, missed, isOther);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>An event that this surface has seen on its live stream.</summary>
    public void See(PryxEvent e)
    {
        if (!e.IsProgress)
        {
            file.See(Math.Max(file.LastVersion, e.Version));
        }
    }

    public void Dispose()
    {
        file.Dispose();
        _turn.Dispose();
    }

    /// <returns>False when Core is away: what is left waits.</returns>
    private async Task<bool> FlushAsync(Action<StartTurn, Turn?, PryxException?> onDone, CancellationToken cancellationToken)
    {
        while (file.Waiting is [var first, ..])
        {
            try
            {
                var turn = await client.StartTurnAsync(first, cancellationToken);
                file.Remove(first);
                onDone(first, turn, null);
            }
            catch (PryxException e) when (e.Code == "SESSION_BUSY")
            {
                // Another process works in the session and has got it.
                file.Remove(first);
                onDone(first, null, null);
            }
            catch (PryxException e) when (IsAway(e))
            {
                return false;
            }
            catch (PryxException e)
            {
                // Tried again it would be refused again, and everything behind it would wait for ever.
                file.Remove(first);
                onDone(first, null, e);
            }
        }
        return true;
    }

    private async Task<int> FetchAsync(Func<PryxEvent, CancellationToken, Task> applyAsync, CancellationToken cancellationToken)
    {
        var missed = 0;
        EventPage page;
        do
        {
            page = await client.GetEventsAsync(null, file.LastVersion, MissedPage, cancellationToken);
            foreach (var e in page.Events)
            {
                await applyAsync(e, cancellationToken);
                file.See(e.Version);
                missed++;
            }
        }
        while (page.NextAfter is not null);
        return missed;
    }

    // Nothing is wrong with the input: Core can not take it at the moment.
    private static bool IsAway(PryxException e) =>
        e.Code is "CORE_GONE" or "TURN_OPEN" or "SERVICE_UNAVAILABLE" or "RATE_LIMITED" or "UNAUTHORIZED" or "INTERNAL_ERROR" || e.Code.StartsWith("STORAGE_", StringComparison.Ordinal) || e.Code.StartsWith("HTTP_5", StringComparison.Ordinal);
}
