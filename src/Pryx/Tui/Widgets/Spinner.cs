namespace Pryx.Tui.Widgets;

/// <summary>Shows that something goes on; which picture is due depends on the time alone.</summary>
internal static class Spinner
{
    private const string Frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

    /// <summary>How often whoever shows it should ask for a frame.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(120);

    public static string At(TimeSpan elapsed) => Frames[(int)((long)(elapsed / Interval) % Frames.Length)].ToString();
}
