using System.Text;
using Pryx.Protocol;
using Pryx.Protocol.Events;

namespace Pryx.Core.Events;

/// <summary>
/// What waits for one reader, bounded: progress is joined and then dropped; committed events give way to a note that the store is to be
/// read again, so a slow reader costs no memory and loses none of them.
/// </summary>
internal sealed class Subscription(SessionId? sessionId, Func<bool> canApprove)
{
    private const int ProgressLimit = 256;
    private const int CommittedLimit = 1024;
    private const int JoinedTextLimit = 64 * 1024;
    private readonly Lock _gate = new();
    private readonly Queue<Entry> _entries = [];
    private TaskCompletionSource? _arrival;
    private Entry? _last;
    private int _progressCount;
    private int _committedCount;

    public bool CanApprove => canApprove();

    public bool Covers(SessionId? session) => sessionId is null || sessionId == session;

    public void Offer(PryxEvent committed)
    {
        if (!Covers(committed.SessionId))
        {
            return;
        }
        lock (_gate)
        {
            if (_committedCount < CommittedLimit)
            {
                _committedCount++;
                Add(new Entry.Committed(committed));
                return;
            }
            _entries.Clear();
            (_progressCount, _committedCount) = (0, 0);
            Add(Entry.Reread);
        }
    }

    public void Offer(Progress progress)
    {
        if (!Covers(progress.SessionId))
        {
            return;
        }
        lock (_gate)
        {
            if (_last is Entry.Shown last && last.TryJoin(progress, JoinedTextLimit))
            {
                return;
            }
            if (_progressCount < ProgressLimit)
            {
                _progressCount++;
                Add(new Entry.Shown(progress));
            }
        }
    }

    /// <summary>Has the reader look into the store before it takes what comes after this.</summary>
    public void MustReread()
    {
        lock (_gate)
        {
            if (_last != Entry.Reread)
            {
                Add(Entry.Reread);
            }
        }
    }

    /// <summary>The next event; null means: read the store from your cursor on.</summary>
    /// <param name="patience">After which null is returned when nothing arrives; null waits for ever.</param>
    public async Task<PryxEvent?> TakeAsync(TimeSpan? patience, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task arrival;
            lock (_gate)
            {
                if (_entries.TryDequeue(out var entry))
                {
                    if (entry == _last)
                    {
                        // It is on its way: nothing may be joined to it any more.
                        _last = null;
                    }
                    _progressCount -= entry is Entry.Shown ? 1 : 0;
                    _committedCount -= entry is Entry.Committed ? 1 : 0;
                    return entry.Open(time);
                }
                _arrival ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                arrival = _arrival.Task;
            }
            try
            {
                await arrival.WaitAsync(patience ?? Timeout.InfiniteTimeSpan, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return null;
            }
        }
    }

    private void Add(Entry entry)
    {
        _entries.Enqueue(entry);
        _last = entry;
        _arrival?.TrySetResult();
        _arrival = null;
    }

    private abstract class Entry
    {
        public static Entry Reread { get; } = new RereadNote();

        public abstract PryxEvent? Open(TimeProvider time);

        public sealed class Committed(PryxEvent stored) : Entry
        {
            public override PryxEvent Open(TimeProvider time) => stored;
        }

        public sealed class Shown(Progress progress) : Entry
        {
            private StringBuilder? _joined;

            public bool TryJoin(Progress next, int limit)
            {
                if (!next.Continues(progress) || (_joined?.Length ?? 0) >= limit)
                {
                    return false;
                }
                (_joined ??= new StringBuilder(progress.Text)).Append(next.Text);
                return true;
            }

            public override PryxEvent Open(TimeProvider time) => new()
            {
                Event = progress.Event,
                SessionId = progress.SessionId,
                TurnId = progress.TurnId,
                Surface = progress.Surface,
                Timestamp = time.GetUtcNow(),
                Payload = progress.ToPayload(_joined?.ToString() ?? progress.Text),
            };
        }

        private sealed class RereadNote : Entry
        {
            public override PryxEvent? Open(TimeProvider time) => null;
        }
    }
}
