using Pryx.Protocol.Items;

namespace Pryx.Tui.Chat;

/// <summary>A tool call from the model's wish to its result, with what it says while it runs.</summary>
internal sealed class ToolEntry(string callId, string name, string tool, string arguments) : Entry
{
    /// <summary>Of a running command, the end that is kept, in characters.</summary>
    private const int OutputKept = 20_000;

    private string _summary = ToolWords.Summary(name, tool, arguments);
    private ToolStage _stage;
    private ToolResult? _result;
    private string? _agent;

    public string CallId => callId;
    public string Name => name;
    public string Tool => tool;
    public string Arguments => arguments;
    public override string Source => Result?.Output is { Length: > 0 } output ? output : Output.Length > 0 ? Output : arguments;

    /// <summary>"Run dotnet test".</summary>
    public string Summary { get => _summary; set => Set(ref _summary, value); }
    public ToolStage Stage { get => _stage; set => Set(ref _stage, value); }

    /// <summary>Since it really runs; UTC.</summary>
    public DateTimeOffset StartedAt { get; set; }

    /// <summary>Why policy refused it, or who allowed it.</summary>
    public string? Judgement { get; set; }

    /// <summary>How the agent that it called stands; null when it called none.</summary>
    public string? Agent { get => _agent; set => Set(ref _agent, value); }
    public string Output { get; private set; } = "";

    /// <summary>Null until it has ended.</summary>
    public ToolResult? Result
    {
        get => _result;
        set
        {
            Set(ref _result, value);
            Stage = ToolStage.Ended;
        }
    }

    public void AddOutput(string text)
    {
        Output += text;
        if (Output.Length > OutputKept)
        {
            Output = Output[^OutputKept..];
        }
        Touch();
    }
}

internal enum ToolStage
{
    /// <summary>The model wants it; policy has not said yet.</summary>
    Wanted,

    /// <summary>A person is asked.</summary>
    Asked,
    Running,
    Ended,
}
