using System.Buffers;
using System.Text;
using Pryx.Agent.Secrets;

namespace Pryx.Core.Processes;

/// <summary>
/// Reads one output stream of a child to its end in constant memory: keeps head and tail for the model, shows all of it live, and
/// puts the whole into a file once it is too long to show. All of it is masked first: half of a secret, left by a cut, would not be found.
/// </summary>
internal sealed class OutputCapture(string name, string path, Action<string, string> onOutput, ISecretMask? secrets = null) : IDisposable
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
    private readonly IStreamMask _mask = (secrets ?? NoMask.Instance).OpenStream();
    private readonly Encoder _encoder = new UTF8Encoding(false).GetEncoder();
    private StringBuilder? _pending = new();
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
            if (!_isClosed)
            {
                Show(_mask.Finish());
            }
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
        string live;
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }
            _bytes += bytes.Length;
            var plain = text.AsSpan(0, _plain.Strip(chars.AsSpan(0, _decoder.GetChars(bytes, chars, flush: isLast)), text));
            live = _mask.Write(plain) + (isLast ? _mask.Finish() : "");
            Show(live);
        }
        if (live.Length > 0)
        {
            onOutput(name, live);
        }
    }

    private void Show(string masked)
    {
        if (masked.Length > 0)
        {
            Keep(masked);
            Append(masked);
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

    private void Keep(string text)
    {
        if (_fileTrouble is not null)
        {
            return;
        }
        try
        {
            if (_pending is not null)
            {
                _pending.Append(text);
                if (_pending.Length <= HeadLength + TailLength)
                {
                    return;
                }
                _file = new FileStream(path, Options());
                text = _pending.ToString();
                _pending = null;
            }
            if (_file is not null && _file.Position < FileLimit)
            {
                var bytes = new byte[_encoder.GetByteCount(text, flush: false)];
                var length = _encoder.GetBytes(text, bytes, flush: false);
                _file.Write(bytes, 0, (int)Math.Min(length, FileLimit - _file.Position));
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
