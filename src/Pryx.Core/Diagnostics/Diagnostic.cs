namespace Pryx.Core.Diagnostics;

/// <summary>An error that a checker has found.</summary>
/// <param name="File">Relative to the workspace where it is in it.</param>
/// <param name="Line">From 1; 0 where it has none.</param>
public sealed record Diagnostic(string File, int Line, string Message)
{
    /// <summary>What is left of it when lines before it come and go.</summary>
    internal (string File, string Message) Identity => (File, Message);

    public override string ToString() => Line > 0 ? $"{File}:{Line}: {Message}" : $"{File}: {Message}";
}
