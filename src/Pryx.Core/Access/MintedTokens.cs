using System.Collections.Concurrent;
using Pryx.Core.Http;
using Pryx.Protocol.Errors;

namespace Pryx.Core.Access;

/// <summary>
/// Which minted tokens open something now. What was found is remembered for a few seconds, so that a busy client costs no query for each
/// request; what this process revokes ends at once, what another one revoked within those seconds.
/// </summary>
/// <param name="openAsync">The store; opened when the first minted token is shown.</param>
public sealed class MintedTokens(Func<CancellationToken, Task<AccessTokenStore>> openAsync, TimeProvider time)
{
    private const string Prefix = "pryx_";
    private const int Length = 48;
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan UsedEvery = TimeSpan.FromMinutes(5);

    // A timer takes no more than 49 days; a stream that long begins anew.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);
    private readonly ConcurrentDictionary<string, Live> _live = new(StringComparer.Ordinal);
    private long _ends;

    /// <summary>The caller that this token makes; null when it opens nothing.</summary>
    public async Task<Caller?> FindAsync(string token, bool isCookie, CancellationToken cancellationToken)
    {
        if (token.Length != Length || !token.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null; // Not one of ours: no question for the store.
        }
        var hash = AccessTokenStore.HashOf(token);
        var live = _live.GetValueOrDefault(hash);
        if (live is null || live.IsOver(time) || time.GetElapsedTime(live.CheckedAt) > Remembered)
        {
            live = await CheckAsync(hash, live, cancellationToken);
        }
        // A browser's token is worth nothing outside its cookie, nor another token inside one.
        return live is not null && isCookie == (live.Token.Kind == "web") ? live.Caller : null;
    }

    /// <exception cref="PryxException">As <see cref="AccessTokenStore.AddAsync"/>.</exception>
    public async Task<(string Value, StoredToken Token)> MintAsync(NewToken token, CancellationToken cancellationToken)
    {
        var value = CoreToken.New();
        return (value, await (await openAsync(cancellationToken)).AddAsync(token, AccessTokenStore.HashOf(value), cancellationToken));
    }

    public async Task<IReadOnlyList<StoredToken>> ListAsync(CancellationToken cancellationToken) => await (await openAsync(cancellationToken)).ListAsync(cancellationToken);

    /// <returns>False when there is none of this id.</returns>
    public async Task<bool> RevokeAsync(string id, Caller by, CancellationToken cancellationToken)
    {
        var ended = await (await openAsync(cancellationToken)).RevokeAsync(id, by.Name, by.Address, cancellationToken);
        End(ended);
        return ended.Count > 0;
    }

    /// <returns>How many ended.</returns>
    public async Task<int> RotatedAsync(bool all, Caller by, CancellationToken cancellationToken)
    {
        var ended = await (await openAsync(cancellationToken)).RotatedAsync(all, by.Name, by.Address, cancellationToken);
        End(ended);
        return ended.Count;
    }

    private async Task<Live?> CheckAsync(string hash, Live? known, CancellationToken cancellationToken)
    {
        var store = await openAsync(cancellationToken);
        while (true)
        {
            var ends = Interlocked.Read(ref _ends);
            if (await store.FindAsync(hash, cancellationToken) is not { } token)
            {
                if (_live.TryRemove(hash, out var gone))
                {
                    gone.End();
                }
                return null;
            }
            var live = known is { IsEnded: false } ? known : new Live(token, TimerOf(token), time);
            live.CheckedAt = time.GetTimestamp();
            live = _live.AddOrUpdate(hash, live, (_, other) => other.IsEnded ? live : other);
            // Revoked while it was being looked up: look again.
            if (ends == Interlocked.Read(ref _ends))
            {
                await UsedAsync(store, live, cancellationToken);
                return live;
            }
        }
    }

    private TimeSpan? TimerOf(StoredToken token) => token.ExpiresAt is not { } end ? null : TimeSpan.FromTicks(Math.Clamp((end - time.GetUtcNow()).Ticks, 1, LongestTimer.Ticks));

    private async Task UsedAsync(AccessTokenStore store, Live live, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now - live.UsedAt < UsedEvery)
        {
            return;
        }
        live.UsedAt = now;
        try
        {
            await store.UsedAsync(live.Token.Id, cancellationToken);
        }
        catch (PryxException e) when (e.Code.StartsWith("STORAGE_", StringComparison.Ordinal))
        {
            // A full disk must not lock anybody out.
        }
    }

    private void End(IReadOnlyList<string> ids)
    {
        Interlocked.Increment(ref _ends);
        foreach (var (hash, live) in _live)
        {
            if (ids.Contains(live.Token.Id) && _live.TryRemove(hash, out var gone))
            {
                gone.End();
            }
        }
    }

    private sealed class Live
    {
        private readonly CancellationTokenSource _alive;

        public Live(StoredToken token, TimeSpan? timer, TimeProvider time)
        {
            Token = token;
            _alive = timer is { } left ? new CancellationTokenSource(left, time) : new CancellationTokenSource();
            Caller = new Caller(token.Kind == "web" ? "web" : $"token:{token.Name}", token.Scopes) { TokenId = token.Id, ExpiresAt = token.ExpiresAt, Revoked = _alive.Token };
            UsedAt = token.LastUsedAt ?? DateTimeOffset.MinValue;
        }

        public StoredToken Token { get; }
        public Caller Caller { get; }
        public long CheckedAt { get; set; }
        public DateTimeOffset UsedAt { get; set; }
        public bool IsEnded => _alive.IsCancellationRequested;

        public bool IsOver(TimeProvider time) => IsEnded || Token.ExpiresAt <= time.GetUtcNow();

        public void End() => _ = _alive.CancelAsync();
    }
}
