using System.Xml.Linq;

namespace Pryx.Requirements;

/// <summary>What a run of the tests showed: the xUnit XML reports that `dotnet test --report-xunit` leaves.</summary>
public sealed record TestReports(int Assemblies, int Passed, int Failed, int Skipped, IReadOnlyList<ClauseResult> Clauses)
{
    /// <summary>Reads every report below the directory.</summary>
    public static TestReports Read(string directory)
    {
        var assemblies = Directory.EnumerateFiles(directory, "*.xunit", SearchOption.AllDirectories)
            .SelectMany(path => XDocument.Load(path).Descendants("assembly")).ToList();
        return new(
            assemblies.Count,
            assemblies.Sum(assembly => Count(assembly, "passed")),
            // An error outside of any test (a broken fixture, a crash while cleaning up) is a failure too.
            assemblies.Sum(assembly => Count(assembly, "failed") + Count(assembly, "errors")),
            assemblies.Sum(assembly => Count(assembly, "skipped") + Count(assembly, "not-run")),
            [.. assemblies.SelectMany(assembly => assembly.Descendants("test")).SelectMany(ReadClauses)])
        {
            Failures = [.. assemblies.SelectMany(assembly => assembly.Descendants("failure")).Select(failure => new TestFailure(
                (string?)failure.Parent?.Attribute("name") ?? "outside of a test", failure.Element("message")?.Value.Trim() ?? ""))],
        };
    }

    /// <summary>Those that failed, in the order of the reports.</summary>
    public IReadOnlyList<TestFailure> Failures { get; init; } = [];

    private static IEnumerable<ClauseResult> ReadClauses(XElement test) =>
        from trait in test.Descendants("trait")
        where (string?)trait.Attribute("name") == "Requirement"
        let parts = ((string?)trait.Attribute("value") ?? "").Split(": ", 2)
        where parts.Length == 2
        select new ClauseResult(parts[0], parts[1], (string?)test.Attribute("name") ?? "?", (string?)test.Attribute("result") == "Pass");

    private static int Count(XElement assembly, string attribute) => (int?)assembly.Attribute(attribute) ?? 0;
}

/// <summary>One test's word on one clause. A skipped test did not pass.</summary>
public sealed record ClauseResult(string Id, string Clause, string Test, bool HasPassed);

/// <param name="Message">What the assertion or the exception said.</param>
public sealed record TestFailure(string Test, string Message);
