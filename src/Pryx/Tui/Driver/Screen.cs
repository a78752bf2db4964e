using Pryx.Tui.Rendering;
using Pryx.Tui.Widgets;

namespace Pryx.Tui.Driver;

/// <summary>Two buffers, one drawn and one shown; only their difference is written.</summary>
internal sealed class Screen(ITerminal terminal, Theme theme, ColourDepth depth)
{
    private readonly FrameWriter _writer = new(theme, depth);
    private CellBuffer _drawn = new(0, 0);
    private CellBuffer _shown = new(0, 0);
    private bool _isKnown;

    public int Width => _drawn.Width;
    public int Height => _drawn.Height;

    public Theme Theme { get => _writer.Theme; set => _writer.Theme = value; }

    /// <summary>What the terminal shows is no longer known: the next frame writes all of it.</summary>
    public void Forget() => _isKnown = false;

    public void Resize((int Width, int Height) size)
    {
        if (size != (Width, Height))
        {
            _drawn.Resize(size.Width, size.Height);
            _shown.Resize(size.Width, size.Height);
            Forget();
        }
    }

    public void Draw(IView root)
    {
        _drawn.Clear();
        root.Draw(new Canvas(_drawn));
        var bytes = _writer.Write(_drawn, _isKnown ? _shown : null);
        if (bytes.Length > 0)
        {
            terminal.Write(bytes);
        }
        (_drawn, _shown) = (_shown, _drawn);
        _isKnown = true;
    }
}
