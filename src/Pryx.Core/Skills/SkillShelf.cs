namespace Pryx.Core.Skills;

/// <param name="IsEnabled">As the user switched it, or its origin's default: bundled ones are off, the user's own on.</param>
/// <param name="Missing">Why it can not be used here, in words; empty when it can.</param>
public sealed record ShelvedSkill(Skill Skill, bool IsEnabled, IReadOnlyList<string> Missing)
{
    public bool IsEligible => Missing.Count == 0;
    public bool IsUsable => IsEnabled && IsEligible;
}

/// <param name="Skills">One for each id, in their order.</param>
/// <param name="Shadowed">Those that another one with their name stands before.</param>
public sealed record SkillListing(IReadOnlyList<ShelvedSkill> Skills, IReadOnlyList<Skill> Shadowed, IReadOnlyList<BrokenSkill> Broken, string? Warning)
{
    public static SkillListing Empty { get; } = new([], [], [], null);

    public ShelvedSkill? Find(string id) => Skills.FirstOrDefault(shelved => shelved.Skill.Id == id);
}

/// <summary>All skills there are, found by their places: workspace over managed over bundled. What has not changed is not read again.</summary>
/// <param name="fit">What is there for them.</param>
public sealed class SkillShelf(SkillPlaces places, SkillState state, SkillFit fit, TimeProvider time)
{
    /// <summary>How long it is believed that a program is there, or is not.</summary>
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, SkillRoot> _roots = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Kept> _kept = new(StringComparer.Ordinal);

    private sealed record Kept(IReadOnlyList<object> From, string Switches, long At, SkillListing Listing);

    /// <summary>Every skill, with what is to be said about it.</summary>
    /// <param name="workspace">Of a trusted folder, canonical; null for none.</param>
    public SkillListing List(string? workspace, CancellationToken cancellationToken) => List(workspace, withBundled: true, cancellationToken);

    /// <summary>For a turn: the bundled ones only where one of them is switched on. The same object as long as nothing has changed.</summary>
    public SkillListing ForTurn(string? workspace, CancellationToken cancellationToken)
    {
        if (!places.IsEnabled)
        {
            return SkillListing.Empty;
        }
        return List(workspace, withBundled: state.Read().Enabled.Any(entry => entry.Value && places.Bundled.Names.Contains(entry.Key)), cancellationToken);
    }

    /// <summary>All of them where skills are on at all: for a person who names one.</summary>
    public SkillListing ForPerson(string? workspace, CancellationToken cancellationToken) => places.IsEnabled ? List(workspace, cancellationToken) : SkillListing.Empty;

    private SkillListing List(string? workspace, bool withBundled, CancellationToken cancellationToken)
    {
        var (switches, warning) = state.Read();
        var found = places.Roots(workspace, withBundled).Select(root => RootOf(root).Read(cancellationToken)).ToList();
        var switched = string.Join(',', switches.Select(static entry => $"{entry.Key}={entry.Value}")) + warning + places.EntriesText;
        lock (_lock)
        {
            var key = $"{workspace}|{withBundled}";
            if (_kept.TryGetValue(key, out var kept) && kept.Switches == switched && kept.From.SequenceEqual(found, ReferenceEqualityComparer.Instance))
            {
                if (time.GetElapsedTime(kept.At) < Trust)
                {
                    return kept.Listing;
                }
                var again = Put(found, switches, warning);
                // What comes to the same is the same: the request's beginning must not change for nothing.
                var isSame = again.Skills.Zip(kept.Listing.Skills).All(static pair => pair.First.Skill == pair.Second.Skill && pair.First.Missing.SequenceEqual(pair.Second.Missing));
                _kept[key] = kept with { At = time.GetTimestamp(), Listing = isSame ? kept.Listing : again };
                return _kept[key].Listing;
            }
            if (_kept.Count > 64)
            {
                _kept.Clear();
            }
            var listing = found.All(static contents => contents.Skills.Count == 0 && contents.Broken.Count == 0) && warning is null ? SkillListing.Empty : Put(found, switches, warning);
            _kept[key] = new([.. found], switched, time.GetTimestamp(), listing);
            return listing;
        }
    }

    private SkillListing Put(IReadOnlyList<SkillRoot.Contents> found, IReadOnlyDictionary<string, bool> switches, string? warning)
    {
        var byId = new SortedDictionary<string, ShelvedSkill>(StringComparer.Ordinal);
        List<Skill> shadowed = [];
        // Strongest first: a name that is taken stays with whoever had it first.
        foreach (var skill in found.SelectMany(static contents => contents.Skills))
        {
            if (byId.ContainsKey(skill.Id))
            {
                shadowed.Add(skill);
                continue;
            }
            var isEnabled = switches.TryGetValue(skill.Id, out var isOn) ? isOn : places.EntryOf(skill.Id) ?? skill.Origin != SkillOrigin.Bundled;
            byId[skill.Id] = new(skill, isEnabled, fit.MissingOf(skill));
        }
        return new([.. byId.Values], shadowed, [.. found.SelectMany(static contents => contents.Broken)], warning);
    }

    private SkillRoot RootOf((string Path, SkillOrigin Origin) root)
    {
        lock (_lock)
        {
            var key = $"{root.Origin}:{root.Path}";
            return _roots.TryGetValue(key, out var known) ? known : _roots[key] = new SkillRoot(root.Path, root.Origin, followsLinks: root.Origin != SkillOrigin.Workspace);
        }
    }
}
