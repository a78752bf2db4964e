using Pryx.Agent.Tools;
using Pryx.Protocol.Errors;

namespace Pryx.Agent.Policy;

/// <summary>Says what a person could have typed before the run so that the call would have gone through.</summary>
public static class NarrowestGrant
{
    /// <summary>
    /// Flags for <c>pryx run</c>, such as <c>--allow 'shell.exec:dotnet test*'</c> or <c>--allow folder</c>;
    /// null where nothing but a person (or nobody) can allow it. What is returned was tried against the policy itself.
    /// </summary>
    public static string? Find(PolicySet policy, PolicyRequest request)
    {
        request = PolicySet.Canonical(request);
        var rules = new List<ToolRule>();
        for (var i = 0; i < Math.Max(1, request.Plan.Accesses.Count); i++)
        {
            var access = i < request.Plan.Accesses.Count ? request.Plan.Accesses[i] : null;
            var judgement = policy.JudgeAccess(request, access);
            if (judgement.Decision == Decision.Allow || rules.Exists(rule => rule.Covers(request, access, "")))
            {
                continue;
            }
            if (RuleFor(request, access, judgement) is not { } found)
            {
                return null;
            }
            rules.Add(found);
        }
        var granted = policy.With(policy.Grants.With(rules.Select(rule => new Grant("--allow", rule, IsStanding: false))));
        return rules.Count > 0 && granted.Judge(request).Decision == Decision.Allow
            ? string.Join(' ', rules.Select(rule => $"--allow {Quote(rule.Text)}"))
            : null;
    }

    private static ToolRule? RuleFor(PolicyRequest request, ToolAccess? access, Judgement judgement)
    {
        if (judgement.FolderGrant is { } folder)
        {
            return ToolRule.ParseGrant(folder);
        }
        // This very call first: what is printed for a script should not open more than the script needs.
        var exact = access switch
        {
            null => request.Tool,
            { Kind: AccessKind.Network } when request.Tool == PolicyTools.Shell => $"{PolicyTools.Network}:{NamedHosts.NameOf(access.Target) ?? access.Target}",
            { Kind: AccessKind.Execute } when access.Target.TrimEnd().EndsWith('*') => null,
            _ => $"{request.Tool}:{access.Target}",
        };
        return TryParse(exact, request, access) ?? TryParse(request.Plan.GrantPattern, request, access);
    }

    private static ToolRule? TryParse(string? text, PolicyRequest request, ToolAccess? access)
    {
        try
        {
            return text is not null && ToolRule.ParseGrant(text) is var rule && rule.Covers(request, access, "") ? rule : null;
        }
        catch (PryxException)
        {
            return null;
        }
    }

    /// <summary>For a POSIX shell: plain words stay bare.</summary>
    private static string Quote(string text) => text.AsSpan().IndexOfAnyExcept(Plain) < 0 ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static readonly System.Buffers.SearchValues<char> Plain =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/-+@%");
}
