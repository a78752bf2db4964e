namespace Pryx.Tui.Chat;

/// <summary>A sign that turns while something is at work, by the clock alone.</summary>
internal static class Working
{
    private const string Signs = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

    public static string Sign(DateTimeOffset now) => Signs[(int)(now.ToUnixTimeMilliseconds() / 100 % Signs.Length)].ToString();
}
