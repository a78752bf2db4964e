using Pryx.Tui.Input;

namespace Pryx.Tui.Driver;

/// <summary>A terminal that is drawn on. While it is entered it is ours: raw keys, the alternate screen.</summary>
internal interface ITerminal : IDisposable
{
    (int Width, int Height) Size { get; }

    /// <summary>Takes the terminal; keys, pastes, the mouse, new sizes and answers are told from any thread, one after the other.</summary>
    void Enter(Action<InputEvent> receive);

    /// <summary>Leaves the terminal as it was found; more than once does no harm. From any thread.</summary>
    void Leave();

    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>Stops this process as Ctrl+Z does; returns when it goes on, false where nobody could make it go on. Call it after <see cref="Leave"/>.</summary>
    bool Suspend();
}
