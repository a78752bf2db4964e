using Pryx.Core.Storage;

namespace Pryx.Core.Logs;

/// <summary>
/// <c>logs/pryx-core.log</c> (0600): at 10 MB it becomes <c>pryx-core.1.log</c>, and so on to 5. It is opened for each batch, so several
/// processes can write to it side by side.
/// </summary>
internal sealed class LogFile(string directory, long largest = LogFile.Largest)
{
    public const long Largest = 10 * 1024 * 1024;
    private const int Kept = 5;

    public string Path { get; } = System.IO.Path.Combine(directory, "pryx-core.log");

    /// <exception cref="IOException">The disk is full, or the like.</exception>
    public void Append(ReadOnlySpan<byte> lines)
    {
        DatabaseFile.CreatePrivateDirectory(directory);
        if (new FileInfo(Path) is { Exists: true, Length: var length } && length + lines.Length > largest)
        {
            Rotate();
        }
        using var file = new FileStream(Path, DatabaseFile.OptionsFor(FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete));
        file.Write(lines);
    }

    private void Rotate()
    {
        for (var i = Kept; i >= 1; i--)
        {
            var from = i == 1 ? Path : Numbered(i - 1);
            if (File.Exists(from))
            {
                File.Move(from, Numbered(i), overwrite: true);
            }
        }
    }

    private string Numbered(int number) => System.IO.Path.Combine(directory, $"pryx-core.{number}.log");
}
