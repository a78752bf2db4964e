using System.Text.Json;
using Pryx.Protocol.Errors;
using Pryx.Tui.Rendering;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Screens.Lists;

/// <summary>What a screen has going on beside the loop: one thing at a time that a person asked for, shown while it lasts.</summary>
internal sealed class Work(ScreenHost host)
{
    private IDisposable? _spin;
    private DateTimeOffset _since;

    /// <summary>"Testing linear"; null when nothing is going on.</summary>
    public string? Doing { get; private set; }

    /// <summary>What the last thing failed with; null when it did not, or another one was begun.</summary>
    public PryxException? Error { get; private set; }

    private string Line
    {
        get
        {
            var elapsed = host.Time.GetUtcNow() - _since;
            return $"{Spinner.At(elapsed)} {Doing}…{(elapsed.TotalSeconds >= 3 ? $" {elapsed.TotalSeconds:0} s" : "")}";
        }
    }

    public void Forget() => Error = null;

    /// <summary>What goes on, or what went wrong and what to do about it; nothing when there is neither.</summary>
    /// <param name="other">Shown when nothing of this has failed.</param>
    public IReadOnlyList<StyledLine> Foot(int width, PryxException? other)
    {
        if (Doing is not null)
        {
            return [new(Line, Ink.Accent)];
        }
        var room = Math.Max(10, width - 2);
        return (Error ?? other) is not { } error ? [] :
        [
            .. StyledText.Wrap(new(error.Message, Ink.Error), room, new("✗ ", Ink.Error), new("  ")).Take(3),
            .. error.Next is { } next ? StyledText.Wrap(new(next, Ink.Muted), room, new("→ ", Ink.Muted), new("  ")).Take(2) : [],
        ];
    }

    /// <summary>Begins it; a second thing while one is going on is not begun.</summary>
    /// <param name="workAsync">In the loop.</param>
    public void Begin(string doing, Func<CancellationToken, Task> workAsync)
    {
        if (Doing is not null)
        {
            host.Say($"First this ends: {Doing}.");
            return;
        }
        (Doing, Error, _since) = (doing, null, host.Time.GetUtcNow());
        _spin = host.App.Every(Spinner.Interval, host.App.Invalidate);
        host.App.Start(async () =>
        {
            try
            {
                await workAsync(host.Stopping);
            }
            catch (PryxException e)
            {
                Error = e;
                host.Fail(e);
            }
            catch (JsonException e)
            {
                Error = Unreadable(e);
                host.Fail(Error);
            }
            finally
            {
                Doing = null;
                _spin?.Dispose();
                host.App.Invalidate();
            }
        });
    }

    /// <summary>An answer of another version of Pryx.</summary>
    public static PryxException Unreadable(JsonException e) => new("ANSWER_UNREADABLE", "Pryx host answered in a way that this terminal does not understand; they may be of different versions.", "pryx serve stop, then start pryx again", e);
}
