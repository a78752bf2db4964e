using Pryx.Agent.Tools;

namespace Pryx.Agent.Policy.Documents;

/// <summary>
/// A written policy as a layer. The strictest entry that matches speaks; where none does it is silent. Chosen with <c>--policy</c> it stands
/// in the mode's place; as the workspace's it can only tighten.
/// </summary>
/// <param name="canOnlyTighten">True for the workspace's: its Allow is not heard, and its root does not move.</param>
public sealed class DocumentLayer(PolicyDocument document, PolicyScope scope, bool canOnlyTighten = false) : IPolicyLayer
{
    private readonly SecretFiles _secrets = new(scope);
    private readonly Judgement _harmless = new(Decision.Allow, $"policy:{document.Name}", "It touches nothing.");

    public PolicyDocument Document => document;
    public string Name { get; } = $"policy:{document.Name}";
    public bool HoldsAgainstGrants => false;

    public Judgement? Judge(PolicyRequest request, ToolAccess? access, GrantSet grants)
    {
        if (access is null && PolicyTools.IsHarmless(request.Tool))
        {
            return canOnlyTighten ? null : _harmless;
        }
        var root = document.Root ?? request.Workspace;
        var placed = access is null || canOnlyTighten ? null : JudgePlace(request, access, root);
        if (placed is { Decision: Decision.Deny })
        {
            return placed;
        }
        var found = Strictest(request, access, root) is { } entry
            ? new Judgement(entry.Decision, $"{Name}:{entry.Label}", entry.Reason ?? $"{entry.Tool.Text} is {Verb(entry.Decision)} by the policy {document.Name}.")
            : null;
        return placed is not null && (found is null || found.Decision < placed.Decision) ? placed : found;
    }

    // Files outside the root: denied, or asked where the policy says so, whatever the entries allow.
    private Judgement? JudgePlace(PolicyRequest request, ToolAccess access, string root)
    {
        if (access.Kind is not (AccessKind.Read or AccessKind.Write))
        {
            return null;
        }
        var isInside = document.Root is null ? access.IsInsideWorkspace : PathText.IsCanonical(access.Target) && PathText.IsWithin(access.Target, root, PathText.Comparison);
        if (isInside || (access.Kind == AccessKind.Read && _secrets.IsReadable(access.Target)) || access.Target is "/dev/null")
        {
            return SecretFiles.IsSecretName(access.Target) ? new(Decision.Ask, $"{Name}:secrets", $"{access.Target} probably holds secrets.") : null;
        }
        // A command reads libraries and configuration all over the system: the sandbox hides what it must not see.
        var isCommandsRead = access.Kind == AccessKind.Read && request.Tool == PolicyTools.Shell;
        return document.AllowOutside || isCommandsRead
            ? new(Decision.Ask, $"{Name}:workspace", $"{access.Target} is not in {root}.")
            : new(Decision.Deny, $"{Name}:workspace", $"outside workspace: {access.Target} is not in {root}.");
    }

    private PolicyEntry? Strictest(PolicyRequest request, ToolAccess? access, string root)
    {
        PolicyEntry? strictest = null;
        var program = ToolRule.ProgramOf(access);
        var also = AlsoJudgedAs(request.Tool, access);
        var entries = document.Entries;
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if ((strictest is not null && entry.Decision <= strictest.Decision) || (canOnlyTighten && entry.Decision == Decision.Allow))
            {
                continue;
            }
            if ((entry.Tool.Matches(request.Tool) || (also is not null && entry.Tool.Matches(also))) && Applies(entry, request, access, program, root))
            {
                strictest = entry;
            }
        }
        return strictest;
    }

    private bool Applies(PolicyEntry entry, PolicyRequest request, ToolAccess? access, string? program, string root)
    {
        // An Allow has to be certain, an Ask or Deny only possible; and an exception the other way round.
        var isAllow = entry.Decision == Decision.Allow;
        var isMeant = entry.Conditions is not { } conditions
            || (isAllow ? conditions.Covers(request, access, root, scope.Home) : conditions.Touches(request, access, program, root, scope.Home));
        return isMeant && (entry.Unless is not { } unless
            || !(isAllow ? unless.Touches(request, access, program, root, scope.Home) : unless.Covers(request, access, root, scope.Home)));
    }

    // What a command writes, reads or calls is judged as if the tool for it had done it.
    private static string? AlsoJudgedAs(string tool, ToolAccess? access) => tool != PolicyTools.Shell ? null : access?.Kind switch
    {
        AccessKind.Write => "filesystem.write",
        AccessKind.Read => "filesystem.read",
        AccessKind.Network => PolicyTools.Http,
        _ => null,
    };

    private static string Verb(Decision decision) => decision switch
    {
        Decision.Allow => "allowed",
        Decision.Ask => "asked",
        _ => "denied",
    };
}
