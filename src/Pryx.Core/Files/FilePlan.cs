using Pryx.Agent.Tools;
using Pryx.Protocol.Items;

namespace Pryx.Core.Files;

/// <summary>What the plans and outcomes of the file tools have in common.</summary>
internal static class FilePlan
{
    public static ToolPlan For(string verb, AccessKind kind, string policyName, WorkspacePath path) => new($"{verb} {path.Display}", [Access(kind, path)])
    {
        GrantPattern = Grant(policyName, path),
        State = path,
    };

    public static ToolAccess Access(AccessKind kind, WorkspacePath path) => new(kind, path.Canonical) { IsInsideWorkspace = path.IsInsideWorkspace };

    /// <summary>The folder of the file, or the file itself at the top; nothing outside, where a workspace-relative pattern does not reach.</summary>
    public static string? Grant(string policyName, params IReadOnlyList<WorkspacePath> paths)
    {
        // A star in a name would be read as a pattern, and cover more than the card says.
        if (paths.Count == 0 || paths.Any(path => !path.IsInsideWorkspace || path.Display.AsSpan().ContainsAny('*', '?') || path.Display.StartsWith('~')))
        {
            return null;
        }
        var folders = paths.Select(path => path.Display.LastIndexOf('/') is var slash and > 0 ? path.Display[..slash] : "").Distinct().ToList();
        return folders is [not ""] ? $"{policyName}:{folders[0]}/**"
            : paths is [var only] && only.Display != "." ? $"{policyName}:{only.Display}"
            : $"{policyName}:**";
    }

    public static WorkspacePath Path(ToolPlan plan) => (WorkspacePath)plan.State!;

    /// <summary>An outcome that carries contents of files.</summary>
    public static ToolOutcome Contents(string text, WorkspacePath path, ToolContext context) => context.IsTrusted
        ? ToolOutcome.Ok(text)
        : ToolOutcome.Ok(text) with { Provenance = Provenance.Untrusted, Source = $"{path.Display} in a folder that is not trusted" };

    /// <summary>As <see cref="Contents"/>, for a failure that quotes the file.</summary>
    public static ToolOutcome Failure(string text, WorkspacePath path, ToolContext context) =>
        Contents(text, path, context) with { Status = ToolStatus.Failed };

    public static bool IsExpected(Exception e) => e is IOException or UnauthorizedAccessException;
}
