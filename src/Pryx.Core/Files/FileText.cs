using System.Text;

namespace Pryx.Core.Files;

/// <summary>A file's text with what is needed to write it back as it was: encoding, byte order mark, line endings.</summary>
public sealed record FileText(string Text, Encoding Encoding, bool HasMark)
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly Encoding s_latin1 = Encoding.GetEncoding("iso-8859-1", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);

    /// <summary>True when most of its line ends are CRLF.</summary>
    public bool UsesCrLf { get; } = CountCrLf(Text) is var (crlf, lf) && crlf > lf;

    /// <summary>Null for binary contents.</summary>
    public static FileText? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes is [0xEF, 0xBB, 0xBF, ..])
        {
            return Of(s_utf8, bytes[3..], hasMark: true) ?? Of(s_latin1, bytes, hasMark: false);
        }
        if (bytes is [0xFF, 0xFE, ..])
        {
            return Of(new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true), bytes[2..], hasMark: true);
        }
        if (bytes is [0xFE, 0xFF, ..])
        {
            return Of(new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true), bytes[2..], hasMark: true);
        }
        // Latin-1 gives every byte back as it was, whatever the true encoding is.
        return IsBinary(bytes) ? null : Of(s_utf8, bytes, hasMark: false) ?? Of(s_latin1, bytes, hasMark: false);
    }

    /// <summary>True when there is a NUL in the first 8 KB, as git judges.</summary>
    public static bool IsBinary(ReadOnlySpan<byte> bytes) =>
        bytes is not ([0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]) && bytes[..Math.Min(bytes.Length, 8192)].Contains((byte)0);

    /// <exception cref="FileRefusedException">The text has characters that the file's encoding lacks.</exception>
    public byte[] Encode(string text)
    {
        byte[] mark = !HasMark ? [] : Encoding is UTF8Encoding ? [0xEF, 0xBB, 0xBF] : Encoding.CodePage == 1200 ? [0xFF, 0xFE] : [0xFE, 0xFF];
        try
        {
            return [.. mark, .. Encoding.GetBytes(text)];
        }
        catch (EncoderFallbackException e)
        {
            throw new FileRefusedException($"the new text has a character that the file's encoding ({Encoding.WebName}) can not hold: {e.Message}");
        }
    }

    /// <summary>Text meant to replace this file, in this file's line ends when it is plain LF and the file is CRLF throughout.</summary>
    public string AdoptLineEnds(string text) =>
        UsesCrLf && CountCrLf(Text).Lf == 0 && CountCrLf(text).CrLf == 0 ? text.Replace("\n", "\r\n", StringComparison.Ordinal) : text;

    public static byte[] EncodeUtf8(string text) => new UTF8Encoding(false).GetBytes(text);

    private static FileText? Of(Encoding encoding, ReadOnlySpan<byte> bytes, bool hasMark)
    {
        try
        {
            return new(encoding.GetString(bytes), encoding, hasMark);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static (int CrLf, int Lf) CountCrLf(string text)
    {
        var all = text.AsSpan().Count('\n');
        var crlf = text.AsSpan().Count("\r\n");
        return (crlf, all - crlf);
    }
}
