using System.Buffers;
using System.Text;

namespace Pryx.Tui.Input;

/// <summary>
/// Reads what a terminal sends: keys of xterm and its relatives, of the Linux console and of the kitty protocol, pastes, the mouse,
/// answers. Whatever comes, nothing throws, and text after what is not understood is read as text.
/// </summary>
/// <remarks>Not safe for several threads.</remarks>
internal sealed class InputDecoder(TimeProvider time)
{
    /// <summary>A longer paste is cut.</summary>
    public const int MostPasted = 8 * 1024 * 1024;

    // A terminal sends a sequence at once; a person needs longer for Escape and the next key.
    private static readonly TimeSpan _sequenceWait = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan _pasteWait = TimeSpan.FromSeconds(3);
    private const int LongestString = 4096;
    private byte[] _held = new byte[256];
    private int _count;
    private PasteReader? _paste;
    private long _lastByte;

    private static ReadOnlySpan<byte> PasteStart => "\e[200~"u8;

    /// <summary>How long to wait for more before <see cref="Expire"/> must be asked; null: nothing is held back.</summary>
    public TimeSpan? Wait => _count == 0 && _paste is null ? null
        : (_paste is null ? _sequenceWait : _pasteWait) - time.GetElapsedTime(_lastByte) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    public void Feed(ReadOnlySpan<byte> bytes, List<InputEvent> events)
    {
        _lastByte = time.GetTimestamp();
        if (_count > 0)
        {
            Hold(bytes);
            bytes = _held.AsSpan(0, _count).ToArray();
            _count = 0;
        }
        Hold(Read(bytes, events));
    }

    /// <summary>No more came in time: what is held back is all there is.</summary>
    public void Expire(List<InputEvent> events)
    {
        if (Wait is not { } wait || wait > TimeSpan.Zero)
        {
            return;
        }
        if (_paste is not null)
        {
            events.Add(_paste.End());
            _paste = null;
        }
        var rest = _held.AsSpan(0, _count).ToArray().AsSpan();
        _count = 0;
        if (rest.Length > 0)
        {
            ReadUnfinished(rest, events);
        }
    }

    private ReadOnlySpan<byte> Read(ReadOnlySpan<byte> bytes, List<InputEvent> events)
    {
        while (bytes.Length > 0)
        {
            if (_paste is not null)
            {
                if (!_paste.Take(ref bytes))
                {
                    return [];
                }
                events.Add(_paste.End());
                _paste = null;
                continue;
            }
            var used = Next(bytes, events);
            if (used == 0)
            {
                return bytes;
            }
            bytes = bytes[used..];
        }
        return bytes;
    }

    /// <summary>Returns how many bytes were understood; 0: the rest has not arrived yet.</summary>
    private int Next(ReadOnlySpan<byte> bytes, List<InputEvent> events)
    {
        if (bytes[0] != 0x1B)
        {
            return Letter(bytes, KeyModifiers.None, events);
        }
        if (bytes.Length == 1)
        {
            return 0;
        }
        switch (bytes[1])
        {
            case (byte)'[':
                return Csi(bytes, events);
            case (byte)'O':
                return Ss3(bytes, events);
            case (byte)']' or (byte)'P' or (byte)'_' or (byte)'^' or (byte)'X':
                return ControlString(bytes, events);
            case 0x1B:
                return AltSequence(bytes, events);
            default:
                var used = Letter(bytes[1..], KeyModifiers.Alt, events);
                return used == 0 ? 0 : used + 1;
        }
    }

    private static int Letter(ReadOnlySpan<byte> bytes, KeyModifiers modifiers, List<InputEvent> events)
    {
        var status = Rune.DecodeFromUtf8(bytes, out var rune, out var used);
        if (status == OperationStatus.NeedMoreData)
        {
            return 0;
        }
        // What is no UTF-8 shows itself as U+FFFD.
        events.Add(new KeyEvent(KeyNames.OfLegacy(rune, modifiers)));
        return used;
    }

    private int Csi(ReadOnlySpan<byte> bytes, List<InputEvent> events)
    {
        var at = 2;
        if (bytes.Length > 2 && bytes[2] == '[')
        {
            // The Linux console: F1–F5.
            if (bytes.Length < 4)
            {
                return 0;
            }
            Add(events, bytes[3] is >= (byte)'A' and <= (byte)'E' ? new Key(KeyCode.F1 + (byte)(bytes[3] - 'A')) : null);
            return 4;
        }
        while (at < bytes.Length && bytes[at] is >= 0x20 and <= 0x3F)
        {
            at++;
        }
        if (at == bytes.Length)
        {
            return at > LongestString ? at : 0;
        }
        if (bytes[at] is < 0x40 or > 0x7E)
        {
            return at; // Broken off by something else, which is read anew.
        }
        if (bytes[..(at + 1)].SequenceEqual(PasteStart))
        {
            _paste = new PasteReader();
            return at + 1;
        }
        if (bytes[at] == 'M' && at == 2)
        {
            return bytes.Length < 6 ? 0 : MouseOfX10(bytes, events);
        }
        if (CsiSequence.Read(bytes[2..at], (char)bytes[at]) is { } read)
        {
            events.Add(read);
        }
        return at + 1;
    }

