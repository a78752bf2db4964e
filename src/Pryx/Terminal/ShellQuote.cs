namespace Pryx.Terminal;

/// <summary>Writes a text so that a shell takes it as one word.</summary>
internal static class ShellQuote
{
    public static string Of(string text) => text.Length > 0 && text.All(IsPlain) ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static bool IsPlain(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '/' or ':' or '=' or ',' or '+' or '@' or '%';
}
