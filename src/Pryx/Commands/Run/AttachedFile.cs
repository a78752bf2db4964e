using Pryx.Protocol.Items;

namespace Pryx.Commands.Run;

/// <summary>Reads a file for the prompt; what it is, its first bytes say, not its name.</summary>
internal static class AttachedFile
{
    /// <summary>Bytes; providers take less than this.</summary>
    public const int Limit = 20 * 1024 * 1024;

    /// <summary>For <c>--image</c>.</summary>
    public static async Task<Attachment> ReadImageAsync(string path, CancellationToken cancellationToken) =>
        await ReadAsync(path, "--image", cancellationToken) is { Attachment: { } image } && image.MediaType.StartsWith("image/", StringComparison.Ordinal)
            ? image
            : throw UsageError.Of($"{path} is no image that models take.", "give a PNG, JPEG, GIF or WebP file; --attach takes PDF and text files, too");

    /// <summary>For <c>--attach</c>: an image or a PDF goes along as it is; a text is named in the prompt, and read as all files are.</summary>
    public static async Task<(Attachment? Attachment, string? Mention)> ReadAsync(string path, CancellationToken cancellationToken) => await ReadAsync(path, "--attach", cancellationToken);

    private static async Task<(Attachment? Attachment, string? Mention)> ReadAsync(string path, string option, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(path).Length > Limit)
            {
                throw UsageError.Of($"{path} has more than {Limit / 1024 / 1024} MB.", "make it smaller, or give a part of it");
            }
            var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
            return MediaTypeOf(bytes) is { } type ? (new Attachment(type, Convert.ToBase64String(bytes), Path.GetFileName(path)), null)
                : !bytes.AsSpan(0, Math.Min(bytes.Length, 8_192)).Contains((byte)0) ? (null, $"@\"{path}\"")
                : throw UsageError.Of($"{path} is neither an image, a PDF nor text.", "give a PNG, JPEG, GIF, WebP, PDF or text file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UsageError.Of($"The {(option == "--image" ? "image" : "file")} could not be read: {e.Message}", $"check the path given to {option}");
        }
    }

    private static string? MediaTypeOf(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "image/gif",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => "image/webp",
        [(byte)'%', (byte)'P', (byte)'D', (byte)'F', (byte)'-', ..] => "application/pdf",
        _ => null,
    };
}
