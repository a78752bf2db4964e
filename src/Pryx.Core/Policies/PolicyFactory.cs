using Pryx.Agent.Policy;
using Pryx.Agent.Policy.Documents;
using Pryx.Core.Configuration;
using Pryx.Protocol;
using Pryx.Protocol.Errors;
using Pryx.Protocol.Sessions;

namespace Pryx.Core.Policies;

/// <summary>Builds the policy of a turn from its mode or written policy, the user's and the workspace's own, the <c>--allow</c> rules and what people granted.</summary>
/// <param name="scope">Canonical places; <see cref="ScopeOf"/> makes it.</param>
/// <param name="ifNotSaid">The configured default: a mode or the name of a policy.</param>
/// <param name="confinementAsync">What holds programs; null for nothing.</param>
public sealed class PolicyFactory(PolicyScope scope, GrantStore grants, PolicyFiles files, PolicyRates rates, Func<string?> ifNotSaid, Func<Task<Confinement>>? confinementAsync = null)
{
    public PolicyFiles Files => files;

    /// <summary>What the user has pinned.</summary>
    public PinStore? Pins { get; init; }

    /// <summary>As <see cref="TurnPolicy.IsPlanningAsync"/>.</summary>
    public Func<SessionId, CancellationToken, Task<bool>> IsPlanningAsync { get; init; } = static (_, _) => Task.FromResult(false);

    /// <param name="name">A mode or a written policy, as <c>--policy</c> gives it; null for the default.</param>
    /// <param name="allow">As <c>--allow</c> gives them: for this turn only.</param>
    /// <param name="trustedWorkspace">Canonical; its own policies count. Null when it is not trusted: its files are data then.</param>
    /// <exception cref="PryxException">POLICY_UNKNOWN, POLICY_INVALID, RULE_INVALID or RULE_TOO_WIDE: a turn does not start on a policy that could not be read.</exception>
    /// <param name="narrowed">The only tools there are; null for all.</param>
    public TurnPolicy Create(string? name, IReadOnlyList<string> allow, string? trustedWorkspace, NarrowedTools? narrowed = null) => Create(Resolve(name), allow, trustedWorkspace, rates, narrowed);

    /// <summary>As a turn would get it, for calls that are not made: they count against no limit.</summary>
    public TurnPolicy CreateForExplanation(string? name, string? trustedWorkspace) => Create(Resolve(name), [], trustedWorkspace, null);

    /// <summary>Of a text that is not (yet) a file of the data directory, for calls that are not made.</summary>
    /// <exception cref="PryxException">POLICY_INVALID</exception>
    public TurnPolicy CreateOf(PolicyDocument document, string? trustedWorkspace) => Create((null, document), [], trustedWorkspace, null);

    /// <exception cref="PryxException">POLICY_UNKNOWN, POLICY_INVALID</exception>
    public PolicyDocument? FindDocument(string name) => Resolve(name).Document;

    /// <summary>True when whatever one allows unasked, the other does too: a policy of another name is never known to be.</summary>
    /// <exception cref="PryxException">POLICY_UNKNOWN, POLICY_INVALID</exception>
    public bool IsWithin(string? wanted, string? given)
    {
        var (narrow, narrowDocument) = Resolve(wanted);
        var (wide, wideDocument) = Resolve(given);
        return narrow is { } mode
            ? wide is { } other ? mode <= other : mode == PolicyMode.ReadOnly || mode == PolicyMode.Ask
            : wideDocument is not null ? narrowDocument!.Name == wideDocument.Name : wide == PolicyMode.Full;
    }

    private TurnPolicy Create((PolicyMode? Mode, PolicyDocument? Document) chosen, IReadOnlyList<string> allow, string? trustedWorkspace, PolicyRates? counting, NarrowedTools? narrowed = null)
    {
        var forThisTurn = allow.Select(text => new Grant("--allow", ToolRule.ParseGrant(text), IsStanding: false)).ToList();
        List<IPolicyLayer> more = [.. files.List().Where(static file => file.Name == PolicyFiles.User).Select(file => LayerOf(file, canOnlyTighten: true))];
        if (trustedWorkspace is not null)
        {
            more.AddRange(files.ListOf(trustedWorkspace).Select(file => LayerOf(file, canOnlyTighten: true)));
        }
        if (narrowed is not null)
        {
            more.Add(new NarrowedLayer(narrowed.By, [.. narrowed.Rules.Select(ToolRule.Parse)], scope.Home));
        }
        var layers = chosen.Document is { } document
            ? PolicySet.Create(new DocumentLayer(document, scope), scope, GrantSet.Empty, more)
            : PolicySet.Create(chosen.Mode!.Value, scope, GrantSet.Empty, more);
        return new(layers, forThisTurn, grants, scope.Home, chosen.Mode == PolicyMode.Full)
        {
            Document = chosen.Document,
            Rates = counting,
            Pins = Pins,
            IsPlanningAsync = IsPlanningAsync,
            ConfinementAsync = confinementAsync ?? (static () => Task.FromResult(Confinement.None)),
        };
    }

    private IPolicyLayer LayerOf(PolicyFile file, bool canOnlyTighten) =>
        file.Document is { } document ? new DocumentLayer(document, scope, canOnlyTighten) : new BrokenPolicyLayer(file);

    private (PolicyMode? Mode, PolicyDocument? Document) Resolve(string? name)
    {
        var wanted = name ?? (ifNotSaid() is { Length: > 0 } configured ? configured : PolicyModes.Default.Name());
        if (PolicyModes.TryParse(wanted, out var mode))
        {
            return (mode, null);
        }
        var names = files.List().Where(static file => file.Name != PolicyFiles.User).Select(static file => file.Name).ToList();
        return files.Find(wanted.Trim()) is { } found && found.Name != PolicyFiles.User
            ? (null, PolicyFiles.Require(found))
            : throw new PryxException(
                "POLICY_UNKNOWN", $"There is no policy '{wanted}'.",
                $"Use one of {string.Join(", ", Enum.GetValues<PolicyMode>().Select(PolicyModes.Name).Concat(names))}; yours are files in {files.Folder}.");
    }

    /// <summary>The places of an installation, resolved: accesses come resolved too.</summary>
    public static PolicyScope ScopeOf(PryxPaths paths) => new()
    {
        Home = Sessions.CanonicalPath.Of(paths.Home),
        DataDirectory = Sessions.CanonicalPath.Of(paths.Data),
        ReadableRoots = [Sessions.CanonicalPath.Of(paths.ToolOutput)],
    };
}
