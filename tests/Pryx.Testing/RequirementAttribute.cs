using Xunit.v3;

namespace Pryx.Testing;

/// <summary>
/// Says which clause of which row of docs/requirements.csv a test proves. Put it on tests whose failure would mean
/// that the clause no longer holds; on a class it counts for every test in it. Both arguments are string literals,
/// since a test reads them from the source.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class RequirementAttribute(string id, string clause) : Attribute, ITraitAttribute
{
    /// <summary>The trait's name in test reports; its value is "ID: clause".</summary>
    public const string Trait = "Requirement";

    public string Id { get; } = id;

    public string Clause { get; } = clause;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new(Trait, $"{Id}: {Clause}")];
}
