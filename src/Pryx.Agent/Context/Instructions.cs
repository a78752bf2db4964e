using System.Runtime.InteropServices;
using System.Text;

namespace Pryx.Agent.Context;

/// <summary>
/// The system prompt of a session. It is composed once and then kept with the session, so that every request begins with the same bytes.
/// </summary>
public sealed record Instructions
{
    /// <summary>Canonical folder.</summary>
    public required string Workspace { get; init; }

    /// <summary>The day only: a time would change the prefix for nothing.</summary>
    public required DateOnly Today { get; init; }

    /// <summary>What the folder's AGENTS.md and the like say; null while the folder is not trusted or has none.</summary>
    public string? WorkspaceInstructions { get; init; }

    /// <summary>What is remembered of the user and the folder; null for nothing.</summary>
    public string? Memory { get; init; }

    /// <summary>What the user asked to add (<c>--system</c>); null for nothing.</summary>
    public string? Added { get; init; }

    public string Compose()
    {
        var text = new StringBuilder(Prompt()).Append('\n')
            .Append("The machine: ").Append(RuntimeInformation.OSDescription.Split('#')[0].Trim()).Append(". ")
            .Append("The folder: ").Append(Workspace).Append("; relative paths start there. ")
            .Append("Today: ").Append(Today.ToString("yyyy-MM-dd", null)).Append(".\n");
        if (!string.IsNullOrWhiteSpace(WorkspaceInstructions))
        {
            text.Append("\nThe folder's own instructions, which the user trusts:\n\n").Append(WorkspaceInstructions.Trim()).Append('\n');
        }
        if (!string.IsNullOrWhiteSpace(Memory))
        {
            text.Append("\nWhat you were told to remember, as facts:\n\n").Append(Memory.Trim()).Append('\n');
        }
        if (!string.IsNullOrWhiteSpace(Added))
        {
            text.Append("\nThe user adds:\n\n").Append(Added.Trim()).Append('\n');
        }
        return text.ToString();
    }

    private static string Prompt()
    {
        using var stream = typeof(Instructions).Assembly.GetManifestResourceStream("Context/instructions.md")
            ?? throw new InvalidOperationException("The prompt is missing from the build.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal);
    }
}
