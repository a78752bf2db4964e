using System.Buffers;
using System.Text;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Driver;

internal delegate void TerminalWrite(ReadOnlySpan<byte> bytes);

/// <summary>What a terminal can do besides showing cells: title, clipboard, bell, notices.</summary>
internal sealed class TerminalSignals(TerminalWrite write, TerminalTraits traits)
{
    // xterm's own limit for one sequence; several terminals drop what is longer.
    private const int MostCopied = 74_994;
    private string? _title;

    /// <summary>The window's title; the one before comes back when the terminal is left.</summary>
    public void Title(string text)
    {
        if (_title != text)
        {
            _title = text;
            Send($"\e]2;{Plain(text, 200)}\e\\");
        }
    }

    /// <summary>Puts a text on the clipboard of the person's own machine (OSC 52), also over SSH. False: too long for it.</summary>
    public bool Copy(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (Base64Length(bytes.Length) > MostCopied)
        {
            return false;
        }
        Send(Passed($"\e]52;c;{Convert.ToBase64String(bytes)}\a"));
        return true;
    }

    public void Bell() => Send("\a");

    /// <summary>A desktop notice where the terminal knows how (OSC 9, OSC 777), and the bell.</summary>
    public void Notify(string title, string body)
    {
        var (head, rest) = (Plain(title, 80), Plain(body, 200));
        var isSeparate = traits.Program is "ghostty" or "WezTerm" || traits.Term?.StartsWith("rxvt", StringComparison.Ordinal) == true || traits.Term?.StartsWith("foot", StringComparison.Ordinal) == true;
        var notice = isSeparate ? $"\e]777;notify;{head.Replace(';', ',')};{rest}\e\\" : $"\e]9;{head}: {rest}\e\\";
        Send(Passed(notice) + "\a");
    }

    /// <summary>Asks for the background's colour, and then what every terminal answers: no answer to the first is then one.</summary>
    public void AskForBackground() => Send("\e]11;?\e\\\e[c");

    // tmux keeps what it does not know to itself unless it is wrapped for the terminal outside; screen cuts such strings at 768 bytes.
    private string Passed(string sequence) =>
        traits.IsTmux ? $"\ePtmux;{sequence.Replace("\e", "\e\e", StringComparison.Ordinal)}\e\\"
        : traits.IsScreen && sequence.Length < 700 ? $"\eP{sequence}\e\\"
        : sequence;

    private static int Base64Length(int bytes) => (bytes + 2) / 3 * 4;

    private static string Plain(string text, int limit)
    {
        var plain = new StringBuilder();
        foreach (var glyph in new GlyphText(text))
        {
            if (plain.Length + glyph.Text.Length > limit)
            {
                break;
            }
            plain.Append(glyph.Text);
        }
        return plain.ToString();
    }

    private void Send(string sequence)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(sequence.Length));
        write(rented.AsSpan(0, Encoding.UTF8.GetBytes(sequence, rented)));
        ArrayPool<byte>.Shared.Return(rented);
    }
}
