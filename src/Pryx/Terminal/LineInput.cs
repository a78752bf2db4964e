using System.Text;

namespace Pryx.Terminal;

/// <summary>One line typed by a person: Enter ends it, Escape gives it up, Backspace and Ctrl-U take back.</summary>
internal static class LineInput
{
    /// <summary>Returns null when it was given up.</summary>
    /// <param name="isSecret">True: nothing is echoed.</param>
    public static async Task<string?> ReadAsync(CommandIo io, string prompt, string initial, bool isSecret, CancellationToken cancellationToken)
    {
        var text = new StringBuilder(initial);
        io.Error.Write(prompt + SafeText.Line(initial));
        while (true)
        {
            var key = await io.Keyboard.ReadAsync(cancellationToken);
            switch (key)
            {
                case { Key: ConsoleKey.Enter }:
                    io.Error.WriteLine();
                    return text.ToString();
                case { Key: ConsoleKey.Escape }:
                    io.Error.WriteLine();
                    return null;
                case { Key: ConsoleKey.Backspace }:
                    TakeBack(io, text, isSecret);
                    break;
                case { Key: ConsoleKey.U, Modifiers: ConsoleModifiers.Control }:
                    while (text.Length > 0)
                    {
                        TakeBack(io, text, isSecret);
                    }
                    break;
                case { KeyChar: var letter } when !char.IsControl(letter):
                    text.Append(letter);
                    io.Error.Write(isSecret ? "" : letter.ToString());
                    break;
                default:
                    break;
            }
        }
    }

    private static void TakeBack(CommandIo io, StringBuilder text, bool isSecret)
    {
        if (text.Length == 0)
        {
            return;
        }
        var length = text.Length > 1 && char.IsLowSurrogate(text[^1]) ? 2 : 1;
        var removed = text.ToString(text.Length - length, length);
        text.Length -= length;
        for (var columns = isSecret ? 0 : TextLayout.WidthOf(SafeText.Line(removed)); columns > 0; columns--)
        {
            io.Error.Write("\b \b");
        }
    }
}
