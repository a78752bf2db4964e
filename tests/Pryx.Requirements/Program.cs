using Pryx.Requirements;

// Holds docs/requirements.csv against the reports of a test run: prints the counts;
// --check fails when a row claims more than the run showed, --update writes what it showed,
// --totals prints the run's "N passed, N failed, N skipped" alone, and before it each test that failed with the beginning of why.
if (args is not [var list, var reportDirectory, .. var options])
{
    Console.Error.WriteLine("Usage: requirements LIST.csv REPORT_DIRECTORY [--check | --update | --totals]");
    return 2;
}
if (!Directory.Exists(reportDirectory))
{
    Console.Error.WriteLine($"{reportDirectory} does not exist: run the tests with reports first (make requirements does).");
    return 2;
}

var reports = TestReports.Read(reportDirectory);
if (options.Contains("--totals"))
{
    foreach (var failure in reports.Failures)
    {
        Console.WriteLine($"failed: {failure.Test}\n    {string.Join("\n    ", failure.Message.Split('\n').Take(12))}");
    }
    Console.WriteLine($"{reports.Passed} passed, {reports.Failed} failed, {reports.Skipped} skipped");
    return reports is { Passed: > 0, Failed: 0 } ? 0 : 1;
}

var requirements = RequirementList.Read(list);
var proof = new Proof(requirements, reports.Clauses);
if (options.Contains("--update"))
{
    requirements = proof.Updated();
    RequirementList.Write(list, requirements);
    proof = new Proof(requirements, reports.Clauses);
}

int Count(string status) => requirements.Count(row => row.Status == status);
var untested = requirements.Count(row => row.Status == Requirement.Partial && !proof.IsTested(row));
Console.WriteLine($"{Count(Requirement.Proven)} proven, {Count(Requirement.Partial)} partial ({untested} of them without a test so far), "
    + $"{Count(Requirement.Review)} review, {Count(Requirement.Later)} later");
foreach (var row in requirements.Where(row => row.Status is Requirement.Partial or Requirement.Later && proof.Missing(row).Count == 0))
{
    Console.WriteLine($"{row.Id} is {row.Status}, and this run proves all its clauses: --update marks it.");
}

if (!options.Contains("--check"))
{
    return 0;
}
var faults = RequirementList.Faults(requirements).Concat(proof.Faults()).ToList();
faults.ForEach(Console.Error.WriteLine);
return faults.Count == 0 ? 0 : 1;
