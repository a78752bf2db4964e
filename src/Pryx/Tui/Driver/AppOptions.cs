using Pryx.Tui.Rendering;

namespace Pryx.Tui.Driver;

/// <summary>How the loop draws.</summary>
internal sealed record AppOptions
{
    public TerminalTraits Traits { get; init; } = new();
    public Theme Theme { get; init; } = Themes.Dark;

    /// <summary>Takes the light or the dark theme by what the terminal says of its background.</summary>
    public bool FollowsTerminal { get; init; }

    /// <summary>At least this long between two frames after keys.</summary>
    public TimeSpan Frame { get; init; } = TimeSpan.FromMilliseconds(16);

    /// <summary>At least this long between two frames after what other threads posted: a stream of hundreds of pieces a second costs 25 frames.</summary>
    public TimeSpan StreamFrame { get; init; } = TimeSpan.FromMilliseconds(40);

    /// <summary>Two presses of Ctrl+C within it end the program.</summary>
    public TimeSpan SecondPress { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the first frame waits for the terminal to say which background it has.</summary>
    public TimeSpan BackgroundWait { get; init; } = TimeSpan.FromMilliseconds(80);
}
