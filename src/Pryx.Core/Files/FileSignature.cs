namespace Pryx.Core.Files;

/// <summary>What a file is by its first bytes; names lie.</summary>
public static class FileSignature
{
    /// <summary>The media type of an image that the providers take; null for anything else.</summary>
    public static string? ImageType(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => "image/gif",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => "image/webp",
        _ => null,
    };

    /// <summary>In words, for contents that are no text.</summary>
    public static string Describe(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0x7F, (byte)'E', (byte)'L', (byte)'F', ..] => "an ELF executable or library",
        [(byte)'M', (byte)'Z', ..] => "a Windows executable or .NET assembly",
        [0xCF or 0xCE, 0xFA, 0xED, 0xFE, ..] => "a Mach-O executable",
        [(byte)'P', (byte)'K', 3, 4, ..] => "a zip archive (or office document)",
        [0x1F, 0x8B, ..] => "gzip data",
        [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => "a PDF document",
        [(byte)'S', (byte)'Q', (byte)'L', (byte)'i', (byte)'t', (byte)'e', ..] => "an SQLite database",
        _ => "binary data",
    };
}