    private static int MouseOfX10(ReadOnlySpan<byte> bytes, List<InputEvent> events)
    {
        if (CsiSequence.Mouse(bytes[3] - 32, bytes[4] - 32, bytes[5] - 32, isRelease: (bytes[3] & 3) == 3) is { } mouse)
        {
            events.Add(mouse);
        }
        return 6;
    }

    private static int Ss3(ReadOnlySpan<byte> bytes, List<InputEvent> events)
    {
        var at = 2;
        while (at < bytes.Length && bytes[at] is >= (byte)'0' and <= (byte)'9')
        {
            at++;
        }
        if (at == bytes.Length)
        {
            return at > 8 ? at : 0;
        }
        if (KeyNames.OfFinal((char)bytes[at]) is { } key)
        {
            var modifiers = at == 3 ? KeyNames.Modifiers(bytes[2] - '0') : KeyModifiers.None;
            events.Add(new KeyEvent(key with { Modifiers = key.Modifiers | modifiers }));
            return at + 1;
        }
        events.Add(new KeyEvent(new Key(KeyCode.Letter, new Rune('o'), KeyModifiers.Alt | KeyModifiers.Shift)));
        return 2;
    }

    // Alt with a key that is itself a sequence: ESC ESC [ A.
    private int AltSequence(ReadOnlySpan<byte> bytes, List<InputEvent> events)
    {
        if (bytes.Length == 2)
        {
            return 0;
        }
        if (bytes[2] is not ((byte)'[' or (byte)'O'))
        {
            events.Add(new KeyEvent(Key.Escape));
            return 1;
        }
        var inner = new List<InputEvent>();
        var used = Next(bytes[1..], inner);
        foreach (var input in inner)
        {
            events.Add(input is KeyEvent { Key: var key } ? new KeyEvent(key with { Modifiers = key.Modifiers | KeyModifiers.Alt }) : input);
        }
        return used == 0 ? 0 : used + 1;
    }

    private static int ControlString(ReadOnlySpan<byte> bytes, List<InputEvent> events)
    {
        for (var at = 2; at < bytes.Length; at++)
        {
            switch (bytes[at])
            {
                case 0x07 or 0x1B when bytes[at] == 0x07 || (at + 1 < bytes.Length && bytes[at + 1] == '\\'):
                    Answer((char)bytes[1], bytes[2..at], events);
                    return at + (bytes[at] == 0x07 ? 1 : 2);
                case 0x1B when at + 1 == bytes.Length:
                    return 0;
                case 0x1B or 0x18 or 0x1A or (byte)'\r' or 0x03:
                    // Broken off. Ctrl+C and Enter are a person's keys in any case.
                    return at;
            }
        }
        return bytes.Length > LongestString ? bytes.Length : 0;
    }

    private static void Answer(char kind, ReadOnlySpan<byte> text, List<InputEvent> events)
    {
        var isBackground = kind == ']' && text.StartsWith("11;"u8);
        events.Add(new ReplyEvent(isBackground ? ReplyKind.Background : ReplyKind.Other, Encoding.UTF8.GetString(isBackground ? text[3..] : text)));
    }

    // A lone ESC is the key; ESC with a sign that begins sequences is Alt with that sign; more than that was no key.
    private static void ReadUnfinished(ReadOnlySpan<byte> bytes, List<InputEvent> events)
    {
        if (bytes is [0x1B, 0x1B])
        {
            events.Add(new KeyEvent(Key.Escape));
            events.Add(new KeyEvent(Key.Escape));
        }
        else if (bytes is [0x1B])
        {
            events.Add(new KeyEvent(Key.Escape));
        }
        else if (bytes is [0x1B, var sign])
        {
            events.Add(new KeyEvent(KeyNames.OfLegacy(new Rune(sign < 0x80 ? (char)sign : '\uFFFD'), KeyModifiers.Alt)));
        }
        else if (bytes[0] != 0x1B)
        {
            events.Add(new KeyEvent(Key.Of(Rune.ReplacementChar)));
        }
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        if (_count + bytes.Length > _held.Length)
        {
            Array.Resize(ref _held, Math.Max(_held.Length * 2, _count + bytes.Length));
        }
        bytes.CopyTo(_held.AsSpan(_count));
        _count += bytes.Length;
    }

    private static void Add(List<InputEvent> events, Key? key)
    {
        if (key is { } known)
        {
            events.Add(new KeyEvent(known));
        }
    }
}
