namespace Pryx.Requirements;

/// <summary>Holds the list against a run: a row is proven when each clause has a test and all tests of the clause passed.</summary>
public sealed class Proof(IReadOnlyList<Requirement> requirements, IReadOnlyList<ClauseResult> results)
{
    private readonly ILookup<(string Id, string Clause), ClauseResult> _results = results.ToLookup(result => (result.Id, result.Clause));

    /// <summary>The clauses of the row that the run did not show.</summary>
    public IReadOnlyList<string> Missing(Requirement row) =>
        [.. row.Clauses.Where(clause => !_results[(row.Id, clause)].Any() || !_results[(row.Id, clause)].All(result => result.HasPassed))];

    public bool IsTested(Requirement row) => row.Clauses.Any(clause => _results[(row.Id, clause)].Any());

    /// <summary>Rows that claim more than the run showed, and tests of clauses that the list does not have; a sentence each.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var row in requirements.Where(row => row.Status == Requirement.Proven))
        {
            foreach (var clause in Missing(row))
            {
                var tests = _results[(row.Id, clause)].Where(result => !result.HasPassed).Select(result => result.Test).ToList();
                yield return tests.Count == 0
                    ? $"{row.Id} is marked proven, but no test of this run proves \"{clause}\"."
                    : $"{row.Id} is marked proven, but \"{clause}\" did not pass in {string.Join(", ", tests)}.";
            }
        }
        var known = requirements.SelectMany(row => row.Clauses.Select(clause => (row.Id, clause))).ToHashSet();
        foreach (var unknown in results.Where(result => !known.Contains((result.Id, result.Clause))))
        {
            yield return $"{unknown.Test} proves {unknown.Id} \"{unknown.Clause}\", which docs/requirements.csv does not have.";
        }
    }

    /// <summary>The list with the statuses that the run shows. What only a person can judge stays in review.</summary>
    public IReadOnlyList<Requirement> Updated() => [.. requirements.Select(row => row with { Status = Status(row) })];

    private string Status(Requirement row) => row.Status switch
    {
        Requirement.Review => Requirement.Review,
        _ when Missing(row).Count == 0 => Requirement.Proven,
        Requirement.Later when !IsTested(row) => Requirement.Later,
        _ => Requirement.Partial,
    };
}
