using System.Text;
using QRCoder;

namespace Pryx.Terminal;

/// <summary>A QR code in half-height blocks, two rows a line.</summary>
internal static class QrCode
{
    /// <param name="hasColor">Black on white by colour; else light blocks, which a dark terminal shows rightly.</param>
    public static IReadOnlyList<string> Lines(string text, bool hasColor)
    {
        using var generator = new QRCodeGenerator();
        using var data = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.L);
        var rows = data.ModuleMatrix; // With the quiet zone of four modules.
        var lines = new List<string>();
        for (var y = 0; y < rows.Count; y += 2)
        {
            var line = new StringBuilder(hasColor ? "\e[30;47m" : "");
            for (var x = 0; x < rows.Count; x++)
            {
                var upper = rows[y][x];
                var lower = y + 1 < rows.Count && rows[y + 1][x];
                line.Append((upper == hasColor, lower == hasColor) switch { (true, true) => '█', (true, false) => '▀', (false, true) => '▄', _ => ' ' });
            }
            lines.Add(line.Append(hasColor ? "\e[0m" : "").ToString());
        }
        return lines;
    }
}
