namespace Pryx.Agent.Models;

/// <summary>STOP or a limit came while the model was speaking; the text is what it had said.</summary>
public sealed class InterruptedCallException(string text, CancellationToken cancellationToken) : OperationCanceledException(cancellationToken)
{
    public string Text { get; } = text;
}
