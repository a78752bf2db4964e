using System.Globalization;
using System.Text;
using Pryx.Tui.Driver;
using Pryx.Tui.Input;

namespace Pryx.Tests.Tui;

/// <summary>
/// A terminal that understands what is written to it as a real one does, letter by letter with its own idea of widths, and refuses
/// every sequence it does not know.
/// </summary>
internal sealed class VirtualTerminal(int width, int height) : ITerminal
{
    private readonly StringBuilder _parameters = new();
    private readonly Decoder _utf8 = new UTF8Encoding(false, throwOnInvalidBytes: true).GetDecoder();
    private TerminalGrid _grid = new(width, height);
    private State _state;
    private char _string;
    private bool _endsString;
    private string _sgr = "";
    private string _link = "";
    private char _high;

    private enum State
    {
        Ground,
        Escape,
        Csi,
        String,
    }

    public (int Width, int Height) Size { get; private set; } = (width, height);
    public TerminalGrid Grid => _grid;
    public Action<InputEvent> Receive { get; private set; } = static _ => { };

    /// <summary>The modes that are set, such as "?1049".</summary>
    public SortedSet<string> Modes { get; } = new(["?7", "?25", "8"], StringComparer.Ordinal);
    public int KeyboardFlags { get; private set; }
    public string CursorShape { get; private set; } = "0";
    public string Title { get; private set; } = "";
    public List<string> Copied { get; } = [];
    public List<string> Notices { get; } = [];
    public int Bells { get; private set; }
    public int Frames { get; private set; }
    public long Written { get; private set; }
    /// <summary>What was shown when the last frame was complete.</summary>
    public string LastFrame { get; private set; } = "";
    public bool IsEntered { get; private set; }
    public int Suspensions { get; private set; }

    /// <summary>Its background, for those who ask; null: it does not answer that.</summary>
    public string? Background { get; set; }

    public void Enter(Action<InputEvent> receive)
    {
        Receive = receive;
        Write(TerminalModes.Enter);
        Write(TerminalModes.EnterKeys);
        IsEntered = true;
    }

    public void Leave()
    {
        if (IsEntered)
        {
            Write(TerminalModes.LeaveKeys);
            Write(TerminalModes.Leave);
            IsEntered = false;
        }
    }

    public bool Suspend()
    {
        Assert.False(IsEntered, "A stopped program must not hold the terminal.");
        Suspensions++;
        return true;
    }

    public void Dispose() => Leave();

    public void Resize(int width, int height)
    {
        Size = (width, height);
        _grid = new TerminalGrid(width, height);
        Receive(new ResizeEvent(width, height));
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Written += bytes.Length;
        var letters = new char[bytes.Length + 1];
        var count = _utf8.GetChars(bytes, letters, flush: false);
        foreach (var letter in letters.AsSpan(0, count))
        {
            Read(letter);
        }
    }

    private void Read(char letter)
    {
        switch (_state)
        {
            case State.Ground when letter == '\e':
                _state = State.Escape;
                break;
            case State.Ground when letter == '\a':
                Bells++;
                break;
            case State.Ground when letter == '\r':
                _grid.Column(0);
                break;
            case State.Ground when char.IsControl(letter):
                throw new InvalidOperationException($"A control character U+{(int)letter:X4} was written as text.");
            case State.Ground:
                Print(letter);
                break;
            case State.Escape when letter is '[':
                (_state, _) = (State.Csi, _parameters.Clear());
                break;
            case State.Escape when letter is ']' or 'P':
                (_state, _string, _endsString, _) = (State.String, letter, false, _parameters.Clear());
                break;
            case State.Escape:
                throw new InvalidOperationException($"Unknown sequence ESC {letter}.");
            case State.Csi when letter is >= ' ' and <= '?':
                _parameters.Append(letter);
                break;
            case State.Csi:
                _state = State.Ground;
                Control(_parameters.ToString(), letter);
                break;
            case State.String:
                ReadString(letter);
                break;
        }
    }

    private void ReadString(char letter)
    {
        if (_endsString && letter != '\\')
        {
            // Inside tmux's wrapping an ESC is doubled.
            Assert.True(_string == 'P' && letter == '\e', $"ESC {letter} within a string.");
            _parameters.Append('\e');
            _endsString = false;
        }
        else if (_endsString || (letter == '\a' && _string == ']'))
        {
            _state = State.Ground;
            EndString(_parameters.ToString());
        }
        else if (letter == '\e')
        {
            _endsString = true;
        }
        else
        {
            _parameters.Append(letter);
        }
    }

    private void EndString(string text)
    {
        if (_string == 'P')
        {
            Assert.StartsWith("tmux;", text, StringComparison.Ordinal);
            foreach (var letter in text[5..])
            {
                Read(letter);
            }
            return;
        }
        switch (text.Split(';', 2))
        {
            case ["2", var title]:
                Title = title;
                break;
            case ["8", var link]:
                _link = link[(link.IndexOf(';') + 1)..];
                break;
            case ["9" or "777", var notice]:
                Notices.Add(notice);
                break;
            case ["52", var data]:
                Copied.Add(Encoding.UTF8.GetString(Convert.FromBase64String(data["c;".Length..])));
                break;
            case ["11", "?"] when Background is { } colour:
                Receive(new ReplyEvent(ReplyKind.Background, colour));
                break;
            case ["11", "?"]:
                break;
            default:
                throw new InvalidOperationException($"Unknown sequence OSC {text}.");
        }
    }

    private void Control(string parameters, char final)
    {
        switch (final)
        {
            case 'H':
                var place = parameters.Split(';').Select(static part => part.Length == 0 ? 1 : int.Parse(part, CultureInfo.InvariantCulture)).ToList();
                _grid.Move((place.Count > 1 ? place[1] : 1) - 1, place[0] - 1);
                break;
            case 'J' when parameters == "2":
                _grid.Clear();
                break;
            case 'm' when parameters.StartsWith('>'):
                break;
            case 'm':
                _sgr = parameters is "" or "0" ? "" : parameters.StartsWith("0;", StringComparison.Ordinal) ? parameters[2..] : throw new InvalidOperationException($"SGR {parameters} builds on what was before.");
                break;
            case 'h' or 'l':
                Mode(parameters, final == 'h');
                break;
            case 'q' when parameters.EndsWith(' '):
                CursorShape = parameters.TrimEnd();
                break;
            case 'u' when parameters is ">1" or "<":
                KeyboardFlags += parameters == "<" ? -1 : 1;
                break;
            case 't' when parameters is "22;2" or "23;2":
                break;
            case 'c' when parameters == "":
                Receive(new ReplyEvent(ReplyKind.Attributes, "62;22"));
                break;
            default:
                throw new InvalidOperationException($"Unknown sequence CSI {parameters}{final}.");
        }
    }

    private void Mode(string name, bool isSet)
    {
        Assert.Contains(name, (string[])["?1049", "?25", "?7", "8", "?2004", "?1000", "?1002", "?1006", "?1004", "?2026", "?1"]);
        if (name == "?2026" && !isSet && Modes.Contains(name))
        {
            Frames++;
            LastFrame = _grid.Text;
        }
        _ = isSet ? Modes.Add(name) : Modes.Remove(name);
        if (name == "?1049")
        {
            _grid.Clear();
        }
    }

    private void Print(char letter)
    {
        if (char.IsHighSurrogate(letter))
        {
            _high = letter;
            return;
        }
        var rune = char.IsLowSurrogate(letter) ? new Rune(_high, letter) : new Rune(letter);
        _grid.Put(rune, _sgr, _link);
    }
}
