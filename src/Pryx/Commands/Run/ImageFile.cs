using Pryx.Protocol.Items;

namespace Pryx.Commands.Run;

/// <summary>Reads an image for the prompt; what it is, its first bytes say, not its name.</summary>
internal static class ImageFile
{
    /// <summary>Bytes; providers take less than this.</summary>
    public const int Limit = 20 * 1024 * 1024;

    public static async Task<Attachment> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(path).Length > Limit)
            {
                throw UsageError.Of($"{path} has more than {Limit / 1024 / 1024} MB.", "make the image smaller");
            }
            var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
            return MediaTypeOf(bytes) is { } type
                ? new Attachment(type, Convert.ToBase64String(bytes), Path.GetFileName(path))
                : throw UsageError.Of($"{path} is no image that models take.", "give a PNG, JPEG, GIF or WebP file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UsageError.Of($"The image could not be read: {e.Message}", "check the path given to --image");
        }
    }

    private static string? MediaTypeOf(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "image/gif",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => "image/webp",
        _ => null,
    };
}
