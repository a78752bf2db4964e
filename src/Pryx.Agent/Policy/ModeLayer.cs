using Pryx.Agent.Tools;

namespace Pryx.Agent.Policy;

/// <summary>The mode's own word on every access: it never abstains.</summary>
public sealed class ModeLayer(PolicyMode mode, PolicyScope scope) : IPolicyLayer
{
    private readonly SecretFiles _secrets = new(scope);
    private static readonly string[] Homes = ["/home", "/root", "/Users", "/mnt", "/media", "/run/media", "/Volumes"];

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
        if (access is null && request.Tool == PolicyTools.MemoryWrite)
        {
            return mode switch
            {
                PolicyMode.ReadOnly => Says(Decision.Deny, "The mode is read-only, and memory is a file."),
                PolicyMode.Ask => Says(Decision.Ask, "Every side effect is asked."),
                _ => Says(Decision.Allow, "What the user and the model have said themselves may be remembered."),
            };
        }
        if (access is null || !PolicyTools.IsBuiltIn(request.Tool))
        {
            return mode == PolicyMode.ReadOnly && !request.Plan.IsVouchedReading
                ? Says(Decision.Deny, $"The mode is read-only, and what {request.Tool} does is not known.")
                : Says(Decision.Ask, $"What {request.Tool} does is not known to Pryx.");
        }
        return access.Kind switch
        {
            AccessKind.Read => JudgeRead(request, access),
            AccessKind.Write => JudgeWrite(request, access),
            AccessKind.Execute => JudgeCommand(request, access),
            AccessKind.Network => JudgeHost(request, access, grants),
            _ => Says(Decision.Deny, "This kind of access is unknown."),
        };
    }

    private Judgement JudgeRead(PolicyRequest request, ToolAccess access)
    {
        if (SecretFiles.IsSecretName(access.Target))
        {
            return Says(Decision.Ask, $"{access.Target} probably holds secrets, and the model would see them.");
        }
        if (access.IsInsideWorkspace || _secrets.IsReadable(access.Target))
        {
            return _readsInside;
        }
        // What belongs to no person and holds no secret is there for every program: the sandbox hides the rest.
        return IsWork(request) && access.Command is not null && !IsSomebodys(access.Target)
            ? InFolder($"The command reads {access.Target}.")
            : Says(Decision.Ask, $"{access.Target} is not in the workspace.");
    }

    private Judgement JudgeWrite(PolicyRequest request, ToolAccess access) => mode switch
    {
        PolicyMode.ReadOnly => Says(Decision.Deny, "The mode is read-only."),
        PolicyMode.Ask => Says(Decision.Ask, access.IsInsideWorkspace ? "Every side effect is asked." : $"{access.Target} is outside workspace {request.Workspace}."),
        _ when IsOwnTemporary(request, access) => InFolder($"The command writes to its own {access.Target}."),
        // What a file tool writes outside is denied; a command that leaves the folder is the boundary, and that is asked (FR2.A1).
        _ when !access.IsInsideWorkspace && access.IsInferred => Says(Decision.Ask, $"The command writes to {access.Target}, which is outside workspace {request.Workspace}."),
        _ when !access.IsInsideWorkspace => Says(Decision.Deny, $"outside workspace: {access.Target} is not in {request.Workspace}."),
        _ when SecretFiles.IsSecretName(access.Target) => Says(Decision.Ask, $"{access.Target} probably holds secrets."),
        _ when !PolicyTools.IsFileTool(request.Tool) && request.Tool != PolicyTools.Agent && !IsWork(request) => Says(Decision.Ask, "It changes a file in the workspace."),
        _ => InFolder("It changes a file in the workspace."),
    };

    private Judgement JudgeCommand(PolicyRequest request, ToolAccess access) => mode switch
    {
        PolicyMode.ReadOnly => Says(Decision.Deny, "The mode is read-only, and a command can change anything."),
        PolicyMode.Ask => Says(Decision.Ask, "Every side effect is asked."),
        _ when !request.Confinement.IsOn => Says(Decision.Ask, "No sandbox is active, so each command is asked."),
        _ when access.Boundary is { } why => Says(Decision.Ask, $"{why} It would run outside the sandbox."),
        _ when access.NeedsNetwork && !request.Confinement.HasHosts => Says(Decision.Ask, "It needs the network, and this sandbox can not open single hosts: it would run outside of it."),
        _ => InFolder("It runs a command in the sandbox of this folder, without network."),
    };

    // What the folder grant is about: it settles every such question.
    private Judgement InFolder(string reason) => Says(Decision.Ask, reason) with { FolderGrant = ToolRule.Folder };

    private bool IsWork(PolicyRequest request) => request.Confinement.IsOn && mode is PolicyMode.WorkspaceOnly or PolicyMode.NetworkAllowlist;

    private bool IsSomebodys(string path) => PathText.IsWithin(path, scope.Home, PathText.Comparison)
        || Array.Exists(Homes, folder => PathText.IsWithin(path, folder, PathText.Comparison));

    // The sandbox's /tmp is not the machine's.
    private bool IsOwnTemporary(PolicyRequest request, ToolAccess access) => IsWork(request) && request.Confinement.HasOwnTemporaryFolder
        && PathText.IsCanonical(access.Target) && PathText.IsWithin(access.Target, "/tmp", PathText.Comparison) && !IsSomebodys(access.Target);

    private Judgement JudgeHost(PolicyRequest request, ToolAccess access, GrantSet grants) => mode switch
    {
        // A rule about the command was given in sight of its host.
        not PolicyMode.ReadOnly when access.Command is { } command && grants.Covering(request, new(AccessKind.Execute, command), mode != PolicyMode.Ask, folder: false) is { } grant && grant.Rule.Names(access.Target) =>
            new(Decision.Allow, grant.Label, $"Allowed by the grant '{grant.Rule}'."),
        PolicyMode.ReadOnly => Says(Decision.Deny, "The mode is read-only, and a request leaves the machine."),
        PolicyMode.Ask => Says(Decision.Ask, "Every side effect is asked."),
        _ when access.IsOwnService && IsWork(request) => InFolder("The command talks to what it has itself started in its sandbox."),
        // Here the grants are the list itself, so that a host that is not on it is not even asked.
        PolicyMode.NetworkAllowlist => grants.Covering(request, access) is { } grant
            ? new(Decision.Allow, grant.Label, $"{access.Target} is on the list: {grant.Rule}.")
            : Says(Decision.Deny, $"{access.Target} is not on the list of allowed hosts."),
        _ => Says(Decision.Ask, $"{access.Target} is a new host."),
    };

    private Judgement Says(Decision decision, string reason) => new(decision, _rule, reason);
}
