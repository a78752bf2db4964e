using Pryx.Protocol.Approvals;
using Pryx.Tui.Input;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Chat;

/// <summary>The oldest question that waits, above the input. Which keys are its own and which are the input's, <see cref="TypeAhead"/> says.</summary>
/// <param name="after">Runs an action later, unless it is given up.</param>
/// <param name="chosen">A choice was made.</param>
/// <param name="typed">A key was the input's after all.</param>
internal sealed class ApprovalCardView(ChatState state, TypeAhead typeAhead, Func<TimeSpan, Action, IDisposable> after, Action<Approval, char> chosen, Action<Key> typed)
{
    private Approval? _shown;
    private int _room;
    private (char Key, IDisposable Timer)? _doubted;

    public Approval? Shown => state.Approvals.Count > 0 ? state.Approvals[0] : null;
    public bool IsExplained { get; private set; }

    /// <summary>What it needs, at most so many rows; 0 without a question.</summary>
    public int HeightFor(int width, int most, bool isInputEmpty)
    {
        _room = most - 2;
        return Shown is not { } approval ? 0 : Math.Min(most, CardText.Lines(approval, width - 4, _room, IsExplained, Takes(approval, isInputEmpty)).Count + 2);
    }

    public void Draw(Canvas canvas, bool isInputEmpty)
    {
        if (Shown is not { } approval || canvas.Height < 3)
        {
            return;
        }
        Notice(approval);
        var takes = Takes(approval, isInputEmpty);
        var style = new TextStyle(!takes ? Ink.Border : approval.RiskLevel == RiskLevel.High ? Ink.Error : Ink.Warning);
        var inside = canvas.Box(canvas.Bounds, style, new StyledLine(CardText.Title(approval, state.Approvals.Count), new TextStyle(Ink.Strong).With(Effects.Bold)));
        var lines = CardText.Lines(approval, inside.Width - 2, _room, IsExplained, takes);
        var text = canvas.Within(inside.Inset(1, 0));
        for (var y = 0; y < lines.Count && y < text.Height; y++)
        {
            text.Line(0, y, lines[y]);
        }
    }

    /// <summary>A new question: letters are the input's until it has stood for a moment.</summary>
    public void Notice(Approval approval)
    {
        if (_shown?.Id != approval.Id)
        {
            _shown = approval;
            IsExplained = false;
            Drop();
            Disturb();
        }
    }

    /// <returns>True: the key is the card's, or waits until that is known.</returns>
    public bool OnKey(Key key, bool isInputEmpty)
    {
        if (Shown is not { } approval)
        {
            return false;
        }
        Notice(approval);
        if (_doubted is { } doubted)
        {
            Drop();
            if (key.IsText)
            {
                // A word begins: both letters are the input's.
                typed(Key.Of(doubted.Key));
                Disturb();
                return false;
            }
            Choose(approval, doubted.Key);
            return key == Key.Enter;
        }
        var letter = key.Rune.Value is > 0 and < 128 ? (char)key.Rune.Value : '\0';
        var isOffered = key.Code == KeyCode.Letter && CardChoice.Of(approval).Any(choice => choice.Key == letter);
        if (isOffered && key.HasAlt && !key.HasCtrl)
        {
            Choose(approval, letter);
            return true;
        }
        if (key == Key.Tab && isInputEmpty)
        {
            typeAhead.IsFocused = !typeAhead.IsFocused;
            return true;
        }
        if (isOffered && key.IsText && typeAhead.TakesLetters(isInputEmpty))
        {
            _doubted = (letter, after(TypeAhead.Doubt, () =>
            {
                _doubted = null;
                if (Shown?.Id == approval.Id)
                {
                    Choose(approval, letter);
                }
            }));
            return true;
        }
        if (key.IsText)
        {
            Disturb();
        }
        return false;
    }

    private bool Takes(Approval approval, bool isInputEmpty)
    {
        Notice(approval);
        return typeAhead.TakesLetters(isInputEmpty);
    }

    private void Choose(Approval approval, char key)
    {
        if (key == '?')
        {
            IsExplained = !IsExplained;
        }
        else
        {
            chosen(approval, key);
        }
    }

    private void Disturb()
    {
        typeAhead.Disturb();
        // The card shows when its letters count again.
        after(TypeAhead.Settle, static () => { });
    }

    private void Drop()
    {
        _doubted?.Timer.Dispose();
        _doubted = null;
    }
}
