using System.Buffers;

namespace Pryx.Core.Processes;

/// <summary>
/// Takes terminal control out of a stream of text, piece by piece: colours, cursor movement, titles. What is left is what a person
/// would read, and nothing that could drive the terminal it is shown in.
/// </summary>
internal sealed class PlainText
{
    private enum State { Text, Escape, Control, Command, CommandEscape }

    private const char Esc = '\u001b';
    private State _state;
    private bool _sawReturn;

    /// <returns>How much of <paramref name="output"/>, which needs one character more than the input, was written.</returns>
    public int Strip(ReadOnlySpan<char> input, Span<char> output)
    {
        var length = 0;
        foreach (var character in input)
        {
            if (_sawReturn)
            {
                // A lone return redraws the line (progress bars); each drawing is shown as a line of its own.
                _sawReturn = false;
                output[length++] = '\n';
                if (character == '\n')
                {
                    continue;
                }
            }
            if (Accept(character))
            {
                output[length++] = character;
            }
        }
        return length;
    }

    private static readonly SearchValues<char> StringCommands = SearchValues.Create("]PX^_");

    private bool Accept(char c)
    {
        // A line end closes whatever was left open: a program that forgets to must not hide the rest of its output.
        if (c == '\n')
        {
            _state = State.Text;
            return true;
        }
        switch (_state)
        {
            case State.Escape:
                _state = c == '[' ? State.Control : StringCommands.Contains(c) ? State.Command : c is >= ' ' and <= '/' ? State.Escape : State.Text;
                return false;
            case State.Control:
                _state = c is >= '@' and <= '~' ? State.Text : State.Control;
                return false;
            case State.Command:
                _state = c == '\a' ? State.Text : c == Esc ? State.CommandEscape : State.Command;
                return false;
            case State.CommandEscape:
                _state = c == '\\' ? State.Text : State.Command;
                return false;
        }
        switch (c)
        {
            case Esc:
                _state = State.Escape;
                return false;
            case '\u009b':
                _state = State.Control;
                return false;
            case '\r':
                _sawReturn = true;
                return false;
            default:
                return c == '\t' || !char.IsControl(c);
        }
    }
}
