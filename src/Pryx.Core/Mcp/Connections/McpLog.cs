using Pryx.Protocol.Mcp;

namespace Pryx.Core.Mcp.Connections;

/// <summary>The last lines that a server wrote or that are about it: 500, each at most 4,000 characters.</summary>
public sealed class McpLog(TimeProvider time)
{
    public const int Kept = 500;
    private const int MaxLine = 4000;
    private readonly Lock _lock = new();
    private readonly Queue<McpLogLine> _lines = new();

    public void Add(string stream, string text)
    {
        var line = text.Length > MaxLine ? text[..MaxLine] + "…" : text;
        lock (_lock)
        {
            if (_lines.Count == Kept)
            {
                _lines.Dequeue();
            }
            _lines.Enqueue(new(time.GetUtcNow(), stream, line));
        }
    }

    /// <summary>The newest, oldest of them first.</summary>
    public IReadOnlyList<McpLogLine> Last(int limit)
    {
        lock (_lock)
        {
            return [.. _lines.Skip(Math.Max(0, _lines.Count - limit))];
        }
    }
}
