using System.Globalization;
using System.Text;

namespace Pryx.Tui.Rendering;

/// <summary>A theme in the escape sequences of a terminal with so many colours; each style is worked out once.</summary>
internal sealed class StyleCodes(Theme theme, ColourDepth depth)
{
    private readonly Dictionary<TextStyle, byte[]> _known = [];

    public Theme Theme => theme;

    public ReadOnlySpan<byte> Of(TextStyle style)
    {
        if (!_known.TryGetValue(style, out var code))
        {
            code = Encoding.ASCII.GetBytes(Code(style));
            _known[style] = code;
        }
        return code;
    }

    private string Code(TextStyle style)
    {
        var code = new StringBuilder("\e[0");
        var (ink, paper) = (theme.Of(style.Ink), theme.Of(style.Paper));
        var effects = style.Effects;
        if (style.Paper == Paper.Default && paper.IsNone)
        {
            // The terminal's own background.
        }
        else if (paper.IsNone || depth is ColourDepth.None or ColourDepth.Sixteen)
        {
            // Sixteen colours have no shades of a background: what must stand out is reversed, the rest is plain.
            effects |= style.Paper is Paper.Selected or Paper.Match ? Effects.Reverse : Effects.None;
            paper = depth == ColourDepth.Sixteen && paper.IsTrue && theme.Of(Paper.Default).IsTrue ? theme.Of(Paper.Default) : Colour.None;
        }
        if (depth == ColourDepth.None)
        {
            effects |= style.Ink switch
            {
                Ink.Heading or Ink.Strong or Ink.Error or Ink.Warning => Effects.Bold,
                Ink.Faint => Effects.Dim,
                Ink.Link => Effects.Underline,
                _ => Effects.None,
            };
        }
        Effect(code, effects);
        if (depth != ColourDepth.None)
        {
            Append(code, ink, 30);
            Append(code, paper, 40);
        }
        return code.Append('m').ToString();
    }

    private static void Effect(StringBuilder code, Effects effects)
    {
        ReadOnlySpan<(Effects, string)> all = [(Effects.Bold, ";1"), (Effects.Dim, ";2"), (Effects.Italic, ";3"), (Effects.Underline, ";4"), (Effects.Reverse, ";7"), (Effects.Strike, ";9")];
        foreach (var (effect, sequence) in all)
        {
            code.Append((effects & effect) != 0 ? sequence : "");
        }
    }

    private void Append(StringBuilder code, Colour colour, int plane)
    {
        if (colour.IsNone)
        {
            return;
        }
        if (!colour.IsTrue)
        {
            code.Append(CultureInfo.InvariantCulture, $";{plane + (colour.Index < 8 ? colour.Index : colour.Index - 8 + 60)}");
        }
        else if (depth == ColourDepth.True)
        {
            code.Append(CultureInfo.InvariantCulture, $";{plane + 8};2;{colour.Red};{colour.Green};{colour.Blue}");
        }
        else if (depth == ColourDepth.Palette256)
        {
            code.Append(CultureInfo.InvariantCulture, $";{plane + 8};5;{NearestColour.Of256(colour)}");
        }
        else
        {
            Append(code, Colour.Ansi(NearestColour.Of16(colour)), plane);
        }
    }
}
