using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Pryx.Core.Processes;

/// <summary>
/// Reads one output stream of a child to its end in constant memory: keeps head and tail for the model, shows all of it live, and
/// puts the whole into a file once it is too long to show.
/// </summary>
internal sealed class OutputCapture(string name, string path, Action<string, string> onOutput) : IDisposable
{
    /// <summary>In characters; both streams together stay below 30,000.</summary>
    internal const int HeadLength = 6_000;
    internal const int TailLength = 8_000;

    /// <summary>In bytes. A command that never stops printing must not fill the disk.</summary>
    internal const long FileLimit = 100L * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Decoder _decoder = new UTF8Encoding(false, throwOnInvalidBytes: false).GetDecoder();
    private readonly PlainText _plain = new();
    private readonly StringBuilder _head = new();
    private readonly char[] _tail = new char[TailLength];
    private long _tailTotal;
    private List<byte>? _pending = [];
    private FileStream? _file;
    private long _bytes;
    private string? _fileTrouble;
    private bool _isClosed;

    public async Task PumpAsync(Stream source)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(32 * 1024);
        var chars = new char[bytes.Length + 1];
        var text = new char[chars.Length + 1];
        try
        {
            int read;
            while ((read = await source.ReadAsync(bytes, CancellationToken.None).ConfigureAwait(false)) > 0)
            {
                Take(bytes.AsSpan(0, read), chars, text, isLast: false);
            }
        }
        catch (IOException)
        {
            // The child's side broke; what came is what there is.
        }
        finally
        {
            Take([], chars, text, isLast: true);
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>What the model reads, and the file with all of it when that was not all. Also right while the stream is still open.</summary>
    public (string Text, string? FilePath) Snapshot()
    {
        lock (_gate)
        {
            _file?.Flush();
            var tailLength = (int)Math.Min(_tailTotal, TailLength);
            var start = (int)((_tailTotal - tailLength) % TailLength);
            var tail = string.Concat(_tail.AsSpan(start, Math.Min(tailLength, TailLength - start)), _tail.AsSpan(0, Math.Max(0, tailLength - (TailLength - start))));
            var leftOut = _tailTotal - tailLength;
            var filePath = _file is null ? null : path;
            if (leftOut == 0)
            {
                return (_head + tail, filePath);
            }
            var where = _fileTrouble ?? (_bytes > FileLimit ? $"the first {FileLimit / 1024 / 1024} MB are in {path}" : $"all of it is in {path}");
            return ($"{_head}\n… {leftOut} characters left out; {where} …\n{tail}", filePath);
        }
    }

    /// <summary>Closes the file; what still comes from somebody who escaped is dropped.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _file?.Dispose();
        }
    }

    private void Take(ReadOnlySpan<byte> bytes, char[] chars, char[] text, bool isLast)
    {
        string? live = null;
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }
            Keep(bytes);
            var plain = text.AsSpan(0, _plain.Strip(chars.AsSpan(0, _decoder.GetChars(bytes, chars, flush: isLast)), text));
            if (!plain.IsEmpty)
            {
                live = new string(plain);
                Append(plain);
            }
        }
        if (live is not null)
        {
            onOutput(name, live);
        }
    }

    private void Append(ReadOnlySpan<char> plain)
    {
        var toHead = Math.Min(HeadLength - _head.Length, plain.Length);
        _head.Append(plain[..toHead]);
        plain = plain[toHead..];
        if (plain.Length > TailLength)
        {
            _tailTotal += plain.Length - TailLength;
            plain = plain[^TailLength..];
        }
        foreach (var character in plain)
        {
            _tail[_tailTotal++ % TailLength] = character;
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        _bytes += bytes.Length;
        if (_fileTrouble is not null || bytes.IsEmpty)
        {
            return;
        }
        try
        {
            if (_pending is not null)
            {
                // Text is never longer than its bytes: until here nothing can have been left out.
                _pending.AddRange(bytes);
                if (_pending.Count <= HeadLength + TailLength)
                {
                    return;
                }
                _file = new FileStream(path, Options());
                _file.Write(CollectionsMarshal.AsSpan(_pending));
                _pending = null;
                return;
            }
            if (_file is not null && _file.Position < FileLimit)
            {
                _file.Write(bytes[..(int)Math.Min(bytes.Length, FileLimit - _file.Position)]);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _pending = null;
            _fileTrouble = $"they could not be kept in a file: {e.Message}";
        }
    }

    private static FileStreamOptions Options()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        return options;
    }
}
