using System.Buffers;
using System.Text;
using Pryx.Agent.Secrets;
using Pryx.Core.Processes;

namespace Pryx.Core.Background;

/// <summary>Reads one stream of a background process into its lines: without terminal control, and masked before anything of it is kept.</summary>
internal sealed class ProcessOutput(string name, LineRing lines, ISecretMask secrets)
{
    private readonly Decoder _decoder = new UTF8Encoding(false, throwOnInvalidBytes: false).GetDecoder();
    private readonly PlainText _plain = new();
    private readonly IStreamMask _mask = secrets.OpenStream();
    private readonly StringBuilder _open = new();
    private int _left;
    private volatile bool _isClosed;

    /// <summary>Returns when the stream ends.</summary>
    public async Task PumpAsync(Stream source)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(16 * 1024);
        var chars = new char[bytes.Length + 1];
        var text = new char[chars.Length + 1];
        try
        {
            int read;
            while ((read = await source.ReadAsync(bytes, CancellationToken.None).ConfigureAwait(false)) > 0 && !_isClosed)
            {
                Take(_mask.Write(text.AsSpan(0, _plain.Strip(chars.AsSpan(0, _decoder.GetChars(bytes.AsSpan(0, read), chars, flush: false)), text))));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The child's side broke, or its end was not waited for: what came is what there is.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            Take(_mask.Finish());
            if (_open.Length > 0)
            {
                EndLine();
            }
        }
    }

    /// <summary>What still comes is dropped.</summary>
    public void Close() => _isClosed = true;

    private void Take(ReadOnlySpan<char> text)
    {
        while (text.IndexOf('\n') is >= 0 and var end)
        {
            Append(text[..end]);
            EndLine();
            text = text[(end + 1)..];
        }
        Append(text);
    }

    // Cut while it grows: a program may never end its line.
    private void Append(ReadOnlySpan<char> text)
    {
        var room = Math.Min(text.Length, LineRing.LongestLine - _open.Length);
        _open.Append(text[..room]);
        _left += text.Length - room;
    }

    private void EndLine()
    {
        lines.Add(name, _left == 0 ? _open.ToString() : $"{_open} … ({_left} more characters)");
        _open.Clear();
        _left = 0;
    }
}
