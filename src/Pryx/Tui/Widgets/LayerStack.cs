using Pryx.Tui.Input;
using Pryx.Tui.Rendering;

namespace Pryx.Tui.Widgets;

/// <summary>A screen with what lies over it: dialogs, palettes. Only the topmost is asked; below it nothing takes keys.</summary>
internal sealed class LayerStack(IView bottom) : IView
{
    private readonly List<IView> _layers = [];

    public IView Bottom { get; set; } = bottom;
    public IView Top => _layers.Count > 0 ? _layers[^1] : Bottom;
    public bool HasLayers => _layers.Count > 0;

    public void Push(IView layer) => _layers.Add(layer);

    public void Pop()
    {
        if (_layers.Count > 0)
        {
            _layers.RemoveAt(_layers.Count - 1);
        }
    }

    public bool Remove(IView layer) => _layers.Remove(layer);

    public void Draw(Canvas canvas)
    {
        Bottom.Draw(canvas);
        foreach (var layer in _layers)
        {
            // The cursor of what lies below would blink through.
            canvas.HideCursor();
            layer.Draw(canvas);
        }
    }

    public bool OnKey(Key key) => Top.OnKey(key);

    public bool OnPaste(string text) => Top.OnPaste(text);

    public bool OnMouse(MouseEvent mouse) => Top.OnMouse(mouse);
}
