using System.Text;
using Pryx.Protocol.Errors;
using Pryx.Terminal;

namespace Pryx.Commands.Run;

/// <summary>Makes the prompt of the arguments, a file and stdin: whatever is not the prompt itself follows it as context.</summary>
internal static class PromptSource
{
    /// <summary>More than any model takes; a larger input is a mistake.</summary>
    public const int Limit = 10 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <returns>Null when there is no prompt at all.</returns>
    public static async Task<string?> ReadAsync(CommandIo io, IReadOnlyList<string> words, string? file, CancellationToken cancellationToken)
    {
        var argument = words is ["-"] ? "" : string.Join(' ', words);
        var parts = new List<string>(3);
        if (!string.IsNullOrWhiteSpace(argument))
        {
            parts.Add(argument);
        }
        if (file is not null and not "-")
        {
            parts.Add(AsContext(await ReadFileAsync(Path.GetFullPath(file, io.WorkingDirectory), cancellationToken), file, isFirst: parts.Count == 0));
        }
        var isAsked = words is ["-"] || file is "-";
        if (isAsked || !io.IsInTerminal)
        {
            var input = await ReadStdinAsync(io, isAsked || parts.Count == 0, cancellationToken);
            if (!string.IsNullOrWhiteSpace(input))
            {
                parts.Add(AsContext(input, "stdin", isFirst: parts.Count == 0));
            }
        }
        return parts.Count == 0 ? null : string.Join("\n\n", parts);
    }

    private static string AsContext(string text, string name, bool isFirst) =>
        isFirst ? text.Trim() : $"<input name=\"{name}\">\n{text.TrimEnd('\r', '\n')}\n</input>";

    private static async Task<string> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(path).Length > Limit)
            {
                throw TooLong(path);
            }
            var text = await File.ReadAllTextAsync(path, cancellationToken);
            return string.IsNullOrWhiteSpace(text) ? throw UsageError.Of($"{path} is empty.", "put the prompt into it") : text;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UsageError.Of($"The prompt file could not be read: {e.Message}", "check the path given to --file");
        }
    }

    private static async Task<string> ReadStdinAsync(CommandIo io, bool isExpected, CancellationToken cancellationToken)
    {
        if (io.IsInTerminal)
        {
            io.Error.WriteLine("Type the prompt, then Ctrl-D on a line of its own.");
        }
        // On the pool: a console read blocks its thread and knows no cancellation.
        var reading = Task.Run(() => ReadAll(io.OpenIn()), cancellationToken);
        if (!io.IsInTerminal && await Task.WhenAny(reading, Task.Delay(Patience, io.Time, cancellationToken)) != reading)
        {
            // An inherited pipe that nobody closes would otherwise look like a hang.
            io.Error.WriteLine(isExpected
                ? "Waiting for the prompt on stdin …"
                : "Waiting for stdin to end, to add it to the prompt … (nothing to add? end the command with < /dev/null)");
        }
        return await reading.WaitAsync(cancellationToken);
    }

    private static string ReadAll(TextReader reader)
    {
        var text = new StringBuilder();
        var buffer = new char[8192];
        for (int read; (read = reader.Read(buffer, 0, buffer.Length)) > 0;)
        {
            text.Append(buffer, 0, read);
            if (text.Length > Limit)
            {
                throw TooLong("stdin");
            }
        }
        return text.ToString();
    }

    private static PryxException TooLong(string what) =>
        UsageError.Of($"{what} has more than {Limit / 1024 / 1024} MB.", "name the file in the prompt instead and let the agent read the parts it needs");
}
