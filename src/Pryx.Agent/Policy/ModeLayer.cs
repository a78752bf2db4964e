using Pryx.Agent.Tools;

namespace Pryx.Agent.Policy;

/// <summary>The mode's own word on every access: it never abstains.</summary>
public sealed class ModeLayer(PolicyMode mode, PolicyScope scope) : IPolicyLayer
{
    private readonly SecretFiles _secrets = new(scope);
    private readonly string _rule = $"mode:{mode.Name()}";
    private readonly Judgement _harmless = new(Decision.Allow, $"mode:{mode.Name()}", "It touches nothing.");
    private readonly Judgement _readsInside = new(Decision.Allow, $"mode:{mode.Name()}", "Reading inside the workspace is allowed.");
    private readonly Judgement _full = new(Decision.Allow, $"mode:{mode.Name()}", "Everything is allowed.");

    public string Name => _rule;
    public bool HoldsAgainstGrants => false;

    public Judgement? Judge(PolicyRequest request, ToolAccess? access, GrantSet grants)
    {
        if (mode == PolicyMode.Full)
        {
            return _full;
        }
        if (access is null && PolicyTools.IsHarmless(request.Tool))
        {
            return _harmless;
        }
        if (access is null || !PolicyTools.IsBuiltIn(request.Tool))
        {
            return mode == PolicyMode.ReadOnly
                ? Says(Decision.Deny, $"The mode is read-only, and what {request.Tool} does is not known.")
                : Says(Decision.Ask, $"What {request.Tool} does is not known to Pryx.");
        }
        return access.Kind switch
        {
            AccessKind.Read => JudgeRead(access),
            AccessKind.Write => JudgeWrite(request, access),
            AccessKind.Execute => JudgeCommand(),
            AccessKind.Network => JudgeHost(request, access, grants),
            _ => Says(Decision.Deny, "This kind of access is unknown."),
        };
    }

    private Judgement JudgeRead(ToolAccess access)
    {
        if (SecretFiles.IsSecretName(access.Target))
        {
            return Says(Decision.Ask, $"{access.Target} probably holds secrets, and the model would see them.");
        }
        return access.IsInsideWorkspace || _secrets.IsReadable(access.Target)
            ? _readsInside
            : Says(Decision.Ask, $"{access.Target} is not in the workspace.");
    }

    private Judgement JudgeWrite(PolicyRequest request, ToolAccess access) => mode switch
    {
        PolicyMode.ReadOnly => Says(Decision.Deny, "The mode is read-only."),
        PolicyMode.Ask => Says(Decision.Ask, access.IsInsideWorkspace ? "Every side effect is asked." : $"{access.Target} is outside workspace {request.Workspace}."),
        // What a file tool writes outside is denied; a command that leaves the folder is the boundary, and that is asked (FR2.A1).
        _ when !access.IsInsideWorkspace && access.IsInferred => Says(Decision.Ask, $"The command writes to {access.Target}, which is outside workspace {request.Workspace}."),
        _ when !access.IsInsideWorkspace => Says(Decision.Deny, $"outside workspace: {access.Target} is not in {request.Workspace}."),
        _ when SecretFiles.IsSecretName(access.Target) => Says(Decision.Ask, $"{access.Target} probably holds secrets."),
        _ => Says(Decision.Ask, "It changes a file in the workspace.") with { FolderGrant = ToolRule.Folder },
    };

    private Judgement JudgeCommand() => mode switch
    {
        PolicyMode.ReadOnly => Says(Decision.Deny, "The mode is read-only, and a command can change anything."),
        PolicyMode.Ask => Says(Decision.Ask, "Every side effect is asked."),
        _ => Says(Decision.Ask, "No sandbox is active, so each command is asked."),
    };

    private Judgement JudgeHost(PolicyRequest request, ToolAccess access, GrantSet grants) => mode switch
    {
        PolicyMode.ReadOnly => Says(Decision.Deny, "The mode is read-only, and a request leaves the machine."),
        PolicyMode.Ask => Says(Decision.Ask, "Every side effect is asked."),
        // Here the grants are the list itself, so that a host that is not on it is not even asked.
        PolicyMode.NetworkAllowlist => grants.Covering(request, access) is { } grant
            ? new(Decision.Allow, grant.Label, $"{access.Target} is on the list: {grant.Rule}.")
            : Says(Decision.Deny, $"{access.Target} is not on the list of allowed hosts."),
        _ => Says(Decision.Ask, $"{access.Target} is a new host."),
    };

    private Judgement Says(Decision decision, string reason) => new(decision, _rule, reason);
}
