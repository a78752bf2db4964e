using System.Buffers;
using System.Text;

namespace Pryx.Tui.Input;

/// <summary>Collects what is pasted, however many pieces it comes in.</summary>
internal sealed class PasteReader
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private int _matched;
    private bool _isCut;

    private static ReadOnlySpan<byte> EndMark => "\e[201~"u8;

    /// <summary>Takes bytes up to the end mark, which may be torn between two pieces; true when it came.</summary>
    public bool Take(ref ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; at++)
        {
            if (_matched == 0)
            {
                var run = bytes[at..].IndexOf((byte)0x1B);
                Write(run < 0 ? bytes[at..] : bytes.Slice(at, run));
                if (run < 0)
                {
                    break;
                }
                at += run;
            }
            if (bytes[at] == EndMark[_matched])
            {
                _matched++;
                if (_matched == EndMark.Length)
                {
                    bytes = bytes[(at + 1)..];
                    return true;
                }
                continue;
            }
            // It only looked like the mark.
            Write(EndMark[.._matched]);
            _matched = 0;
            at--;
        }
        bytes = [];
        return false;
    }

    public PasteEvent End()
    {
        var text = Encoding.UTF8.GetString(_bytes.WrittenSpan);
        return new(text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n'), _isCut);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        var room = InputDecoder.MostPasted - _bytes.WrittenCount;
        _isCut |= bytes.Length > room;
        _bytes.Write(bytes[..Math.Min(room, bytes.Length)]);
    }
}
