namespace Pryx.Requirements.Tests;

public sealed class ProofTests
{
    private static readonly Requirement _row = new("X1", "D0", "text", ["a", "b"], Requirement.Proven);
    private static readonly ClauseResult _a = new("X1", "a", "Test_a", true), _b = new("X1", "b", "Test_b", true);

    [Fact]
    public void A_row_is_proven_when_each_clause_has_a_passing_test()
    {
        Assert.Empty(new Proof([_row], [_a, _b]).Faults());
        Assert.Equal(Requirement.Proven, Status(Requirement.Partial, _a, _b));
        Assert.Equal(Requirement.Proven, Status(Requirement.Later, _a, _b));
    }

    [Fact]
    public void A_clause_without_a_test_or_with_one_that_did_not_pass_refutes_the_row()
    {
        Assert.Single(new Proof([_row], [_a]).Faults());
        Assert.Single(new Proof([_row], [_a, _b with { HasPassed = false }]).Faults());
        Assert.Single(new Proof([_row], [_a, _b, _b with { HasPassed = false }]).Faults());
        Assert.Equal(Requirement.Partial, Status(Requirement.Proven, _a));
    }

    [Fact]
    public void A_test_of_an_unknown_clause_or_id_is_a_fault()
    {
        Assert.Single(new Proof([_row], [_a, _b, _a with { Clause = "c" }]).Faults());
        Assert.Single(new Proof([_row], [_a, _b, _a with { Id = "X2" }]).Faults());
    }

    [Fact]
    public void What_a_person_must_judge_and_what_has_no_test_stay_as_they_are()
    {
        Assert.Equal(Requirement.Review, Status(Requirement.Review, _a, _b));
        Assert.Equal(Requirement.Later, Status(Requirement.Later));
        Assert.Equal(Requirement.Partial, Status(Requirement.Later, _a));
    }

    [Fact]
    public void A_report_gives_totals_and_the_clauses_that_passed_failed_and_were_skipped()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllText(Path.Combine(directory.FullName, "one.xunit"), """
                <assemblies>
                  <assembly total="4" passed="1" failed="1" skipped="1" not-run="1" errors="1">
                    <collection>
                      <test name="A" result="Pass"><traits><trait name="Requirement" value="FR2.A1: a: b" /><trait name="Other" value="x" /></traits></test>
                      <test name="B" result="Fail"><traits><trait name="Requirement" value="FR2.A1: c" /></traits><failure><message>why</message></failure></test>
                      <test name="C" result="Skip"><traits><trait name="Requirement" value="FR2.A1: d" /></traits></test>
                    </collection>
                  </assembly>
                </assemblies>
                """);

            var reports = TestReports.Read(directory.FullName);

            Assert.Equal([new TestFailure("B", "why")], reports.Failures);
            Assert.Equal((1, 1, 2, 2), (reports.Assemblies, reports.Passed, reports.Failed, reports.Skipped));
            Assert.Equal(
                [new("FR2.A1", "a: b", "A", true), new("FR2.A1", "c", "B", false), new("FR2.A1", "d", "C", false)],
                reports.Clauses);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string Status(string status, params ClauseResult[] results) =>
        new Proof([_row with { Status = status }], results).Updated()[0].Status;
}
