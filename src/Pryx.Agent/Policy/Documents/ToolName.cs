namespace Pryx.Agent.Policy.Documents;

/// <summary>A tool, or with a star at its end all tools whose names begin so: <c>browser.*</c>, <c>*</c>.</summary>
public sealed record ToolName
{
    private readonly string _start;
    private readonly bool _isOpen;

    private ToolName(string text, string start, bool isOpen) => (Text, _start, _isOpen) = (text, start, isOpen);

    /// <summary>In canonical spelling.</summary>
    public string Text { get; }

    /// <summary>Null when it is no tool's name, or a beginning that would leave out the one that matters: starting a process is a command, <c>shell.exec</c>.</summary>
    public static ToolName? Parse(string text)
    {
        var name = PolicyTools.Canonical(text);
        var isOpen = name.EndsWith('*');
        var start = isOpen ? name[..^1] : name;
        return (start.Length > 0 || isOpen) && !(isOpen && start.Length > 0 && PolicyTools.ProcessStart.StartsWith(start, StringComparison.Ordinal)) && start.AsSpan().IndexOfAnyExcept(Characters) < 0 ? new(name, start, isOpen) : null;
    }

    public bool Matches(string tool) => _isOpen ? tool.StartsWith(_start, StringComparison.Ordinal) : string.Equals(tool, _start, StringComparison.Ordinal);

    private static readonly System.Buffers.SearchValues<char> Characters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");
}
