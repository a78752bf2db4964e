using System.Text.RegularExpressions;

namespace Pryx.Requirements.Tests;

public sealed partial class RequirementListTests
{
    private static readonly IReadOnlyList<Requirement> _list = RequirementList.Read(Repository.Path("docs", "requirements.csv"));

    [Fact]
    public void The_list_is_whole_and_each_id_is_there_once()
    {
        Assert.True(_list.Count >= 410, $"{_list.Count} rows: some are missing.");
        Faults.None(RequirementList.Faults(_list));
    }

    [Fact]
    public void Every_requirement_that_a_test_names_is_in_the_list_with_that_clause()
    {
        var known = _list.SelectMany(row => row.Clauses.Select(clause => (row.Id, clause))).ToHashSet();

        Faults.None(Attributes().Where(attribute => !known.Contains((attribute.Id, attribute.Clause)))
            .Select(attribute => $"{attribute.File}: {attribute.Id} \"{attribute.Clause}\""));
    }

    [Fact]
    public void Every_clause_of_a_proven_row_has_a_test()
    {
        var tested = Attributes().Select(attribute => (attribute.Id, attribute.Clause)).ToHashSet();

        Faults.None(_list.Where(row => row.Status == Requirement.Proven)
            .SelectMany(row => row.Clauses.Where(clause => !tested.Contains((row.Id, clause))).Select(clause => $"{row.Id}: {clause}")));
    }

    [Fact]
    public void Every_attribute_can_be_read_from_the_source()
    {
        Faults.None(TestSources().SelectMany(source => AnyAttribute().Matches(source.Text)
            .Where(match => LiteralAttribute().Match(source.Text, match.Index).Index != match.Index)
            .Select(match => $"{source.File}: {match.Value}… is not written with two string literals")));
    }

    [Fact]
    public void A_list_survives_writing_and_reading()
    {
        var path = Path.GetTempFileName();
        try
        {
            RequirementList.Write(path, _list);
            Assert.Equal(File.ReadAllText(Repository.Path("docs", "requirements.csv")), File.ReadAllText(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_list_with_an_id_twice_an_unknown_status_or_an_empty_clause_is_refused()
    {
        var row = new Requirement("X1", "D0", "text", ["a"], Requirement.Partial);

        Assert.Empty(RequirementList.Faults([row]));
        Assert.NotEmpty(RequirementList.Faults([row, row]));
        Assert.NotEmpty(RequirementList.Faults([row with { Status = "done" }]));
        Assert.NotEmpty(RequirementList.Faults([row with { Clauses = [""] }]));
        Assert.NotEmpty(RequirementList.Faults([row with { Clauses = ["a", "a"] }]));
    }

    // The source rather than the built assemblies: when one project is run alone, the others may not have been built.
    private static IEnumerable<(string File, string Text)> TestSources() =>
        from path in Repository.Files("tests", "*.cs")
        let lines = File.ReadLines(path).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
        select (Path.GetRelativePath(Repository.Root, path), string.Join('\n', lines));

    private static IEnumerable<(string File, string Id, string Clause)> Attributes() =>
        from source in TestSources()
        from match in LiteralAttribute().Matches(source.Text)
        select (source.File, match.Groups[1].Value, match.Groups[2].Value);

    [GeneratedRegex("""(?<=[\[,]\s*)Requirement\(\s*"([^"\\]+)"\s*,\s*"([^"\\]+)"\s*\)""")]
    private static partial Regex LiteralAttribute();

    [GeneratedRegex("""(?<=[\[,]\s*)Requirement\(""")]
    private static partial Regex AnyAttribute();
}
