using System.Text.Json;
using Pryx.Protocol.Errors;

namespace Pryx.Tui.Screens.Lists;

/// <summary>Reads a list while its screen is seen: when it comes into view, again and again where it changes by itself, and until Core is back.</summary>
/// <param name="renewal">How often; null for only when asked.</param>
/// <param name="taken">In the loop, after each answer.</param>
internal sealed class Reading<T>(ScreenHost host, Listing<T> listing, Func<TimeSpan?> renewal, Func<CancellationToken, Task<IReadOnlyList<T>>> readAsync, Action taken)
    where T : class
{
    private static readonly TimeSpan _again = TimeSpan.FromSeconds(3);
    private IDisposable? _clock;
    private bool _isSeen;

    public bool IsReading { get; private set; }

    public void Show()
    {
        _isSeen = true;
        Read();
        if (renewal() is { } interval)
        {
            _clock ??= host.App.Every(interval, Read);
        }
    }

    public void Hide()
    {
        _isSeen = false;
        _clock?.Dispose();
        _clock = null;
    }

    /// <summary>Beside the loop; what is shown stays until the answer is there.</summary>
    public void Read()
    {
        if (IsReading)
        {
            return;
        }
        IsReading = true;
        host.App.Start(async () =>
        {
            try
            {
                listing.Take(await readAsync(host.Stopping));
                taken();
            }
            catch (PryxException e)
            {
                Fail(e);
            }
            catch (JsonException e)
            {
                Fail(Work.Unreadable(e));
            }
            finally
            {
                IsReading = false;
                host.App.Invalidate();
            }
        });
    }

    private void Fail(PryxException error)
    {
        // Told once; it is tried again while the screen is seen, and what was read before stays.
        if (listing.Error is null)
        {
            host.Fail(error);
        }
        listing.Fail(error);
        if (renewal() is null && error.Code == "CORE_GONE")
        {
            host.App.After(_again, () =>
            {
                if (_isSeen)
                {
                    Read();
                }
            });
        }
    }
}
