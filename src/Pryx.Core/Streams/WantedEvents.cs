using System.Collections.Frozen;

namespace Pryx.Core.Streams;

/// <summary>Which events a client wants, by name; immutable.</summary>
internal sealed class WantedEvents
{
    public const int MaxNames = 200;
    private readonly FrozenSet<string>? _only;
    private readonly FrozenSet<string> _except;

    private WantedEvents(FrozenSet<string>? only, FrozenSet<string> except) => (_only, _except) = (only, except);

    public static WantedEvents All { get; } = new(null, FrozenSet<string>.Empty);

    /// <summary>Null for all but what was taken out.</summary>
    public IReadOnlyCollection<string>? Names => _only;

    /// <param name="names">None, or a star: all.</param>
    public static WantedEvents Of(IReadOnlyCollection<string> names) => names.Count == 0 || names.Contains("*") ? All : new(names.ToFrozenSet(StringComparer.Ordinal), FrozenSet<string>.Empty);

    /// <param name="names">None: nothing is wanted any more.</param>
    public WantedEvents Without(IReadOnlyCollection<string> names) => names.Count == 0 ? new(FrozenSet<string>.Empty, FrozenSet<string>.Empty)
        : _only is null ? new(null, _except.Concat(names).ToFrozenSet(StringComparer.Ordinal))
        : new(_only.Except(names).ToFrozenSet(StringComparer.Ordinal), FrozenSet<string>.Empty);

    public bool Admits(string name) => _only?.Contains(name) ?? !_except.Contains(name);
}
