namespace Pryx.Agent.Tools;

/// <summary>
/// Passes a call on to a tool that is not declared to the model, because there are too many of them. What is planned, judged, asked and run
/// is that tool with those arguments; the relay itself is never invoked.
/// </summary>
public interface IRelay
{
    /// <summary>Any name of the tool that is meant, and what it gets.</summary>
    /// <exception cref="ToolArgumentException">The arguments name none.</exception>
    (string Tool, ToolArguments Arguments) TargetOf(ToolArguments arguments);
}
